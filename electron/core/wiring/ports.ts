import type { CoreConfig } from '../config.ts'
import { AppError } from '../errors.ts'
import { openHttpServer, type HttpServer } from '../http/server.ts'

/** The port that clients call, and where there is one, that of management alone. */
export type Ports = HttpServer & { readonly admin: { host: string; port: number } | null }

type Config = Pick<CoreConfig, 'host' | 'port' | 'adminHost' | 'adminPort' | 'replica' | 'log'>

/**
 * Rejects with nothing left open: AppError `in-use` naming the port that is taken, or `invalid` where
 * both would have one number. What a request may do is told by the number of the port it came in by,
 * also where the two are at different addresses.
 */
export async function openPorts(config: Config, keepAliveMs: number | undefined): Promise<Ports> {
  const { host, port, adminPort = null, adminHost = '127.0.0.1', log } = config
  const { replica } = config
  if (port !== 0 && port === adminPort) throw samePort(port)
  const calls = await openHttpServer({ host, port, keepAliveMs, replica }, log)
  if (adminPort === null) return { ...calls, admin: null }
  const place = { host: adminHost, port: adminPort, option: '--admin-port or METAMCP_ADMIN_PORT' }
  const management = await openHttpServer({ ...place, keepAliveMs, replica }, log).catch(
    async (error: unknown) => {
      await calls.close()
      throw error
    },
  )
  const both = [calls, management]
  const close = async () => void (await Promise.all(both.map((one) => one.close())))
  if (calls.port === management.port) {
    await close()
    throw samePort(calls.port)
  }
  return {
    port: calls.port,
    admin: { host: adminHost, port: management.port },
    inFlight: () => both.reduce((sum, one) => sum + one.inFlight(), 0),
    serve: (handler) => both.forEach((one) => one.serve(handler)),
    drain: async (ms) => void (await Promise.all(both.map((one) => one.drain(ms)))),
    end: async (ms) => void (await Promise.all(both.map((one) => one.end(ms)))),
    close,
  }
}

function samePort(port: number): AppError {
  const text = `Port ${port} cannot be both for clients and for management, at whatever addresses. Choose another with --admin-port or METAMCP_ADMIN_PORT (0 picks a free one), or leave that out.`
  return new AppError('invalid', text)
}
