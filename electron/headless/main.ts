import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { argv, env, execPath, exit, stderr, stdout } from 'node:process'
import packageJson from '../../package.json' with { type: 'json' }
import type { SpareThread } from '../core/early.ts'
import { openLog, type Core, type CoreConfig } from '../core/index.ts'
import { failureText } from '../host/failure-text.ts'
import { greeting } from '../host/greeting.ts'
import { thisMachine } from '../host/machine.ts'
import { surviveOwnModules } from '../host/own-mistakes.ts'
import { readStart, type HostConfig } from '../host/read-start.ts'
import { say } from '../host/say.ts'
import { startAnnounced } from '../host/start-announced.ts'

/** The project's folder, seen from out/main, where this file is built to. */
const ROOT = resolve(import.meta.dirname, '../..')
const METAMCP = resolve(ROOT, 'scripts/metamcp.mjs')
const TEMPLATE = resolve(ROOT, 'out/db-template.tgz')
/** The built window, for a browser. */
const PAGE = resolve(ROOT, 'out/renderer')

/** `spareThread`: for the database, if there is one. */
export async function main(spareThread: SpareThread | null): Promise<void> {
  const start = readStart({ args: argv.slice(2), env, foreignSwitches: 'refuse' })
  if (start.kind === 'help') return say(stdout, start.text)
  if (start.kind === 'mistake') return fail(start.text)
  // Before the start, which takes long enough for somebody to change their mind.
  const stopping = Promise.withResolvers<void>()
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopping.resolve())
  try {
    for (const warning of start.warnings) await say(stderr, warning)
    const config = { ...coreConfig(start.config), spareThread, onFatal: stopping.reject }
    surviveOwnModules(config.log, crash)
    const core = await startAnnounced(config)
    await say(stdout, greeting(core, config))
    await stopping.promise
    await stop(core, start.config.drainMs)
  } catch (error) {
    await fail(failureText(error))
  }
}

async function stop(core: Core, drainMs: number): Promise<void> {
  void say(stderr, `MetaMCP is closing: calls in flight have ${drainMs / 1_000} seconds.`)
  await core.close()
  exit(0)
}

function coreConfig({ logLevel, ...config }: HostConfig): CoreConfig {
  return {
    ...config,
    resourcesDir: resolve(ROOT, 'resources'),
    pageDir: existsSync(PAGE) ? PAGE : null,
    databaseTemplate: existsSync(TEMPLATE) ? TEMPLATE : null,
    version: packageJson.version,
    machine: thisMachine(config, { command: execPath, args: [METAMCP, 'stdio'] }),
    log: openLog(logLevel, config),
  }
}

/** As without anybody who looks. */
function crash(error: unknown): void {
  stderr.write(`${failureText(error)}\n`)
  exit(1)
}

async function fail(text: string): Promise<void> {
  await say(stderr, text)
  exit(1)
}
