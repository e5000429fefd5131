import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ClientFace } from '../connections/connection.ts'
import { isObject, RpcCode, RpcError } from '../json-rpc.ts'
import { quote } from './unknown.ts'

/** Methods of the Tasks extension (`io.modelcontextprotocol/tasks`) that name a task. */
export const TASK_METHODS: ReadonlySet<string> = new Set([
  'tasks/get',
  'tasks/update',
  'tasks/cancel',
])

const EXTENSION = 'io.modelcontextprotocol/tasks'

/** Throws `RpcError` -32021 for a client that does not speak the extension. */
export function requireTasks({ capabilities: { extensions } }: ClientFace): void {
  if (isObject(extensions) && extensions[EXTENSION] !== undefined) return
  const requiredCapabilities = { extensions: { [EXTENSION]: {} } }
  const text = 'Missing required client capability'
  throw new RpcError(RpcCode.missingCapability, text, { requiredCapabilities })
}

export type TaskOrigin = { serverId: string; taskId: string }

const MAC_BYTES = 16

/**
 * Two servers may give their tasks the same id, and a task is its caller's alone. So clients know
 * a task by a handle: server and id, with a code that only we can make and only for that caller.
 * One task has one handle, also after a restart: clients compare them and keep them for days.
 */
export class TaskHandles {
  readonly #key: Uint8Array

  constructor(key: Uint8Array) {
    this.#key = key
  }

  handleOf({ serverId, taskId }: TaskOrigin, caller: string): string {
    const code = this.#codeOf({ serverId, taskId }, caller).toString('base64url')
    return `${code}.${serverId}.${taskId}`
  }

  /** Throws `RpcError` -32602 for a task that is not this caller's, as for one that never was. */
  originOf(handle: unknown, caller: string): TaskOrigin {
    const [, code = '', serverId = '', taskId = ''] =
      typeof handle === 'string' ? (/^([^.]+)\.([^.]+)\.(.*)$/s.exec(handle) ?? []) : []
    const given = Buffer.from(code, 'base64url')
    const expected = this.#codeOf({ serverId, taskId }, caller)
    if (given.length === MAC_BYTES && timingSafeEqual(given, expected)) return { serverId, taskId }
    throw this.unknown(handle)
  }

  unknown(handle: unknown): RpcError {
    return new RpcError(RpcCode.invalidParams, `Unknown task: ${quote(handle)}`)
  }

  #codeOf({ serverId, taskId }: TaskOrigin, caller: string): Buffer {
    const text = JSON.stringify(['task', caller, serverId, taskId])
    return createHmac('sha256', this.#key).update(text).digest().subarray(0, MAC_BYTES)
  }
}
