import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import type { JsonObject, RpcNotification } from '../json-rpc.ts'
import { afterFile } from '../testing/after-file.ts'
import { echoServer, startEchoHttp } from '../testing/echo-definition.ts'
import { modern, modernHeaders, openProbe } from '../testing/http-probe.ts'
import { targetOf } from '../testing/inspecting.ts'
import { openRawClient } from '../testing/raw-client.ts'
import { startReplicas, type Replicas } from '../testing/replicas.ts'
import { openScriptedModern } from '../testing/scripted-modern.ts'
import { configFileOf, type TempCore } from '../testing/temp-core.ts'

/** What goes on at another replica: on a way that breaks, as a task, past a port of its own. */

const SOON = { timeout: 15_000, interval: 50 }

let scripted: Awaited<ReturnType<typeof openScriptedModern>>
let wire: Awaited<ReturnType<typeof openWire>>
let replicas: Replicas
let came = Promise.withResolvers<void>()
beforeAll(async () => {
  const made = new AsyncDisposableStack()
  afterFile(() => made.disposeAsync())
  scripted = made.use(
    await openScriptedModern({
      'tools/call'({ body: { params = {} } }) {
        if (params['requestState'] === undefined) {
          return { resultType: 'input_required', requestState: 'its own' }
        }
        if (!(params['arguments'] as JsonObject)['hangs']) return { content: [] }
        came.resolve()
        return null
      },
    }),
  )
  const far = made.use(await startEchoHttp({ name: 'far', era: 'modern' }))
  wire = made.use(await openWire())
  const file = configFileOf([scripted.definition, echoServer({ era: 'modern' }), far.definition()])
  const options = { file, replicaUrl: wire.url, adminPort: 0, drainMs: 100 }
  replicas = made.use(await startReplicas(options))
  wire.leadTo(Number(new URL(replicas.one.url).port))
})

/** An address that leads to a port, until its connections are cut. */
async function openWire() {
  const sockets = new Set<Socket>()
  let port = 0
  const server = createServer((from) => {
    const to = connect(port, '127.0.0.1')
    for (const one of [from, to]) {
      sockets.add(one.on('error', () => undefined))
      one.once('close', () => [from, to].forEach((either) => either.destroy()))
    }
    from.pipe(to).pipe(from)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => sockets.forEach((one) => one.destroy())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    leadTo: (to: number) => (port = to),
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

type Json = { result?: JsonObject; error?: { code: number; message: string } }

async function call(core: TempCore, params: { name: string } & JsonObject, path?: string) {
  const headers = modernHeaders('tools/call', params.name)
  const body = modern('tools/call', params)
  const sent = path === undefined ? { headers, body } : { headers, body, path }
  const { json } = await openProbe(core).send(sent)
  return json as Json
}

function retryOf(params: { name: string } & JsonObject, { result }: Json) {
  expect(result?.requestState).toMatch(/^@r1\./)
  return { ...params, inputResponses: {}, requestState: result?.requestState }
}

test('a call that is cut off on its way through another replica is not made once more', async () => {
  const { one, other } = replicas
  const params = { name: 'scripted__tool', arguments: { hangs: true } }
  came = Promise.withResolvers()
  const retried = call(other, retryOf(params, await call(one, params)))
  await came.promise
  wire.cut()
  const { error } = await retried
  expect(error).toMatchObject({ code: -32602, message: expect.stringMatching(/anew/) })
  expect(scripted.asked('tools/call')).toHaveLength(2)
})

test('an inspector at the port for management is answered by the replica that it asks', async () => {
  const [one, other] = [replicas.one, replicas.other].map((core): TempCore =>
    Object.assign(Object.create(core) as TempCore, {
      url: core.adminUrl,
      key: core.adminToken.token,
    }),
  ) as [TempCore, TempCore]
  const { id } = await targetOf(replicas.one, 'server', 'scripted')
  const path = `/mcp-proxy/server/${id}/mcp`
  const params = { name: 'tool', arguments: {} }
  const begun = await call(one, params, path)
  const done = await call(other, retryOf(params, begun), path)
  expect(done.result).toMatchObject({ resultType: 'complete', content: [] })
})

test('a task is asked about, answered and heard of through another replica', async () => {
  const { one, other } = replicas
  const extensions = { 'io.modelcontextprotocol/tasks': {} }
  const open = (core: TempCore) =>
    openRawClient(core, { era: 'modern', capabilities: { extensions, elicitation: {} } })
  await using here = await open(one)
  await using there = await open(other)
  const start = (server: string) => {
    const args = { ask: { method: 'elicitation/create', params: { message: 'Who?' } }, steps: 1 }
    return here.request('tools/call', { name: `${server}__slow_task`, arguments: args })
  }
  const { taskId } = await start('echo')
  expect(taskId).toMatch(/^@r1\./)
  const get = (id = taskId) => there.request('tasks/get', { taskId: id })
  await expect.poll(async () => (await get()).status, SOON).toBe('input_required')
  const { inputRequests, taskId: same } = await get()
  expect(same).toBe(taskId)

  const acknowledged = Promise.withResolvers<RpcNotification>()
  const completed = Promise.withResolvers<RpcNotification>()
  const onNotification = (said: RpcNotification) => {
    if (said.method.endsWith('acknowledged')) acknowledged.resolve(said)
    if (said.params?.status === 'completed') completed.resolve(said)
  }
  const wanted = { notifications: { taskIds: [taskId] } }
  const listening = there.request('subscriptions/listen', wanted, { onNotification })
  listening.catch((error: unknown) => acknowledged.reject(error))
  expect((await acknowledged.promise).params).toMatchObject(wanted)
  const [key = ''] = Object.keys(inputRequests as object)
  await there.request('tasks/update', { taskId, inputResponses: { [key]: {} } })
  expect((await completed.promise).params).toMatchObject({ taskId })

  // What began at a server of its own goes with it; others know theirs still.
  const { taskId: farTask } = await start('far')
  await one.close()
  await listening
  await expect(get()).rejects.toMatchObject({ code: -32602 })
  expect(await get(farTask)).toMatchObject({ taskId: farTask })
})
