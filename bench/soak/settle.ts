import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { commandOf, childrenOf } from '../scale/processes.ts'
import { wordsOf } from './callers.ts'
import { order } from './faults/fault.ts'
import { lookAt, type Sample } from './samples.ts'
import { WORKING, endProcess, type World } from './world.ts'

/** Those that run once nobody calls any more, and those that may: kept ready, or just tried. */
const CHILDREN = ['calm', 'a', 'b', 'modern', 'edited']
const MORE_CHILDREN = ['own', 'hangs', 'exits']
const CALM_MS = 90_000
const FILES_MORE = 12

/** Every server answers, and there are no other processes than those that belong to them. */
export async function checkServers(world: World): Promise<void> {
  for (const server of WORKING) {
    const isThere = () => order(world, `${server}__echo`)
    await until(world, `the server ${server} answers`, async () => {
      const words = await isThere().then(() => '', wordsOf)
      return words === '' ? null : words
    })
  }
  await until(world, 'each server has its process, and there are no others', async () => {
    const children = await childrenOf(world.program.pid)
    const names = (await Promise.all(children.map(serverOf))).toSorted()
    const expected = CHILDREN.every((name) => names.filter((one) => one === name).length === 1)
    const others = names.filter((name) => !CHILDREN.includes(name))
    const isFine = others.every((name) => MORE_CHILDREN.includes(name)) && others.length <= 3
    return expected && isFine ? null : names.join(', ')
  })
  await until(world, 'nothing that ended is left', async () => {
    const strays = await straysOf(world)
    return strays.length === 0 ? null : strays.join(', ')
  })
}

/** As many files and threads as when each server had been called once. */
export async function checkFiles(world: World, quiet: readonly Sample[]): Promise<void> {
  const [first] = quiet
  for (const key of ['fds', 'threads'] as const) {
    // A file of the database or a worker more or less is how it happens to be.
    const most = (first?.[key] ?? 0) + FILES_MORE
    await until(world, `at most ${most} ${key}`, async () => {
      const now = (await lookAt(world))[key]
      return now <= most ? null : String(now)
    })
  }
}

async function serverOf(pid: number): Promise<string> {
  const command = await commandOf(pid)
  return /\{"name":"(\w+)"/.exec(command)?.[1] ?? `${pid}: ${command || 'a zombie'}`
}

/** Programs of this soak that are nobody's child any more. */
async function straysOf(world: World): Promise<string[]> {
  const all = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const own = new Set([
    ...(await childrenOf(world.program.pid)),
    ...(await childrenOf(process.pid)),
  ])
  const found: string[] = []
  for (const pid of all) {
    const command = await commandOf(pid)
    if (command.includes(world.folder) && !own.has(pid)) found.push(`${pid} ${command}`)
  }
  return found
}

/** What is not so in time is a violation. */
async function until(world: World, what: string, look: () => Promise<string | null>) {
  const begun = performance.now()
  let last = await look()
  while (last !== null && performance.now() - begun < CALM_MS) {
    await pause(500)
    last = await look()
  }
  if (last !== null) world.ledger.violate(`not so within ${CALM_MS} ms: ${what}: ${last}`)
}

export type LogCounts = { rows: number; written: number; dropped: number; queued: number }

/** The log has as many rows as were written, and nobody lost any without a word. */
export async function checkLog(world: World): Promise<LogCounts> {
  const { calls } = world.program.admin
  const { ledger } = world
  await until(world, 'the call log is written', async () => {
    const { queued } = await calls.health.query()
    return queued === 0 ? null : `${queued} queued`
  })
  const { written, dropped, queued } = await calls.health.query()
  const stats = await calls.stats.query({ by: 'endpoint' })
  const rows = stats.reduce((sum, one) => sum + one.calls, 0)
  if (rows !== written) ledger.violate(`the log has ${rows} rows, and says it wrote ${written}`)
  if (dropped > 0) {
    const why = world.program.stderr().match(/^.*the call log lacks calls.*$/gm) ?? []
    ledger.violate([`the log dropped ${dropped} calls`, ...why].join('\n'))
  }
  return { rows, written, dropped, queued }
}

/** A server that was called twice with one value: somebody asked again. */
export async function checkRecords({ seed, ledger, records }: World): Promise<number> {
  let all = 0
  for (const [server, file] of records) {
    const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n')
    // What faults call for themselves has no value of its own.
    const values = lines.filter((line) => line.startsWith(`v${seed}-`))
    const seen = new Set<string>()
    for (const value of values) {
      if (seen.has(value)) ledger.violate(`${server} was asked twice: ${value}`)
      seen.add(value)
    }
    all += values.length
  }
  return all
}

/** It ends by itself, in time, well, and with all its processes; resolves with the time it took. */
export async function checkEnd(world: World): Promise<number> {
  const { program, ledger } = world
  const begun = performance.now()
  let ended: Awaited<ReturnType<typeof program.kill>> = { code: null, signal: null }
  await endProcess(program.pid, async () => (ended = await program.kill('SIGTERM')))
  const ms = performance.now() - begun
  if (ended.code !== 0) ledger.violate(`it ended with ${ended.code ?? ended.signal} after ${ms} ms`)
  if (ms > 8_000) ledger.violate(`it took ${ms.toFixed(0)} ms to end`)
  const strays = await straysOf(world)
  if (strays.length > 0) ledger.violate(`left after its end: ${strays.join('; ')}`)
  return ms
}
