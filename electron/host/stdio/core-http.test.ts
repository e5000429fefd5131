import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { CoreHttp } from './core-http.ts'

test('a call is made on a new connection where all that are kept have been closed meanwhile', async () => {
  const used = new Set<Socket>()
  await using server = createServer((request, response) => {
    // As one that has been closed for being idle: nothing of the request is read.
    if (used.has(request.socket)) return void request.socket.resetAndDestroy()
    used.add(request.socket)
    response.setHeader('content-type', 'application/json').end('{"well":true}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const http = new CoreHttp(new URL(`http://127.0.0.1:${port}/`), 'token')
  const call = async () => {
    const response = await http.call('{}', {}, new AbortController().signal).response
    return json(response)
  }
  const well = { well: true }
  expect(await Promise.all([call(), call(), call()])).toEqual([well, well, well])
  expect(used.size).toBe(3)
  expect(await call()).toEqual(well)
  expect(used.size).toBe(4)
  http.close()
})
