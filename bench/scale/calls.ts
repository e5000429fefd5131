import type { Era } from '../../electron/core/connections/connection.ts'
import { startEchoHttp } from '../../electron/core/testing/echo-definition.ts'
import { load, openCaller, openDirect, type Caller, type Loaded } from './callers.ts'
import { childrenOf, cpuOf, sum, withCpu } from './processes.ts'
import { say, title } from './say.ts'
import type { World } from './world.ts'

const WARM_UP_MS = 1_000
const MEASURED_MS = 3_000
const MANY = 32
/** What prom-client counts in, and with. */
const LOOKED_AT_EVERY_MS = 10

/** Calls of one server, straight to it and through one replica, by one and by many. */
export async function measureCalls(world: World): Promise<void> {
  title(
    'Calls of one server over stdio: straight, straight where it speaks HTTP, through a replica',
  )
  for (const era of ['legacy', 'modern'] as const) {
    for (const count of [1, MANY]) await measureEra(world, era, count)
  }
}

async function measureEra({ one, key }: World, era: Era, count: number): Promise<void> {
  const { pid, url } = one.program
  const words = `${era}, ${count}`
  using stdio = await openDirect(era)
  const overStdio = Array.from({ length: count }, () => stdio.caller)
  const plain = await measured(overStdio, [() => cpuOf(stdio.pid)])
  tell(`${words}: straight, stdio`, plain)

  await using http = await startEchoHttp({ era })
  const { origin, pathname: path } = new URL(http.url)
  const overHttp = await openAll(count, () => openCaller(era, { url: origin, path }))
  tell(`${words}: straight, HTTP`, await measured(overHttp.all, [() => cpuOf(http.pid)]))
  await overHttp.close()

  const place = { url, key, path: `/metamcp/${era}/mcp` }
  const through = await openAll(count, () => openCaller(era, place))
  await load(through.all, WARM_UP_MS)
  await lagOf(url)
  const servers = async () => sum(await Promise.all((await childrenOf(pid)).map(cpuOf)))
  tell(`${words}: through a replica`, await measured(through.all, [servers, () => cpuOf(pid)]))
  const { mean, p99 } = await lagOf(url)
  say('    its event loop', `${mean} ms late at the mean, ${p99} ms at p99`)
  await through.close()
}

async function openAll(count: number, open: () => Promise<Caller>) {
  const all = await Promise.all(Array.from({ length: count }, open))
  return { all, close: () => Promise.all(all.map((caller) => caller.close())) }
}

type Measured = { loaded: Loaded; cpu: number[] }

async function measured(
  callers: readonly Caller[],
  of: readonly (() => Promise<number>)[],
): Promise<Measured> {
  const { result, cpu } = await withCpu(of, () => load(callers, MEASURED_MS))
  return { loaded: result, cpu: cpu.map((ms) => ms / result.calls) }
}

function tell(words: string, { loaded, cpu: [server = 0, replica] }: Measured): void {
  const { perSecond, p50, p99 } = loaded
  const rate = `${perSecond.toFixed(0).padStart(6)} calls/s`
  const times = `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)} ms`
  const own = replica === undefined ? '' : `, ${replica.toFixed(3)} of the replica`
  say(words, `${rate}; ${times}; CPU of a call ${server.toFixed(3)} ms of the server${own}`)
}

/** Of the event loop since it was asked last, in ms, as `/metrics` has it. */
async function lagOf(url: string) {
  const headers = { authorization: 'Bearer admin-token-of-the-tests' }
  const text = await (await fetch(`${url}/metrics`, { headers })).text()
  const of = (name: string) => {
    const found = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text)
    return (Number(found?.[1]) * 1_000 - LOOKED_AT_EVERY_MS).toFixed(1)
  }
  return { mean: of('mean'), p99: of('p99') }
}
