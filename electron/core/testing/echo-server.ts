/**
 * A real MCP server for tests, of the legacy era (revisions 2024-11-05 to 2025-11-25) or the modern
 * one (2026-07-28), over stdio or HTTP. It has no dependencies, so it is up within some 40 ms, and
 * it misbehaves as its options say:
 *
 *     node electron/core/testing/echo-server.ts '{"tools":25,"pageSize":10}'
 *     node electron/core/testing/echo-server.ts '{"era":"modern","http":true,"conformance":true}'
 */
import { existsSync, writeSync } from 'node:fs'
import { parseJson } from '../json.ts'
import { openLegacyFace } from './echo-legacy.ts'
import type { EchoOptions } from './echo-options.ts'
import { ignoreSigterm } from './echo-processes.ts'
import { openStdio } from './echo-stdio.ts'
import type { Received } from './echo-stdio.ts'
import { noisy } from './echo-wire.ts'
import type { EchoLine } from './echo-wire.ts'
import { openWorld } from './echo-world.ts'
import type { EchoWorld } from './echo-world.ts'

// Only what is asked for is loaded: tests start this program by the dozen.

async function serveStdio(world: EchoWorld): Promise<void> {
  const { options } = world
  const face = options.era === 'modern' ? await modernStdio(world) : legacyStdio(world)
  const line = openStdio((message, raw) => receive(message, raw))
  const receive = face(options.garbage ? noisy(line) : line)
  // Open handles (a held call, a grandchild) must not outlive the client that started us.
  if (!options.ignoreSigterm) process.stdin.on('end', () => process.exit(0))
}

function legacyStdio(world: EchoWorld): (line: EchoLine) => Received {
  return (line) => {
    const session = openLegacyFace(world).open(line, 'stdio')
    return (message, raw) => session.receive(message, raw, line)
  }
}

async function modernStdio(world: EchoWorld): Promise<(line: EchoLine) => Received> {
  const { openModernFace } = await import('./echo-modern.ts')
  const face = openModernFace(world)
  return (line) => (message, raw) => face.receive({ message, raw, line })
}

async function serveHttp(world: EchoWorld, port: number): Promise<void> {
  const { listenHttp } = await import('./echo-http-server.ts')
  const face =
    world.options.era === 'modern'
      ? (await import('./echo-modern-http.ts')).modernHttp(world)
      : (await import('./echo-legacy-http.ts')).legacyHttp(world)
  const url = await listenHttp(port, face)
  // Whoever started us over IPC is told by its end; others have a signal for us.
  if (!world.options.ignoreSigterm) process.on('disconnect', () => process.exit(0))
  process.stdout.write(`listening ${url}\n`)
}

async function serve(options: EchoOptions): Promise<void> {
  const { http, conformance } = options
  const extra = conformance ? (await import('./echo-conformance.ts')).conformance : undefined
  const world = openWorld(options, extra)
  if (!http) return serveStdio(world)
  return serveHttp(world, http === true ? 0 : (http.port ?? 0))
}

async function start(options: EchoOptions): Promise<void> {
  if (options.stderr !== undefined) writeSync(2, `${options.stderr}\n`)
  const early = options.exitAtStart
  if (early && !(options.exitUnless && existsSync(options.exitUnless))) {
    if (early.stderr !== undefined) writeSync(2, `${early.stderr}\n`)
    process.exit(early.code)
  }
  if (options.ignoreSigterm) ignoreSigterm()
  if (options.garbage) process.stdout.write('Starting up...\n\n[object Object]\n')
  const lines = Math.ceil((options.stderrFloodBytes ?? 0) / 64)
  for (let line = 0; line < lines; line++) {
    process.stderr.write(`${`flood ${line} `.padEnd(63, '.')}\n`)
  }
  await serve(options)
}

await start(parseJson(process.argv[2] ?? '{}') as EchoOptions)
