import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { UNNOTED } from '../auditing.ts'
import { adminProcedure, createCaller, router } from '../rpc.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

const all = { limit: 200 }
const ANN = { kind: 'account', id: 'ann', name: 'Ann', role: 'admin' } as const
const MEM = { kind: 'account', id: 'mem', name: 'Mem', role: 'member' } as const
const SECRET = 'planted-secret-5f1c'

type Procedure = { _def: { type: string } }
type Api = ReturnType<TempCore['router']['createCaller']>

/** What an account calls with. */
const as = (core: TempCore, caller: typeof ANN | typeof MEM): Api =>
  core.router.createCaller({ ...core.context, caller })

test('what is made, changed and removed is noted with who, what and to what', async () => {
  await using core = await startTempCore()
  const { admin } = core
  const server = await admin.servers.create.mutate({
    ...{ name: 'one', type: 'STDIO', command: 'run-me' },
    ...{ args: [`--token=${SECRET}`], env: { [SECRET]: SECRET } },
  })
  const patch = { env: { KEY: SECRET }, idleMs: 5, description: SECRET }
  await admin.servers.update.mutate({ id: server.id, patch })
  await admin.servers.setEnabled.mutate({ id: server.id, enabled: false })
  const { apiKey, key } = await admin.apiKeys.create.mutate({ name: 'mine' })
  await admin.servers.deleteMany.mutate({ ids: [server.id] })

  const { entries } = await admin.audit.list.query(all)
  const target = { kind: 'server', id: server.id, name: 'one' }
  const told = entries.map(({ action, target: about, detail }) => ({ action, about, detail }))
  expect(told).toMatchObject([
    { action: 'servers.deleteMany', about: target, detail: { count: 1 } },
    { action: 'apiKeys.create', about: { kind: 'api-key', id: apiKey.id, name: 'mine' } },
    { action: 'servers.setEnabled', about: target, detail: { enabled: false } },
    { action: 'servers.update', about: target },
    { action: 'servers.create', about: target },
    // Of startTempCore itself there is none: the first key is made before anybody manages.
  ])
  expect(told[3]?.detail).toEqual({ approve: true, idleMs: 5, fields: ['env', 'description'] })
  expect(entries.every(({ actor, outcome }) => actor.kind === 'admin' && outcome === 'done')).toBe(
    true,
  )
  const text = JSON.stringify(entries)
  expect(text).not.toContain(SECRET)
  expect(text).not.toContain(key)
})

test('what is refused or fails is noted without what was sent', async () => {
  await using core = await startTempCore()
  const { admin } = core
  await expect(
    admin.servers.create.mutate({ name: 'x', type: 'STDIO', [SECRET]: SECRET } as never),
  ).rejects.toThrow()
  await expect(admin.servers.delete.mutate({ id: SECRET })).rejects.toThrow()
  const changing = router({ change: adminProcedure.mutation(() => SECRET) })
  const member = createCaller(changing)({ ...core.context, caller: MEM })
  await expect(member.change()).rejects.toThrow()
  const nobody = core.router.createCaller({ ...core.context, caller: { kind: 'anonymous' } })
  await expect(nobody.settings.setPaused({ paused: true })).rejects.toThrow()

  const { entries } = await admin.audit.list.query(all)
  const told = entries.map(({ actor, action, outcome, target }) => [
    ...[actor.name, action, outcome, target],
  ])
  expect(told).toEqual([
    ['Mem', 'change', 'refused', null],
    ['admin token', 'servers.delete', 'failed', null],
    ['admin token', 'servers.create', 'failed', null],
  ])
  expect(JSON.stringify(entries)).not.toContain(SECRET)
})

test('reading is not noted, and every change is', async () => {
  await using core = await startTempCore()
  const { procedures } = core.router._def as unknown as { procedures: Record<string, Procedure> }
  const mutations = Object.keys(procedures).filter((path) => {
    return procedures[path]?._def.type === 'mutation'
  })
  // A name that no procedure has any more would hide a new one of that name.
  expect([...UNNOTED].filter((path) => !mutations.includes(path))).toEqual([])

  await core.admin.adding.read.mutate({ text: 'npx -y thing' })
  await core.admin.servers.list.query()
  const { entries } = await core.admin.audit.list.query(all)
  expect(entries).toEqual([])

  // Refused for their input, which is as good as any: what counts is that each came by the log.
  for (const path of mutations.filter((one) => !UNNOTED.has(one) && !one.startsWith('host.'))) {
    await fetch(`${core.url}/trpc/frontend/${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${core.adminToken.token}`,
        'content-type': 'application/json',
      },
      body: '"nothing"',
    })
  }
  const noted = (await core.admin.audit.list.query(all)).entries.map(({ action }) => action)
  expect(noted.toSorted()).toEqual(
    mutations.filter((one) => !UNNOTED.has(one) && !one.startsWith('host.')).toSorted(),
  )
})

test('the log is for administrators, who do not read of what others keep to themselves', async () => {
  await using core = await startTempCore()
  await expect(as(core, MEM).audit.list(all)).rejects.toMatchObject({ code: 'FORBIDDEN' })
  const changed = new Promise<void>((resolve) => {
    core.changes.subscribe(({ kind }) => kind === 'audit' && resolve())
  })
  await core.admin.servers.create.mutate({ name: 'all', type: 'STDIO', command: 'run-me' })
  // Whoever looks at it hears of what is new.
  await changed
  const { entries } = await as(core, ANN).audit.list(all)
  expect(entries.map(({ action }) => action)).toEqual(['servers.create'])
})

test('an entry survives the end of the program', async () => {
  await using core = await startTempCore({ database: 'embedded' })
  await core.admin.settings.setPaused.mutate({ paused: true })
  const { dataDir } = core
  await core.close()
  await using again = await startTempCore({ database: 'embedded', dataDir })
  const { entries } = await again.admin.audit.list.query({ ...all, text: 'PAUSED' })
  expect(entries).toMatchObject([{ action: 'settings.setPaused', detail: { paused: true } }])
  expect(await readFile(join(dataDir, 'definitions.json'), 'utf8')).not.toContain('setPaused')
})
