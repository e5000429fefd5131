import { createServer } from 'node:net'
import { AppError } from '../core/index.ts'

/** So many ports after the one that is taken are tried before any is taken. */
const NEAR = 20

export type PortChoice = 'other' | 'again' | 'quit'

export type PortOptions<T> = {
  host: string
  port: number
  start(port: number): Promise<T>
  /** Asks the person, since clients look for us on that port. */
  ask(taken: number, other: number): Promise<PortChoice>
}

/** Starts on the port, or on another one if the person wants that; `null` if they want to quit. */
export async function startOnPort<T>({
  host,
  port,
  start,
  ask,
}: PortOptions<T>): Promise<T | null> {
  for (let next = port; ;) {
    try {
      return await start(next)
    } catch (error) {
      if (!isPortTaken(error)) throw error
      const other = await findFreePort(host, next)
      const choice = await ask(next, other)
      if (choice === 'quit') return null
      next = choice === 'other' ? other : port
    }
  }
}

function isPortTaken(error: unknown): boolean {
  const { cause } = error instanceof AppError ? error : {}
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}

async function findFreePort(host: string, taken: number): Promise<number> {
  for (let port = taken + 1; port <= Math.min(taken + NEAR, 65_535); port++) {
    if ((await tryListening(host, port)) !== null) return port
  }
  return (await tryListening(host, 0)) ?? 0
}

/** The port that it could listen on; `null` when it could not. */
function tryListening(host: string, port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(null))
    server.listen(port, host, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : null))
    })
  })
}
