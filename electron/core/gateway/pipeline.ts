import { isOwnModule, type MiddlewareEntry } from '../../../shared/middleware.ts'
import type { RpcNotification } from '../json-rpc.ts'
import type { Assembly, AssembledView } from './assemble.ts'
import type { Middleware } from './call.ts'
import { compose } from './compose.ts'
import { keepLists } from './kept-lists.ts'
import { filter } from './middleware/filter.ts'
import type { Redaction } from './middleware/kind.ts'
import type { Middlewares } from './middleware/middlewares.ts'
import { overrides, presentPrompts, presentTools } from './middleware/overrides.ts'
import { openPlaces, type PlacesOptions } from './middleware/places.ts'

type PipelineView = AssembledView & {
  id: string
  name: string
  middleware: readonly MiddlewareEntry[]
}

type PipelineParts = Pick<PlacesOptions, 'log' | 'holds' | 'memory' | 'keeper' | 'isToolOn'> & {
  middlewares: Middlewares
}

type Pipeline = {
  around: Middleware
  /** What a server tells outside of all calls, as clients may read it. */
  told(notification: RpcNotification): RpcNotification
}

/** All that stands around the calls of an endpoint, in the order that is the same for everybody. */
export function makePipeline(
  view: PipelineView,
  { catalog, rules, items }: Assembly,
  { middlewares, ...parts }: PipelineParts,
): Pipeline {
  const { id, name, middleware } = view
  const tools = presentTools(catalog, view.rules)
  const redactions: Redaction[] = []
  const places = openPlaces({ ...parts, id, name, catalog, redactions, presentation: tools })
  const own = middlewares.make(middleware, places)
  const switches = filter(catalog, rules)
  const hasModules = middleware.some(({ use }) => isOwnModule(use))
  // First names and switches: what is off or has another name reaches no other middleware. Once more
  // within modules that people wrote: those may change what is asked for, and see all lists.
  const around = compose(
    // What people wrote may make a list another at any time.
    ...(hasModules ? [] : [keepLists()]),
    overrides({ tools, prompts: presentPrompts(catalog, items), items }),
    switches,
    ...own,
    ...(hasModules ? [switches] : []),
  )
  // Outermost last, as results come.
  const told = redactions.flatMap((one) => one.told ?? []).toReversed()
  return { around, told: (notification) => told.reduce((all, hide) => hide(all), notification) }
}
