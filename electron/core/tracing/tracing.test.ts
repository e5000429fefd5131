import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectAuto, connectLegacy } from '../testing/clients.ts'
import { startEchoHttp } from '../testing/echo-definition.ts'
import { openProbe, rpc } from '../testing/http-probe.ts'
import { openLogLines } from '../testing/log-lines.ts'
import {
  recordHeaders,
  startOtlpReceiver,
  type HeaderRecorder,
  type OtlpReceiver,
} from '../testing/otlp-receiver.ts'
import { startTempCore, type TempCore } from '../testing/temp-core.ts'

/* The way of a call as a collector of traces and Prometheus are told of it, and the server. */

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const CALLER = 'b7ad6b7169203331'
const TRACEPARENT = `00-${TRACE}-${CALLER}-01`
const METRICS_TOKEN = 'reads-numbers-alone'
const SERVERS = ['legacy', 'modern'] as const
const [SERVER, CLIENT] = [2, 3]

const opened = new AsyncDisposableStack()
const recorders = {} as Record<(typeof SERVERS)[number], HeaderRecorder>
let receiver: OtlpReceiver
let traced: TempCore
let untraced: TempCore

beforeAll(async () => {
  receiver = opened.use(await startOtlpReceiver())
  for (const era of SERVERS) {
    const echo = opened.use(await startEchoHttp({ name: era, era }))
    recorders[era] = opened.use(await recordHeaders(echo.url))
  }
  const file = {
    mcpServers: Object.fromEntries(SERVERS.map((era) => [era, { url: recorders[era].url }])),
    namespaces: { default: { servers: [...SERVERS] } },
    endpoints: { default: { namespace: 'default' } },
  }
  const collector = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=a%20test',
  }
  const env = { ...process.env, ...collector }
  traced = opened.use(await startTempCore({ file, env, metricsToken: METRICS_TOKEN }))
  untraced = opened.use(await startTempCore({ file }))
}, 60_000)
afterAll(() => opened.disposeAsync())

type Seen = { params: { _meta: Record<string, unknown> } }

/** The spans of a trace, once there are so many. */
async function spansOf(traceId: string, count: number) {
  const found = () => receiver.spans.filter((span) => span.traceId === traceId)
  await expect.poll(() => found().length).toBeGreaterThanOrEqual(count)
  expect(found()).toHaveLength(count)
  return found()
}

type Params = { name: string; arguments: Record<string, unknown>; _meta: Record<string, unknown> }

async function callInSession(params: Params) {
  await using client = await connectLegacy(traced.mcpUrl(), traced.key)
  return await client.callTool(params)
}

async function callAlone(params: Params) {
  await using client = await connectAuto(traced.mcpUrl(), traced.key)
  return await client.callTool(params)
}

test.each([
  ['a session', 'legacy', callInSession],
  ['a session', 'modern', callInSession],
  ['a request for itself', 'legacy', callAlone],
  ['a request for itself', 'modern', callAlone],
] as const)('a call in %s to a %s server is one trace from end to end', async (how, era, call) => {
  const isSession = how === 'a session'
  const trace = `${TRACE.slice(0, 30)}${isSession ? 'a' : 'b'}${era === 'modern' ? 'a' : 'b'}`
  const _meta = { traceparent: `00-${trace}-${CALLER}-01`, tracestate: 'vendor=1' }
  const name = `${era}__reflect`
  const called = await call({ name, arguments: { secret: 'hush' }, _meta })

  const [inner, outer] = await spansOf(trace, 2)
  const version = isSession ? '2025-11-25' : '2026-07-28'
  const tool = { 'mcp.method.name': 'tools/call', 'gen_ai.operation.name': 'execute_tool' }
  expect(outer).toMatchObject({ parentSpanId: CALLER, kind: SERVER, name: `tools/call ${name}` })
  expect(outer?.attributes).toEqual({
    ...{ ...tool, 'gen_ai.tool.name': name, 'mcp.protocol.version': version },
    ...{ 'metamcp.endpoint': 'default', 'network.transport': 'tcp' },
  })
  expect(inner).toMatchObject({
    ...{ parentSpanId: outer?.spanId, kind: CLIENT, name: 'tools/call reflect' },
  })
  expect(inner?.attributes).toEqual({
    ...{ ...tool, 'gen_ai.tool.name': 'reflect', 'metamcp.server': era },
    'mcp.protocol.version': era === 'modern' ? '2026-07-28' : '2025-11-25',
    'network.transport': 'tcp',
  })

  const told = { traceparent: `00-${trace}-${inner?.spanId}-01`, tracestate: 'vendor=1' }
  expect((called.structuredContent as Seen).params._meta).toMatchObject(told)
  expect(recorders[era].of(trace)).toMatchObject(told)
  expect(receiver.resource()).toMatchObject({
    'service.name': 'metamcp',
    'deployment.environment.name': 'a test',
  })
  expect(receiver.raw()).not.toContain('hush')
})

test('what goes wrong is told by its kind, without its words', async () => {
  await using client = await connectAuto(traced.mcpUrl(), traced.key)
  const call = (name: string, last: string, args: object = {}) => {
    const _meta = { traceparent: `00-${TRACE.slice(0, 31)}${last}-${CALLER}-01` }
    return client.callTool({ name, arguments: { ...args }, _meta }).catch(() => null)
  }
  await call('modern__fail', '1')
  await call('modern__throw', '2', { code: -32050, message: 'the words of an error' })
  await call('modern__none', '3')
  const endOf = async (last: string, count: number) => {
    const spans = await spansOf(TRACE.slice(0, 31) + last, count)
    return spans.map(({ status, attributes }) => [status.code, attributes['error.type']])
  }
  expect(await endOf('1', 2)).toEqual([
    [2, 'tool_error'],
    [2, 'tool_error'],
  ])
  expect(await endOf('2', 2)).toEqual([
    [2, '-32050'],
    [2, '-32050'],
  ])
  expect(await endOf('3', 1)).toEqual([[2, '-32602']])
  expect(receiver.raw()).not.toContain('the words of an error')
  expect(receiver.raw()).not.toContain('it went wrong')
})

test('a call whose caller is not traced is not told of, and the server hears so', async () => {
  await using client = await connectAuto(traced.mcpUrl(), traced.key)
  const trace = `${TRACE.slice(0, 31)}4`
  const _meta = { traceparent: `00-${trace}-${CALLER}-00` }
  const { structuredContent } = await client.callTool({ name: 'modern__reflect', _meta })
  const { traceparent } = (structuredContent as Seen).params._meta
  expect(traceparent).toMatch(new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`))
  await client.callTool({ name: 'modern__echo', arguments: {} })
  await expect.poll(() => receiver.spans.at(-1)?.name).toBe('tools/call modern__echo')
  expect(receiver.spans.filter(({ traceId }) => traceId === trace)).toEqual([])
})

test.each(SERVERS)('without a collector the trace of a caller reaches a %s server', async (era) => {
  const probe = openProbe(untraced)
  const session = { 'mcp-session-id': await probe.openSession() }
  const call = (headers: Record<string, string>, meta?: object) => {
    const params = { name: `${era}__reflect`, arguments: {}, ...(meta && { _meta: meta }) }
    return probe.send({ body: rpc('tools/call', params), headers: { ...session, ...headers } })
  }
  const metaIn = async (answered: ReturnType<typeof call>) => {
    const { result } = (await answered).json as { result: { structuredContent: Seen } }
    return result.structuredContent.params._meta
  }
  // By headers, as proxies write them, and in the message: that one wins.
  const inHeaders = { traceparent: TRACEPARENT, tracestate: 'a=1,b=2', baggage: 'who=me' }
  expect(await metaIn(call(inHeaders))).toMatchObject(inHeaders)
  expect(recorders[era].of(TRACEPARENT)).toMatchObject(inHeaders)
  const own = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }
  const both = await metaIn(call(inHeaders, own))
  expect(both).toMatchObject(own)
  expect(both).not.toHaveProperty('tracestate')
  expect(recorders[era].of('00f067aa0ba902b7')).toMatchObject(own)
  // What is none goes no further in headers, where it could be anything.
  await call({}, { traceparent: 'none\r\nx: y', 'x.mark': `mark-${era}` })
  expect(recorders[era].of(`mark-${era}`)).not.toHaveProperty('traceparent')
  expect(receiver.spans.filter(({ traceId }) => traceId === TRACE)).toEqual([])
})

test('an API call goes on with the trace of its caller', async () => {
  const trace = `${TRACE.slice(0, 31)}5`
  await openProbe(traced).send({
    path: '/metamcp/default/api/modern__reflect',
    ...{ headers: { traceparent: `00-${trace}-${CALLER}-01` }, body: {} },
  })
  const spans = await spansOf(trace, 2)
  expect(spans[1]).toMatchObject({ parentSpanId: CALLER })
})

test('a collector that is down costs no call, and the log one line', async () => {
  const { log, lines } = openLogLines()
  const collector = {
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_BSP_SCHEDULE_DELAY: '1',
    OTEL_EXPORTER_OTLP_TIMEOUT: '50',
  }
  const file = { mcpServers: { legacy: { url: recorders.legacy.url } } }
  await using core = await startTempCore({ file, log, env: { ...process.env, ...collector } })
  await using client = await connectAuto(core.mcpUrl(), core.key)
  const told = () => lines.filter(({ message }) => message.startsWith('traces could not be'))
  for (let call = 0; call < 20; call += 1) {
    const { content } = await client.callTool({
      ...{ name: 'legacy__echo', arguments: { message: 'hi' } },
    })
    expect(content).toMatchObject([{ text: 'hi' }])
  }
  await expect.poll(() => told().length).toBe(1)
  await client.callTool({ name: 'legacy__echo', arguments: {} })
  expect(told()).toHaveLength(1)
})

test('the numbers tell of the same calls', async () => {
  const probe = openProbe(traced)
  const authorization = `Bearer ${METRICS_TOKEN}`
  const answered = await fetch(`${traced.url}/metrics`, { headers: { authorization } })
  expect(answered.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await answered.text()
  const value = (line: string) =>
    Number(
      text
        .split('\n')
        .find((one) => one.startsWith(line))
        ?.slice(line.length),
    )
  const labels = 'server="modern",method="tools/call"'
  expect(value(`metamcp_calls_total{${labels},outcome="tool-error"}`)).toBe(1)
  expect(value(`metamcp_calls_total{${labels},outcome="error"}`)).toBe(1)
  expect(value('metamcp_call_errors_total{server="modern",code="other"}')).toBe(1)
  expect(value('metamcp_call_errors_total{server="_none",code="-32602"}')).toBe(1)
  const ok = value(`metamcp_calls_total{${labels},outcome="ok"}`)
  expect(ok).toBeGreaterThan(3)
  expect(value(`metamcp_call_duration_seconds_count{${labels}}`)).toBe(ok + 2)
  expect(value(`metamcp_call_duration_seconds_bucket{le="+Inf",${labels}}`)).toBe(ok + 2)
  expect(value(`metamcp_call_duration_seconds_sum{${labels}}`)).toBeGreaterThan(0)
  expect(value('metamcp_servers{state="running"}')).toBe(2)
  expect(value('metamcp_server_starts_total{server="modern"}')).toBe(1)
  expect(value('metamcp_server_restarts_total{server="modern"}')).toBe(0)
  expect(value('metamcp_connections{server="modern",state="running"}')).toBeGreaterThan(0)
  expect(value('metamcp_call_log_rows_total{state="dropped"}')).toBe(0)
  for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_resident_memory_bytes']) {
    expect(text).toMatch(new RegExp(`^${name} `, 'm'))
  }
  const before = value('metamcp_sessions{kind="client"}')
  await probe.openSession()
  const again = await fetch(`${traced.url}/metrics`, { headers: { authorization } })
  expect(await again.text()).toContain(`metamcp_sessions{kind="client"} ${before + 1}\n`)
})

test('the token of metrics opens nothing else, and is none where none was given', async () => {
  const statusOf = async (url: URL | string, token: string, init: RequestInit = {}) =>
    (await fetch(url, { ...init, headers: { authorization: `Bearer ${token}` } })).status
  const manage = `${traced.url}/trpc/frontend/servers.list`
  expect(await statusOf(manage, METRICS_TOKEN)).toBe(401)
  expect(await statusOf(`${traced.url}/mcp-proxy/server/x/mcp`, METRICS_TOKEN)).toBe(401)
  expect(await statusOf(traced.mcpUrl(), METRICS_TOKEN, { method: 'POST' })).toBe(401)
  expect(await statusOf(`${traced.url}/metrics`, traced.adminToken.token)).toBe(200)
  expect(await statusOf(`${traced.url}/metrics`, traced.key)).toBe(401)
  expect(await statusOf(`${untraced.url}/metrics`, METRICS_TOKEN)).toBe(401)
})
