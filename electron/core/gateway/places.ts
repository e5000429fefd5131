import { randomUUID } from 'node:crypto'
import { isObject, type JsonObject } from '../json-rpc.ts'
import { TASK_METHODS } from './task-handles.ts'

/** Names of replicas: they stand in what clients carry, and in patterns of a balancer. */
const PLACE = /^@([A-Za-z0-9]{1,32})\.(.*)$/s

type Carrying = { method: string; params: JsonObject }

/**
 * Says in what clients carry for us which replica knows the rest of it: calls that wait, tasks,
 * sessions, streams. Without a `replica` nothing is said. The name is no secret and proves nothing:
 * who makes one up is led to where nobody knows them.
 */
export class Places {
  readonly #replica: string | null

  constructor(replica: string | null) {
    this.#replica = replica
  }

  /** Begins with the replica's name and a dot, for a balancer to see; the rest nobody guesses. */
  newId(): string {
    const id = randomUUID()
    return this.#replica === null ? id : `${this.#replica}.${id}`
  }

  /** Parameters as they are known inside. */
  unmarked({ method, params }: Carrying): JsonObject {
    const field = fieldOf(method)
    const match = partsOf(params[field])
    return match ? { ...params, [field]: match.rest } : params
  }

  /** A result as its client gets it. A task keeps its handle, whichever replica is asked. */
  marked(result: JsonObject, { method, params }: Carrying): JsonObject {
    const isOfTask = TASK_METHODS.has(method)
    const field = isOfTask || result.resultType === 'task' ? 'taskId' : 'requestState'
    const place = isOfTask ? placeOf(method, params) : this.#replica
    const carried = result[field]
    if (place === null || typeof carried !== 'string') return result
    return { ...result, [field]: `@${place}.${carried}` }
  }
}

/** The replica that a request goes on at; `null`: any. */
export function placeOf(method: string, params: JsonObject = {}): string | null {
  if (method !== 'subscriptions/listen') return partsOf(params[fieldOf(method)])?.place ?? null
  const { taskIds } = isObject(params.notifications) ? params.notifications : {}
  // One stream is at one replica; of tasks of others it tells what their servers say there.
  for (const one of Array.isArray(taskIds) ? (taskIds as unknown[]) : []) {
    const parts = partsOf(one)
    if (parts) return parts.place
  }
  return null
}

/** The handle of a task as it is known inside. */
export function unmarkedHandle(handle: string): string {
  return partsOf(handle)?.rest ?? handle
}

/** Where a request has what was begun before it. */
function fieldOf(method: string): 'taskId' | 'requestState' {
  return TASK_METHODS.has(method) ? 'taskId' : 'requestState'
}

function partsOf(carried: unknown): { place: string; rest: string } | null {
  if (typeof carried !== 'string') return null
  const [, place = '', rest = ''] = PLACE.exec(carried) ?? []
  return place === '' ? null : { place, rest }
}
