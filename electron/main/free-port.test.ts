import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { AppError } from '../core/index.ts'
import { startOnPort, type PortChoice } from './free-port.ts'

const taken = () =>
  new AppError('in-use', 'taken', { cause: Object.assign(new Error(), { code: 'EADDRINUSE' }) })

async function listen() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { port, [Symbol.dispose]: () => void server.close() }
}

/** Starts on a port that somebody has; `choices` are the person's answers. */
async function startTaken(...choices: PortChoice[]) {
  using other = await listen()
  const tried: number[] = []
  const asked: number[][] = []
  const result = await startOnPort({
    ...{ host: '127.0.0.1', port: other.port },
    start(port) {
      tried.push(port)
      return port === other.port ? Promise.reject(taken()) : Promise.resolve(`on ${port}`)
    },
    async ask(...ports) {
      asked.push(ports)
      return choices.shift() ?? 'quit'
    },
  })
  return { port: other.port, result, tried, asked }
}

test('a port that is taken can be another one, and that one is free', async () => {
  const { port, result, asked } = await startTaken('again', 'other')
  const [, [, other = 0] = []] = asked
  expect([other > 0, other === port]).toEqual([true, false])
  expect(result).toBe(`on ${other}`)
})

test('or the start is given up', async () => {
  const { port, result, tried } = await startTaken('again', 'quit')
  expect(result).toBeNull()
  expect(tried).toEqual([port, port])
})

test('what fails for another reason is nobody’s choice', async () => {
  const start = () => Promise.reject(new AppError('in-use', 'The folder is in use.'))
  const ask = () => expect.unreachable('nothing was asked')
  const started = startOnPort({ host: '127.0.0.1', port: 1, start, ask })
  await expect(started).rejects.toThrow('The folder is in use.')
})
