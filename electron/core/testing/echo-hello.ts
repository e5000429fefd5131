import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { startGrandchild } from './echo-processes.ts'
import { EchoError } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { EchoWorld } from './echo-world.ts'

export const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
export const MODERN_VERSION = '2026-07-28'
export const TASKS = 'io.modelcontextprotocol/tasks'
const APPS = 'io.modelcontextprotocol/ui'

/** What the first contact does before it is answered, be it `initialize` or `server/discover`. */
export async function beforeHello({ options, state }: EchoWorld): Promise<void> {
  if (options.hangInInitialize) await new Promise(() => {})
  if (options.delayMs) await delay(options.delayMs)
  while (options.waitFor && !existsSync(options.waitFor)) await delay(10)
  const wrong = options.initializeError
  if (wrong) throw new EchoError(wrong.code, wrong.message, wrong.data)
  if (options.grandchild) {
    state.children.push(await startGrandchild(options.grandchild === 'holds-pipes'))
  }
}

export function legacyHello(world: EchoWorld, asked: string): JsonObject {
  const { options } = world
  const spoken = LEGACY_VERSIONS.includes(asked) ? asked : LEGACY_VERSIONS[0]
  return {
    protocolVersion: options.protocolVersion ?? spoken,
    capabilities: capabilitiesOf(world),
    serverInfo: serverInfo(world),
    instructions: options.instructions,
    'x-hello': { kept: true },
  }
}

export function modernHello(world: EchoWorld): JsonObject {
  const { instructions } = world.options
  return {
    supportedVersions: [MODERN_VERSION],
    capabilities: capabilitiesOf(world),
    ...(instructions === undefined ? {} : { instructions }),
    'x-hello': { kept: true },
  }
}

export function serverInfo({ options }: EchoWorld): JsonObject {
  return { name: options.name ?? 'echo', title: 'Echo', version: '1.0.0' }
}

function capabilitiesOf({ options }: EchoWorld): JsonObject {
  const capabilities = {
    tools: { listChanged: true },
    prompts: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    logging: {},
    completions: {},
    experimental: { 'x-vendor': { kept: true } },
    extensions: { ...(options.era === 'modern' ? { [TASKS]: {} } : {}), [APPS]: {} },
  }
  const declared = Object.entries(capabilities).filter(
    ([name]) => !options.without?.some((capability) => capability === name),
  )
  return Object.fromEntries(declared)
}
