import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AuditEntry } from '../../../shared/audit.ts'
import { UNNOTED } from '../auditing.ts'
import { configFileOf, startTempCore, type TempCore } from '../testing/temp-core.ts'
import { ROWS, type Row } from '../testing/who-may-rows.ts'
import { ask, openClock, openWorld, proceduresOf, type World } from '../testing/who-may-world.ts'

/** What is about the instance as a whole, or about the account that does it. */
const ABOUT_NOTHING_ELSE = [
  ...['accounts.setSignUp', 'settings.set', 'settings.setPaused', 'data.import', 'calls.clear'],
  ...['accounts.rename', 'accounts.changePassword'],
  ...['accounts.revokeSession', 'accounts.revokeOtherSessions'],
  ...['clients.rewriteAddresses', 'host.restart', 'host.quit', 'host.installUpdate'],
]

/** What takes files of AI clients: tried where those are. */
const OF_FILES = ['clients.importServers', 'clients.undo']

/** What is about a call that waits for a person: tried where one does. */
const OF_HELD_CALLS = ['approvals.decide']

/** What succeeds, or names what is there, where the row of the table does not. */
const INPUTS: Record<string, Row['input']> = {
  'accounts.invite': () => ({ email: 'guest@example.com', role: 'member' }),
  'accounts.withdraw': async ({ core }) => {
    const invite = { email: 'other@example.com', role: 'member' } as const
    const { invitation } = await core.admin.accounts.invite.mutate(invite)
    return { id: invitation.id }
  },
  'accounts.remove': ({ member: { id } }) => ({ id }),
  'accounts.removeProvider': () => ({ id: 'idp' }),
  'clients.disconnect': () => ({ clientId: 'cursor' }),
  'data.restore': async ({ core }) => {
    const { name } = await core.admin.data.backup.mutate()
    return { name }
  },
}

let core: TempCore
let world: World
beforeAll(async () => {
  const { now, stopAt } = openClock()
  const file = configFileOf([], { auth: { oauth: true } })
  core = await startTempCore({ database: 'embedded', auth: 'accounts', file, times: { now } })
  world = await openWorld(core, { stopAt })
  await core.admin.accounts.setSignUp.mutate({ mode: 'invite' })
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

/** The newest entry on that action. */
async function entryOf(action: string): Promise<AuditEntry | undefined> {
  const { entries } = await core.admin.audit.list.query({ limit: 200, text: action })
  return entries.find((entry) => entry.action === action)
}

test('each change is noted with what it is about, or is in the list of those about nothing else', async () => {
  const paths = [...proceduresOf(core.router)]
    .filter(([path, type]) => type === 'mutation' && !UNNOTED.has(path))
    .map(([path]) => path)
  const exempt = [...ABOUT_NOTHING_ELSE, ...OF_FILES, ...OF_HELD_CALLS]
  expect(exempt.filter((path) => !paths.includes(path))).toEqual([])

  // What takes a client, or the member, away comes last.
  const last = ['authorization.revoke', 'accounts.remove']
  const order = (path: string) => last.indexOf(path)
  const untold: string[] = []
  for (const path of paths.toSorted((a, b) => order(a) - order(b))) {
    if (exempt.includes(path)) continue
    const row = ROWS[path]
    const isOwners = row?.outcomes[0] === 'OK'
    const headers = world.headers[isOwners ? 'owner' : 'operator']
    const input = await (INPUTS[path] ?? row?.input)?.(world)
    await ask(core, { path, input, headers })
    const { target } = (await entryOf(path)) ?? { target: null }
    if (!target?.name) untold.push(path)
  }
  expect(untold).toEqual([])
}, 60_000)

test('what was put back, let go, invited and withdrawn is told by its name', async () => {
  const { owner, newName } = world
  const name = newName()
  const { apiKey } = await owner.trpc.apiKeys.create.mutate({ name })
  const { removalId } = await owner.trpc.apiKeys.delete.mutate({ id: apiKey.id })
  await owner.trpc.removals.restore.mutate({ id: removalId })
  const told = await Promise.all(
    ['removals.restore', 'authorization.revoke', 'accounts.invite', 'accounts.withdraw'].map(
      async (action) => (await entryOf(action))?.target,
    ),
  )
  expect(told).toEqual([
    { kind: 'api-key', id: apiKey.id, name },
    { kind: 'client', id: world.clientId, name: expect.any(String) as string },
    { kind: 'invitation', id: expect.any(String) as string, name: 'other@example.com' },
    { kind: 'invitation', id: expect.any(String) as string, name: 'other@example.com' },
  ])
  // An administrator reads nothing of what an account keeps to itself.
  const { administrator: headers } = world.headers
  const all = { path: 'audit.list', input: { limit: 200 }, headers }
  const { text } = await ask(core, all)
  expect(text).toContain('other@example.com')
  expect([text.includes(name), text.includes(world.clientId)]).toEqual([false, false])
})
