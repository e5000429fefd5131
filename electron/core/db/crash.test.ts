import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { watch } from 'node:fs'
import { mkdir, mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, inject, test } from 'vitest'
import { openLog } from '../log.ts'
import { migrationsDir } from '../testing/migrations-dir.ts'
import { openDatabase } from './open.ts'

const here = (file: string) => JSON.stringify(new URL(file, import.meta.url).href)

/**
 * Opens the database, says what is in it, then adds a definition and a call again and again, saying
 * each that was acknowledged. It ends only by being killed.
 */
const writer = `
  const { openDatabase } = await import(${here('./open.ts')})
  const { settings, callLog } = await import(${here('./schema.ts')})
  const { openLog } = await import(${here('../log.ts')})
  const { callRow } = await import(${here('../testing/sample-definitions.ts')})
  const { flushCompileCache } = await import('node:module')
  // It never gets to its end, when Node would do so: the next one would compile all of it again.
  flushCompileCache()
  const [dataDir, migrationsDir, templateFile] = process.argv.slice(1)
  const say = (what) => process.stdout.write(JSON.stringify(what) + '\\n')
  say({ opening: true })
  const log = openLog('silent')
  const database = await openDatabase({ dataDir, migrationsDir, templateFile, log })
  const { recovery } = database
  const keys = (await database.read((tx) => tx.select().from(settings))).map((row) => Number(row.key))
  const calls = await database.read((tx) => tx.$count(callLog))
  say({ opened: true, recovery, keys, calls })
  for (let next = Math.max(-1, ...keys) + 1; ; next++) {
    await database.write((tx) => tx.insert(settings).values({ key: String(next), value: next }))
    say({ key: next })
    await database.record((tx) => tx.insert(callLog).values(callRow()))
    say({ call: true })
  }
`

type Said = {
  opening?: true
  opened?: true
  recovery?: unknown
  keys?: number[]
  calls?: number
  key?: number
  call?: true
}

function startWriter(dataDir: string) {
  const args = [
    ...process.execArgv,
    '--input-type=module',
    '--eval',
    writer,
    dataDir,
    migrationsDir,
  ]
  const child = spawn(process.execPath, [...args, inject('databaseTemplate')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })
  return {
    lines,
    /** What it had said before it was gone is still read from `lines`. */
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

test('no acknowledged row is lost when the process is killed, twenty times', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-crash-'))
  const acknowledged = new Set<number>()
  let calls = 0
  let openings = 0
  for (let round = 0; round <= 20; round++) {
    const { lines, kill } = startWriter(folder.path)
    // Every fifth while it opens; the others after as many answers as the round says.
    const answers = round % 5 === 4 ? 0 : (round * 7) % 23
    let heard = 0
    let killed: Promise<void> | null = null
    for await (const line of lines) {
      const said = JSON.parse(line) as Said
      if (said.opened) {
        openings++
        expect(said.recovery).toBeNull()
        expect(acknowledged.isSubsetOf(new Set(said.keys))).toBe(true)
        expect(said.calls).toBeGreaterThanOrEqual(calls)
        calls = said.calls ?? 0
      }
      if (said.key !== undefined) acknowledged.add(said.key)
      if (said.call) calls++
      if (said.opening ? answers === 0 : ++heard > answers) killed ??= kill()
    }
    await killed
  }
  expect(openings).toBeGreaterThanOrEqual(16)
  expect(acknowledged.size).toBeGreaterThan(50)
}, 120_000)

test('a process killed while it makes the store leaves nothing that stops the next', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'metamcp-first-'))
  for (const events of [1, 2, 3, 5, 8]) {
    const dataDir = join(folder.path, `${events}`)
    await mkdir(dataDir)
    const { lines, kill } = startWriter(dataDir)
    // The events are what it makes and renames in the data folder, one after the other.
    let seen = 0
    const watcher = watch(dataDir)
    await new Promise<void>((resolve) => {
      watcher.on('change', () => ++seen >= events && resolve())
      lines.on('line', (line) => line.includes('"key"') && resolve())
    })
    watcher.close()
    await kill()
    const database = await openDatabase({
      dataDir,
      migrationsDir,
      templateFile: inject('databaseTemplate'),
      log: openLog('silent'),
    })
    expect(database.recovery).toBeNull()
    await database.close()
  }
}, 60_000)
