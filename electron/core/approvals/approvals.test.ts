import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRawClient } from '../testing/raw-client.ts'
import { openTempAccounts } from '../testing/temp-accounts.ts'
import type { TempCore } from '../testing/temp-core.ts'
import { setMiddleware, startWithMiddleware } from '../testing/with-middleware.ts'
import { visibleJson } from '../visible-json.ts'

const PATIENT = { timeout: 9_000 }
const APPROVE = { use: 'approve', destructive: false, tools: ['echo__echo'] }

// A start takes a second: one core is enough.
let core: TempCore
beforeAll(async () => {
  core = await startWithMiddleware([APPROVE], { auth: 'accounts' })
})
afterAll(() => core[Symbol.asyncDispose]())

test('who calls, and who leads the namespace, decide; others learn of nothing', async () => {
  const { ada, ben, cara } = await openTempAccounts(core)
  const { key } = await ben.trpc.apiKeys.create.mutate({ name: 'mine' })
  const asBen = Object.assign(Object.create(core) as typeof core, { key })
  await using client = await openRawClient(asBen, { era: 'legacy' })
  const call = client.request('tools/call', { name: 'echo__echo', arguments: { message: 'a' } })
  await expect
    .poll(() => ben.trpc.approvals.list.query(), PATIENT)
    .toMatchObject([{ mayAlways: false }])
  const [held] = await ben.trpc.approvals.list.query()
  const id = held?.id ?? ''
  expect(await ada.trpc.approvals.list.query()).toMatchObject([{ id, mayAlways: true }])
  expect(await cara.trpc.approvals.list.query()).toEqual([])

  for (const ask of [cara.trpc.approvals.get.query({ id }), decide(cara, 'once')]) {
    await expect(ask).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } })
  }
  await expect(decide(ben, 'always')).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } })
  await decide(ben, 'once')
  expect(await call).toMatchObject({ content: [{ text: 'a' }] })
  await expect(decide(ada, 'refuse')).rejects.toThrow('was allowed already')
  const { entries } = await core.admin.audit.list.query({ limit: 9, text: 'approvals.decide' })
  const done = entries.filter(({ outcome }) => outcome === 'done')
  const target = { kind: 'server', name: 'echo__echo' }
  expect(done).toMatchObject([{ target, detail: { answer: 'once' }, actor: { name: 'ben' } }])

  function decide({ trpc }: typeof ben, answer: 'once' | 'always' | 'refuse') {
    return trpc.approvals.decide.mutate({ id, answer })
  }
}, 60_000)

test('who listens hears when a call begins to wait, and when it does no longer', async () => {
  await setMiddleware(core, [{ ...APPROVE, seconds: 1 }])
  let news = 0
  core.changes.subscribe(({ kind }) => void (news += Number(kind === 'approval')))
  await using client = await openRawClient(core, { era: 'modern' })
  await client.request('tools/call', { name: 'echo__echo', arguments: { message: 'a' } })
  expect(news).toBe(2)
})

test('what waits does so under another name of its server, too', async () => {
  await setMiddleware(core, [{ ...APPROVE, allowed: ['echo__add', 'other__x'] }])
  const [server] = await core.admin.servers.list.query()
  const id = server?.id ?? ''
  await core.admin.servers.update.mutate({ id, patch: { name: 'parrot' } })
  const [namespace] = await core.admin.namespaces.list.query()
  expect(namespace?.middleware).toMatchObject([
    { tools: ['parrot__echo'], allowed: ['parrot__add', 'other__x'] },
  ])
  await using client = await openRawClient(core, { era: 'modern' })
  const call = client.request('tools/call', { name: 'parrot__echo', arguments: { message: 'a' } })
  call.catch(() => undefined)
  await expect
    .poll(() => core.admin.approvals.list.query(), PATIENT)
    .toMatchObject([{ server: 'parrot' }])
  await core.admin.servers.update.mutate({ id, patch: { name: 'echo' } })
})

test('a list holds the beginning of what is long, and the whole can be had', async () => {
  await setMiddleware(core, [APPROVE])
  await using client = await openRawClient(core, { era: 'modern' })
  const message = 'x'.repeat(100_000)
  const call = client.request('tools/call', { name: 'echo__echo', arguments: { message } })
  call.catch(() => undefined)
  await expect
    .poll(() => core.admin.approvals.list.query(), PATIENT)
    .toMatchObject([{ isCut: true }])
  const [held] = await core.admin.approvals.list.query()
  expect(held?.arguments).toHaveLength(20_000)
  const whole = await core.admin.approvals.get.query({ id: held?.id ?? '' })
  expect(JSON.parse(whole.arguments)).toEqual({ message })
})

test('no more than fifty calls of the instance wait', async () => {
  await setMiddleware(core, [{ ...APPROVE, seconds: 99 }])
  await using client = await openRawClient(core, { era: 'legacy' })
  const call = () =>
    client.request('tools/call', { name: 'echo__echo', arguments: { message: 'a' } })
  const calls = Array.from({ length: 50 }, call)
  for (const one of calls) one.catch(() => undefined)
  await expect.poll(() => core.admin.approvals.list.query(), PATIENT).toHaveLength(50)
  expect(await call()).toMatchObject({
    ...{
      isError: true,
      content: [{ text: expect.stringMatching(/too many calls wait/) as string }],
    },
  })
})

test('nothing in shown JSON is hidden, and it is the same value', () => {
  const value = { a: 'x\u200b\u202e\u{e0041}\u2028\u3164\ufe0f ü 漢 \u{1f642}', 'k\u2066': 1 }
  const text = visibleJson(value)
  expect(text).toBe(
    '{\n  "a": "x\\u200b\\u202e\\udb40\\udc41\\u2028\\u3164\\ufe0f ü 漢 🙂",\n  "k\\u2066": 1\n}',
  )
  expect(JSON.parse(text)).toEqual(value)
})
