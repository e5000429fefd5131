import { afterAll, beforeAll, expect, test } from 'vitest'
import { configFileOf, startTempCore, type TempCore } from './testing/temp-core.ts'
import { ROWS } from './testing/who-may-rows.ts'
import {
  ask,
  MANAGERS,
  openClock,
  openWorld,
  proceduresOf,
  type World,
} from './testing/who-may-world.ts'

const FILE = configFileOf([], { auth: { oauth: true } })

/** What whoever does not manage is answered, whatever they ask for. */
const STRANGERS = {
  nobody: 'UNAUTHORIZED',
  key: 'FORBIDDEN',
  keyOfAnotherEndpoint: 'FORBIDDEN',
  revokedKey: 'UNAUTHORIZED',
  expiredKey: 'UNAUTHORIZED',
  token: 'UNAUTHORIZED',
  tokenForAnotherEndpoint: 'UNAUTHORIZED',
  expiredToken: 'UNAUTHORIZED',
  revokedToken: 'UNAUTHORIZED',
} as const

// Making accounts takes seconds of processor time: what is there is the same for all tests.
let core: TempCore
let world: World

beforeAll(async () => {
  const registryUrl = 'http://127.0.0.1:9'
  const { now, stopAt } = openClock()
  core = await startTempCore({
    database: 'embedded',
    auth: 'accounts',
    file: FILE,
    registryUrl,
    times: { now },
  })
  world = await openWorld(core, { stopAt })
}, 60_000)
afterAll(() => core[Symbol.asyncDispose]())

test('who does not manage is refused by each procedure before its input is read', async () => {
  const names = Object.keys(STRANGERS) as (keyof typeof STRANGERS)[]
  for (const path of proceduresOf(core.router).keys()) {
    const answers = names.map(async (who) => {
      const { code } = await ask(core, { path, input: undefined, headers: world.headers[who] })
      return [who, code] as const
    })
    expect({ path, ...Object.fromEntries(await Promise.all(answers)) }).toEqual({
      path,
      ...STRANGERS,
    })
  }
})

test('each procedure answers each kind of caller as its row says, and has one', async () => {
  const paths = [...proceduresOf(core.router).keys()]
  expect(paths.toSorted()).toEqual(Object.keys(ROWS).toSorted())

  const answered: Record<string, object> = {}
  for (const path of paths) {
    const row = ROWS[path]
    const outcomes: Record<string, string> = {}
    // Last the owner, who may take it away.
    for (const who of MANAGERS.toReversed()) {
      const input = await row?.input?.(world)
      const asked = { path, input, headers: world.headers[who] }
      outcomes[who] = (await ask(core, asked)).code
    }
    answered[path] = outcomes
  }
  const expected = Object.entries(ROWS).map(([path, { outcomes }]) => {
    return [path, Object.fromEntries(MANAGERS.map((who, at) => [who, outcomes[at]]))] as const
  })
  expect(answered).toEqual(Object.fromEntries(expected))
}, 60_000)
