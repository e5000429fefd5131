import type { Holds } from '../../held-call.ts'
import type { Logger } from '../../log.ts'
import type { Call } from '../call.ts'
import { ORIGIN, type Catalog, type Listed, type Origin } from '../catalog.ts'
import type { MiddlewarePlace, Redaction } from './kind.ts'
import type { Memory } from './memory.ts'
import type { Presentation } from './overrides.ts'

/** Whether clients may call it at this moment. */
export type IsToolOn = (origin: Origin) => boolean

export type PlacesOptions = {
  /** The endpoint: its id, and its address. */
  id: string
  name: string
  log: Logger
  holds: Holds
  memory: Memory
  /** Where those that hide something say so. */
  redactions: Redaction[]
  catalog: Catalog
  presentation: Presentation
  /** By what is offered when it is asked: that may be others than these meanwhile. */
  isToolOn: IsToolOn
  /** Gives an entry what it made before. */
  keeper: (entry: string, make: () => unknown) => unknown
}

/** What each entry of a namespace's list is given, by the entry's own name. */
export function openPlaces(options: PlacesOptions): (entry: string) => MiddlewarePlace {
  const { id: endpointId, name: endpoint, log, holds, keeper, isToolOn } = options
  const { catalog, presentation, memory, redactions } = options
  const toolOf = toolFinder(options)
  return (entry) => ({
    ...{ endpoint, endpointId, log, toolOf, redactions, memory },
    keep: <T>(make: () => T) => keeper(entry, make) as T,
    isTaken: (name) => presentation.toCatalog.has(name) || catalog.tool(name) !== undefined,
    isOn: (tool) => isToolOn(tool[ORIGIN]),
    hold: (call) => holds.hold({ ...call, endpoint, endpointId }),
    held(id) {
      const hold = holds.find(id)
      return hold?.call.endpointId === endpointId ? hold : undefined
    },
  })
}

/** Several entries ask for the tool of each call: it is put together once. */
function toolFinder({ catalog, presentation }: PlacesOptions) {
  const shown = new Map<Listed, Listed>()
  return ({ method, params }: Call): Listed | undefined => {
    if (method !== 'tools/call' || typeof params.name !== 'string') return undefined
    const tool = catalog.listedTool(params.name)
    if (!tool) return undefined
    const before = shown.get(tool)
    if (before) return before
    // Frozen, so that its hash is counted once as well.
    const made = Object.freeze(presentation.show(tool))
    shown.set(tool, made)
    return made
  }
}
