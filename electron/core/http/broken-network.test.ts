import { CallToolResultSchema } from '@modelcontextprotocol/sdk/types.js'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { connectLegacy } from '../testing/clients.ts'
import { echoServer } from '../testing/echo-definition.ts'
import { configFileOf, startTempCore } from '../testing/temp-core.ts'

/** A network between a client and a port, which the test can cut. */
async function openNetwork(port: number) {
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      sockets.forEach((socket) => socket.destroy())
      await closed
    },
  }
}

// Shows: http-related, http-stream-end
test('the official client loses neither a step nor the answer when the network is cut', async () => {
  await using core = await startTempCore({ file: configFileOf([echoServer()]) })
  await using network = await openNetwork(Number(core.mcpUrl().port))
  const url = core.mcpUrl()
  url.port = String(network.port)
  await using client = await connectLegacy(url, core.key)
  const steps: number[] = []
  const result = await client.request(
    {
      method: 'tools/call',
      params: { name: 'echo__slow', arguments: { steps: 100, stepMs: 10 } },
    },
    CallToolResultSchema,
    {
      onprogress({ progress }) {
        steps.push(progress)
        if (progress === 40) network.cut()
      },
    },
  )
  expect(result.content).toMatchObject([{ text: 'done after 100 steps' }])
  expect(steps).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
})
