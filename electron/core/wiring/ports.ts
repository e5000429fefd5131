import type { CoreConfig } from '../config.ts'
import { openHttpServer, type HttpServer } from '../http/server.ts'

/** The port that clients call, and where there is one, that of management alone. */
export type Ports = HttpServer & { readonly admin: { host: string; port: number } | null }

type Config = Pick<CoreConfig, 'host' | 'port' | 'adminHost' | 'adminPort' | 'log'>

/** Rejects AppError `in-use` naming the port that is taken, with nothing left open. */
export async function openPorts(config: Config, keepAliveMs: number | undefined): Promise<Ports> {
  const { host, port, adminPort = null, adminHost = '127.0.0.1', log } = config
  const calls = await openHttpServer({ host, port, keepAliveMs }, log)
  if (adminPort === null) return { ...calls, admin: null }
  const place = { host: adminHost, port: adminPort, option: '--admin-port or METAMCP_ADMIN_PORT' }
  const management = await openHttpServer({ ...place, keepAliveMs }, log).catch(
    async (error: unknown) => {
      await calls.close()
      throw error
    },
  )
  const both = [calls, management]
  return {
    port: calls.port,
    admin: { host: adminHost, port: management.port },
    inFlight: () => both.reduce((sum, one) => sum + one.inFlight(), 0),
    serve: (handler) => both.forEach((one) => one.serve(handler)),
    drain: async (ms) => void (await Promise.all(both.map((one) => one.drain(ms)))),
    close: async () => void (await Promise.all(both.map((one) => one.close()))),
  }
}
