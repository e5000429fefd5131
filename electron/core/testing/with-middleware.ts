import type { ServerInput } from '../../../shared/server.ts'
import type { MiddlewareEntry } from '../../../shared/middleware.ts'
import { echoServer } from './echo-definition.ts'
import { configFileOf, startTempCore, type TempCore, type TempCoreOptions } from './temp-core.ts'

type Options = Omit<TempCoreOptions, 'file'> & {
  servers?: ServerInput[]
  /** More of the namespace `default`, as in a config file. */
  namespace?: object
}

/** A whole core whose namespace `default` has this list of middlewares. */
export async function startWithMiddleware(
  middleware: readonly MiddlewareEntry[],
  { servers = [echoServer()], namespace = {}, ...options }: Options = {},
): Promise<TempCore> {
  const file = configFileOf(servers)
  const names = servers.map(({ name }) => name)
  const namespaces = { default: { servers: names, middleware, ...namespace } }
  return startTempCore({ ...options, file: { ...file, namespaces } })
}

/** Gives the namespace `default` another list, as the window does. */
export async function setMiddleware(core: TempCore, middleware: MiddlewareEntry[]): Promise<void> {
  const [namespace] = await core.admin.namespaces.list.query()
  await core.admin.namespaces.update.mutate({ id: namespace?.id ?? '', patch: { middleware } })
}
