import { spawn } from 'node:child_process'
import { once } from 'node:events'
import pidtree from 'pidtree'
import { expect, test } from 'vitest'
import { call, openEchoPools, report } from '../testing/echo-pools.ts'
import { listProcesses, openProcessList, openProcessTree } from './process-tree.ts'

// Each world checks when it is disposed of that none of its processes is left.

test.each(['quiet', 'holds-pipes'] as const)(
  'a grandchild that ignores SIGTERM (%s) goes with its server, within 5 s',
  async (grandchild) => {
    await using world = openEchoPools()
    const connection = await world.connect(world.define({ grandchild }))
    const { children } = await report(connection)
    expect(await pidtree(connection.pid ?? 0)).toEqual(children)

    const before = Date.now()
    await world.pools.close()
    expect(Date.now() - before).toBeLessThan(5_000)
  },
)

// Shows: stdio-shutdown
test('a server that ignores the end of stdin and SIGTERM is killed, within 5 s', async () => {
  await using world = openEchoPools()
  await world.connect(world.define({ ignoreSigterm: true, grandchild: 'holds-pipes' }))
  const before = Date.now()
  await world.pools.close()
  expect(Date.now() - before).toBeLessThan(5_000)
})

test.each(['quiet', 'holds-pipes'] as const)(
  'a server that is killed takes its grandchild with it (%s), and is soon known to be gone',
  async (grandchild) => {
    await using world = openEchoPools()
    const connection = await world.connect(world.define({ grandchild }))
    const held = call(connection, 'never')
    await report(connection)
    process.kill(connection.pid ?? 0, 'SIGKILL')
    // The pipes stay open as long as the grandchild lives, the SDK would wait for it.
    await expect(held).rejects.toMatchObject({ reason: 'It was ended by SIGKILL.' })
    expect((await world.connect()).pid).not.toBe(connection.pid)
  },
)

test('a grandchild started late by a server that then crashes is found', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  await call(connection, 'spawn')
  await call(connection, 'exit').catch(() => {})
})

test('a daemon that keeps the pipes of a crashed server is left alone, and delays nothing', async () => {
  await using world = openEchoPools()
  const connection = await world.connect(world.define())
  const spawned = await call(connection, 'spawn', { holdsPipes: true, detached: true })
  const { pid } = spawned['structuredContent'] as { pid: number }
  try {
    const before = Date.now()
    await call(connection, 'exit', { code: 9 }).catch(() => {})
    expect(await report(await world.connect())).toMatchObject({ children: [] })
    // The SDK would wait 2 s for the pipes.
    expect(Date.now() - before).toBeLessThan(2_000)
    expect((await listProcesses()).some((row) => row.pid === pid)).toBe(true)
  } finally {
    process.kill(pid, 'SIGKILL')
    const isThere = async () => (await listProcesses()).some((row) => row.pid === pid)
    await expect.poll(isThere).toBe(false)
  }
})

test('a process that has left for a session of its own stays, and so does any stranger', async () => {
  const marker = `ECHO_MARK=${crypto.randomUUID()}`
  const [name = '', value] = marker.split('=')
  const options = { env: { [name]: value }, stdio: 'ignore' as const }
  const root = spawn('sleep', ['300'], options)
  const daemon = spawn('sleep', ['300'], { ...options, detached: true })
  const stranger = spawn('sleep', ['300'], { stdio: 'ignore' })
  const marked = spawn('sleep', ['300'], options)
  const markedIsGone = once(marked, 'exit')
  try {
    await openProcessTree({ rootPid: root.pid ?? 0, marker, listProcesses }).endDescendants()
    expect(await markedIsGone).toEqual([null, 'SIGTERM'])
    const pids = (await listProcesses()).map(({ pid }) => pid)
    expect(pids).toEqual(expect.arrayContaining([root.pid, daemon.pid, stranger.pid]))
  } finally {
    for (const child of [root, daemon, stranger, marked]) child.kill('SIGKILL')
  }
})

test('both ways to list processes agree', async () => {
  const own = (await listProcesses()).find(({ pid }) => pid === process.pid)
  expect(own).toMatchObject({ ppid: process.ppid, startedAt: expect.any(Number) })
  const listed = await pidtree(-1, { advanced: true })
  expect(listed).toContainEqual({ pid: process.pid, ppid: process.ppid })
})

test('who asks while a look is being taken gets one that was begun afterwards', async () => {
  const list = openProcessList()
  const first = list()
  const child = spawn('sleep', ['300'], { stdio: 'ignore' })
  try {
    const [rows, same] = await Promise.all([list(), list(), first])
    expect(same).toBe(rows)
    expect(rows.map(({ pid }) => pid)).toContain(child.pid)
    expect(await list()).not.toBe(rows)
  } finally {
    child.kill('SIGKILL')
  }
})
