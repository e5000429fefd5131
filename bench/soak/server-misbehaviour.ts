import { writeSync } from 'node:fs'
import type { Json, Line, notify, state } from './server.ts'

type World = { args: Json; line: Line; state: typeof state; notify: typeof notify }

/** What a server does to its gateway when it is told to, by name. */
const MISBEHAVIOURS: Record<string, (world: World) => void> = {
  /** Lines that are no messages, or none that anybody could mean. */
  garbage({ line }) {
    line.write('Starting up...\n\n[object Object]\n{"jsonrpc":"2.0"\n[]\nnull\n{}\n"text"\n12\n')
    line.write(
      '{"jsonrpc":"1.0","id":1,"result":{}}\n{"jsonrpc":"2.0","method":5}\n\u0000\u001b[2J\n',
    )
    line.write(
      '{"jsonrpc":"2.0","id":{"a":1},"result":{}}\n{"jsonrpc":"2.0","id":null,"error":{}}\n',
    )
    line.write(`${'z'.repeat(1_000_000)}\n`)
  },
  /** For a while each answer comes twice. */
  doubled({ args, state }) {
    state.doubledUntil = performance.now() + Number(args['ms'])
  },
  /** Answers to what nobody asked. */
  unknown({ args, line }) {
    for (let count = 0; count < Number(args['count']); count++) {
      line.send({ jsonrpc: '2.0', id: 1_000_000 + count, result: { content: [] } })
      line.send({
        jsonrpc: '2.0',
        id: `none${count}`,
        error: { code: -1, message: 'nobody asked' },
      })
    }
  },
  flood({ args, line, notify }) {
    for (let count = 0; count < Number(args['count']); count++) {
      notify(line, 'notifications/message', { level: 'info', data: `flood ${count}` })
    }
  },
  /** Progress of calls that are not there. */
  progress({ args, line, notify }) {
    for (let count = 0; count < Number(args['count']); count++) {
      notify(line, 'notifications/progress', { progressToken: 2_000_000 + count, progress: count })
    }
  },
  stderr({ args }) {
    const lines = `${'what it prints, line after line '.repeat(3)}\n`.repeat(100)
    for (let left = Number(args['bytes']); left > 0; left -= lines.length)
      process.stderr.write(lines)
  },
  /** Its list is another one, again and again. */
  lists({ args, line, state, notify }) {
    let left = Number(args['count'])
    const timer = setInterval(() => {
      state.listed = left % 5
      notify(line, 'notifications/tools/list_changed')
      if (--left <= 0) clearInterval(timer)
    }, 20)
  },
  /** Reads nothing for a while, so that the pipe fills up. */
  deaf({ args }) {
    process.stdin.pause()
    setTimeout(() => process.stdin.resume(), Number(args['ms']))
  },
  /** Does nothing at all for a while, as one that computes. */
  block({ args }) {
    const until = performance.now() + Number(args['ms'])
    while (performance.now() < until);
  },
  exit: ({ args }) => process.exit(Number(args['code'])),
  /** Ends in the middle of a message. */
  halfway() {
    writeSync(1, '{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"te')
    process.exit(0)
  },
  /** Says nothing any more, and stays. */
  mute() {
    process.stdout.destroy()
  },
  /** Over HTTP: how requests are answered for a while. */
  http({ args, state }) {
    state.httpFault = String(args['fault'])
    state.httpFaultUntil = performance.now() + Number(args['ms'])
  },
}

export function misbehave(how: string, world: World): void {
  MISBEHAVIOURS[how]?.(world)
}
