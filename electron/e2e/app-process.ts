import { spawn, type ChildProcess } from 'node:child_process'
import { once, type EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { thisMachine } from '../../scripts/debian-package.ts'
import { openChromium } from '../../scripts/find-chromium.ts'
import { COMPILE_LESS } from '../core/testing/headless-process.ts'
import type { Deed, Fact } from './electron-stand-in/desktop.ts'

export const ROOT = resolve(import.meta.dirname, '../..')
const MAIN = join(ROOT, 'out/main/index.js')

type FactOf<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>

/** The app's process and what it says; a promise for words that never come rejects at its end. */
export interface AppProcess {
  readonly pid: number
  readonly stdout: string
  /** Resolves with all of stderr once it holds the words. */
  complained(words: string): Promise<string>
  /** The first fact of this kind that the stand-in told, or the first that fits. */
  told<Kind extends Fact['kind']>(
    kind: Kind,
    fits?: (fact: FactOf<Kind>) => boolean,
  ): Promise<FactOf<Kind>>
  /** Resolves once the last fact of this kind fits. */
  latest<Kind extends Fact['kind']>(
    kind: Kind,
    fits: (fact: FactOf<Kind>) => boolean,
  ): Promise<FactOf<Kind>>
  /** All of them, so far. */
  facts<Kind extends Fact['kind']>(kind: Kind): FactOf<Kind>[]
  /** Does on the stand-in what a person would. */
  do(deed: Deed): void
  /** Resolves with the exit code. */
  readonly ended: Promise<number | null>
  kill(signal: NodeJS.Signals): void
}

export type AppStart = {
  env: Record<string, string>
  args?: string[]
  /** The built app; that of the project unless another is given. */
  main?: string
}

/** Starts the built app on the stand-in, which keeps its browser's profile in `dir`. */
export async function startOnStandIn(
  { env, args = [], main = MAIN }: AppStart,
  dir: string,
): Promise<AppProcess> {
  if (!existsSync(main)) throw new Error('The app is not built: npm run build')
  const register = fileURLToPath(import.meta.resolve('./electron-stand-in/register.ts'))
  const chromium = await openChromium(thisMachine())
  const child = spawn(process.execPath, [...COMPILE_LESS, '--import', register, main, ...args], {
    cwd: ROOT,
    env: { ...env, METAMCP_CHROMIUM: chromium, METAMCP_STAND_IN_DIR: dir },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  return watchProcess(child)
}

export function watchProcess(child: ChildProcess): AppProcess {
  const said = { stdout: '', stderr: '' }
  const facts: Fact[] = []
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => (said[name] += text))
  }
  child.on('message', (fact: Fact) => facts.push(fact))
  const gone = new AbortController()
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      resolve(code)
      gone.abort(new Error(`The app ended with code ${code}. It said:\n${said.stderr}`))
    }),
  )

  async function after<T>(emitter: EventEmitter, event: string, find: () => T | undefined) {
    for (;;) {
      const found = find()
      if (found !== undefined) return found
      await once(emitter, event, { signal: gone.signal }).catch(() => gone.signal.throwIfAborted())
    }
  }

  function factsOf<Kind extends Fact['kind']>(kind: Kind): FactOf<Kind>[] {
    return facts.filter((fact): fact is FactOf<Kind> => fact.kind === kind)
  }

  return {
    pid: child.pid ?? 0,
    ended,
    get stdout() {
      return said.stdout
    },
    complained: (words) =>
      after(child.stderr ?? child, 'data', () =>
        said.stderr.includes(words) ? said.stderr : undefined,
      ),
    told: (kind, fits = () => true) => after(child, 'message', () => factsOf(kind).find(fits)),
    latest: (kind, fits) => after(child, 'message', () => factsOf(kind).slice(-1).find(fits)),
    facts: factsOf,
    do: (deed) => void child.send(deed),
    kill: (signal) => void child.kill(signal),
  }
}
