import { TASKS } from './echo-hello.ts'
import type { Method } from './echo-methods.ts'
import { EchoError, refusalOf } from './echo-wire.ts'
import type { JsonObject } from './echo-wire.ts'
import type { Answers, Asked, EchoClient, EchoWorld, Question, Work } from './echo-world.ts'

/** The Tasks extension: work that goes on after its call was answered. */
export interface EchoTasks {
  methods: Record<string, Method>
  /** The result of a call: a new task if the client can follow one, else the work's own result. */
  start(client: EchoClient, work: Work, here: Parameters<Work>[0]): Promise<JsonObject>
}

type Task = {
  taskId: string
  status: 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'
  createdAt: string
  lastUpdatedAt: string
  /** What the status brings with it. */
  more: JsonObject
  pending: Map<string, { question: JsonObject; answer: (result: JsonObject) => void }>
  abort: AbortController
}

export function openTasks(world: EchoWorld): EchoTasks {
  const tasks = new Map<string, Task>()
  const find: (asked: Asked) => Task = ({ client, params }) => {
    needTasks(client)
    const task = tasks.get(String(params['taskId']))
    if (!task) throw new EchoError(-32602, 'Unknown task')
    return task
  }
  return {
    methods: {
      'tasks/get': (asked) => viewOf(find(asked)),
      'tasks/update'(asked) {
        const { pending } = find(asked)
        const responses = (asked.params['inputResponses'] ?? {}) as Record<string, JsonObject>
        for (const [key, response] of Object.entries(responses)) pending.get(key)?.answer(response)
        return {}
      },
      'tasks/cancel'(asked) {
        const task = find(asked)
        if (isOver(task)) return {}
        change(world, task, { status: 'cancelled', more: {} })
        task.abort.abort()
        return {}
      },
    },
    async start({ capabilities }, work, here) {
      const { extensions } = capabilities as { extensions?: JsonObject }
      if (!extensions?.[TASKS]) return work(here)
      const task = newTask(world.secret())
      tasks.set(task.taskId, task)
      const ask = (questions: Record<string, Question>) => askIn(world, task, questions)
      void settle(world, task, work({ ask, signal: task.abort.signal }))
      return { resultType: 'task', ...viewOf(task) }
    },
  }
}

function newTask(taskId: string): Task {
  const now = new Date().toISOString()
  const times = { createdAt: now, lastUpdatedAt: now }
  return {
    ...{ taskId, status: 'working', ...times, more: {} },
    pending: new Map(),
    abort: new AbortController(),
  }
}

function viewOf({ taskId, status, createdAt, lastUpdatedAt, more }: Task): JsonObject {
  const times = { createdAt, lastUpdatedAt, ttlMs: 300_000, pollIntervalMs: 50 }
  return { taskId, status, ...times, ...more }
}

function isOver({ status }: Task): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

async function settle(world: EchoWorld, task: Task, work: Promise<JsonObject>): Promise<void> {
  try {
    const result = await work
    if (!isOver(task)) change(world, task, { status: 'completed', more: { result } })
  } catch (error) {
    const { error: wrong } = refusalOf(null, error)
    if (!isOver(task)) change(world, task, { status: 'failed', more: { error: wrong } })
  }
}

function change(world: EchoWorld, task: Task, to: Pick<Task, 'status' | 'more'>): void {
  Object.assign(task, to, { lastUpdatedAt: new Date().toISOString() })
  world.tell('notifications/tasks', viewOf(task))
}

/** Parks the task until each question was answered by `tasks/update`. */
async function askIn(
  world: EchoWorld,
  task: Task,
  questions: Record<string, Question>,
): Promise<Answers> {
  const answers = Object.entries(questions).map(async ([key, { method, params = {} }]) => {
    const { promise, resolve } = Promise.withResolvers<JsonObject>()
    task.pending.set(key, { question: { method, params }, answer: resolve })
    const result = await promise
    task.pending.delete(key)
    if (!isOver(task)) showPending(world, task)
    return [key, { jsonrpc: '2.0', id: key, result }] as const
  })
  showPending(world, task)
  return Object.fromEntries(await Promise.all(answers))
}

function showPending(world: EchoWorld, task: Task): void {
  const open = [...task.pending].map(([key, { question }]) => [key, question] as const)
  const inputRequests = Object.fromEntries(open)
  if (open.length === 0) return change(world, task, { status: 'working', more: {} })
  change(world, task, { status: 'input_required', more: { inputRequests } })
}

/** Throws -32021 if the client did not declare the extension. */
export function needTasks({ capabilities }: EchoClient): void {
  const { extensions } = capabilities as { extensions?: JsonObject }
  if (extensions?.[TASKS]) return
  const requiredCapabilities = { extensions: { [TASKS]: {} } }
  throw new EchoError(-32021, 'The client cannot follow tasks', { requiredCapabilities })
}
