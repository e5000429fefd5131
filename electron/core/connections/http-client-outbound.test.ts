import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { openOutbound, type LookupAll } from '../outbound.ts'
import { openHttpClient } from './http-client.ts'

/** A server on this machine that must not be reached, and counts who does. */
async function openInside(answer: RequestListener = (_, response) => void response.end('inside')) {
  let requests = 0
  const server = createServer((request, response) => {
    requests++
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function openClient({ allow = [], lookup }: { allow?: string[]; lookup?: LookupAll } = {}) {
  const names = lookup ?? (() => Promise.resolve([{ address: '127.0.0.1', family: 4 }]))
  const client = openHttpClient({}, openOutbound({ allow, lookup: names }))
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() })
}

const codeOf = async (asked: Promise<unknown>) => {
  const error = await asked.catch((thrown: unknown) => thrown)
  const { code, cause } = error as { code?: string; cause?: { code?: string } }
  return code ?? cause?.code
}

test('nothing inside is reached by number or by name', async () => {
  await using inside = await openInside()
  await using client = openClient()
  const hosts = ['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '0', 'evil.example']
  for (const host of hosts) {
    const asked = client.fetch(`http://${host}:${inside.port}/`)
    expect([host, await codeOf(asked)]).toEqual([host, 'ADDRESS_NOT_ALLOWED'])
  }
  expect(inside.requests()).toBe(0)
})

test('a name that leads inside only when it is connected to gains nothing', async () => {
  await using inside = await openInside()
  let asked = 0
  const lookup = () =>
    Promise.resolve([{ address: asked++ === 0 ? '8.8.8.8' : '127.0.0.1', family: 4 }])
  await using client = openClient({ lookup })
  const fetched = client.fetch(`http://rebinds.example:${inside.port}/`)
  expect(await codeOf(fetched)).toBe('ADDRESS_NOT_ALLOWED')
  expect([asked, inside.requests()]).toEqual([2, 0])
})

test('what is allowed is reached, at the address that was looked up', async () => {
  await using inside = await openInside()
  await using client = openClient({ allow: ['127.0.0.0/8'] })
  expect(await (await client.fetch(`http://mcp.example:${inside.port}/`)).text()).toBe('inside')
  await using byName = openClient({ allow: ['mcp.example'] })
  expect(await (await byName.fetch(`http://mcp.example:${inside.port}/`)).text()).toBe('inside')
  const other = byName.fetch(`http://other.example:${inside.port}/`)
  expect(await codeOf(other)).toBe('ADDRESS_NOT_ALLOWED')
})

test.each(['127.0.0.1', 'elsewhere.example'])('a redirect to %s is not followed', async (host) => {
  await using inside = await openInside()
  const location = `http://${host}:${inside.port}/secret`
  await using outside = await openInside((_, response) => {
    response.writeHead(302, { location }).end()
  })
  await using client = openClient({ allow: ['mcp.example'] })
  const asked = client.fetch(`http://mcp.example:${outside.port}/`)
  expect(await codeOf(asked)).toBe('ADDRESS_NOT_ALLOWED')
  expect([outside.requests(), inside.requests()]).toEqual([1, 0])
})

test('a proxy is not asked for what is inside, and is for names that it alone knows', async () => {
  await using proxy = await openInside((request, response) => void response.end(request.url))
  const lookup: LookupAll = (name) =>
    name === 'inside.example'
      ? Promise.resolve([{ address: '10.0.0.1', family: 4 }])
      : Promise.reject(Object.assign(new Error('unknown'), { code: 'ENOTFOUND' }))
  const env = { http_proxy: `http://127.0.0.1:${proxy.port}` }
  const client = openHttpClient(env, openOutbound({ allow: [], lookup }))
  for (const host of ['inside.example', '10.0.0.1']) {
    expect(await codeOf(client.fetch(`http://${host}/`))).toBe('ADDRESS_NOT_ALLOWED')
  }
  expect(proxy.requests()).toBe(0)
  expect(await (await client.fetch('http://far.example/')).text()).toBe('http://far.example/')
  await client.close()
})
