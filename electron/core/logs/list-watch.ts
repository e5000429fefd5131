import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

const SETTLE_MS = 300

type EndpointLists = { id: string; name: string; tools: number }

export type ListWatchOptions = {
  /** What the endpoints that are on offer now. */
  lists: () => Promise<EndpointLists[]>
  log: Logger
}

/** Tells the log when clients of an endpoint see more or fewer tools than before. */
export interface ListWatch {
  /** Something changed that may matter. */
  look(): void
  close(): void
}

export function openListWatch({ lists, log }: ListWatchOptions): ListWatch {
  const known = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined
  let isOver = false

  const compare = ({ id, name, tools }: EndpointLists) => {
    const before = known.get(id)
    known.set(id, tools)
    if (before === undefined || before === tools || isOver) return
    log.info({ endpoint: name }, `endpoint ${name}: ${before} tools → ${tools}`)
  }
  const look = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      lists()
        .then((all) => all.forEach(compare))
        .catch((error: unknown) => {
          log.debug({ error: messageOf(error) }, 'could not count the tools of the endpoints')
        })
    }, SETTLE_MS).unref()
  }
  look()
  return {
    look,
    close() {
      isOver = true
      clearTimeout(timer)
    },
  }
}
