import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { betterUrl, problemFixes, problemWords, type ServerProblem } from './server-problem.ts'
import { downloadOf, needsYou, serverState, wordsAt } from './server-state.ts'

type Facts = Parameters<typeof serverState>[0]

const facts = (fields: Partial<Facts> = {}): Facts => ({
  ...{ state: 'running', problem: null, signIn: null, startedAt: 1_000, enabled: true },
  ...fields,
})

const refused: ServerProblem = { code: 'refused', message: 'no' }

const PROBLEMS: ServerProblem[] = [
  { code: 'command-not-found', command: 'npx', folders: 14, tool: 'node' },
  { code: 'command-not-found', command: 'thing', folders: 14, tool: null },
  { code: 'command-not-found', command: '/opt/a/server', folders: 0, tool: null },
  { code: 'not-executable', command: '/opt/a/server' },
  { code: 'folder-missing', folder: '/srv' },
  { code: 'variable-missing', name: 'STRIPE_API_KEY', field: 'env.KEY' },
  { code: 'exited', exitCode: 1, signal: null, afterMs: 412, lastLine: 'Error: no' },
  { code: 'exited', exitCode: null, signal: 'SIGKILL', afterMs: 412, lastLine: 'Error: no' },
  { code: 'exited', exitCode: null, signal: 'SIGKILL', afterMs: 412, lastLine: '' },
  { code: 'exited', exitCode: 1, signal: null, afterMs: 412, lastLine: '' },
  { code: 'stops-often', times: 3, retryAt: 1, lastLine: '' },
  { code: 'no-answer', timeoutMs: 60_000, step: 'x' },
  { code: 'sign-in-needed', host: 'linear.app' },
  { code: 'sign-in-expired', host: 'linear.app', at: 1 },
  { code: 'token-refused', host: 'example.com', status: 401 },
  { code: 'host-not-found', host: 'example.invalid' },
  { code: 'nothing-listens', host: '127.0.0.1', port: 3001 },
  { code: 'certificate', host: 'mcp.corp', reason: 'X' },
  { code: 'not-mcp', url: 'https://a.example/', suggestion: 'https://a.example/mcp' },
  { code: 'not-mcp', url: 'https://a.example/mcp', suggestion: null },
  { code: 'moved', url: 'https://a.example/', to: 'https://b.example/' },
  refused,
  { code: 'other', message: 'x' },
]

test.each<[Partial<Facts>, ...string[]]>([
  [{}, 'running', 'ok'],
  [{ state: 'stopped' }, 'idle', 'off'],
  [{ state: 'starting' }, 'starting', 'busy'],
  [{ state: 'starting', problem: refused }, 'starting', 'busy', 'needs you'],
  [{ state: 'failed', problem: refused }, 'failed', 'bad', 'needs you'],
  [{ state: 'failed' }, 'failed', 'bad', 'needs you'],
  [{ state: 'stopped', signIn: 'needed' }, 'sign-in-needed', 'warn', 'needs you'],
  [{ state: 'failed', problem: refused, signIn: 'needed' }, 'sign-in-needed', 'warn', 'needs you'],
  [{ state: 'disabled', enabled: false, signIn: 'needed' }, 'off', 'off'],
])('%j is shown as %s', (fields, ...expected) => {
  const [key, tone, needs] = expected
  const isNeedy = needs !== undefined
  expect(serverState(facts(fields))).toMatchObject({ key, tone, needsYou: isNeedy })
})

test('all that need somebody are counted', () => {
  const signIn = facts({ signIn: 'needed' })
  expect(needsYou([facts(), signIn, facts({ state: 'failed' }), facts({ enabled: false })])).toBe(2)
})

test('a start counts its seconds, and then says what may take so long', () => {
  const state = serverState(
    facts({ state: 'starting', command: 'npx', args: ['-y', '@stripe/mcp', '--all'] }),
  )
  expect(wordsAt(state, 1_500).key).toBe('state.starting')
  expect(wordsAt(state, 3_900)).toEqual({ key: 'state.startingFor', values: { seconds: 2 } })
  expect(wordsAt(state, 13_000)).toEqual({
    key: 'state.downloadingFor',
    values: { download: '@stripe/mcp', seconds: 12 },
  })
})

test.each<[string, string[], string | null]>([
  ['npx', ['-y', '@a/b', 'x'], '@a/b'],
  ['npx.cmd', ['--package', 'one', 'run-it'], 'one'],
  ['/usr/bin/uvx', ['--from', 'git+https://x', 'tool'], 'git+https://x'],
  ['uvx', ['mcp-server-git'], 'mcp-server-git'],
  ['docker', ['run', '-i', '--rm', '-e', 'TOKEN', 'ghcr.io/a/b:1', 'x'], 'ghcr.io/a/b:1'],
  ['docker', ['ps'], null],
  ['node', ['server.js'], null],
])('%s %j fetches %s', (command, args, download) => {
  expect(downloadOf({ command, args })).toBe(download)
})

const wordsOf = (language: string) =>
  JSON.parse(readFileSync(new URL(`locales/${language}.json`, import.meta.url), 'utf8')) as object

const textAt = (words: object, key: string): unknown =>
  key
    .split('.')
    .reduce((at: unknown, part) => (at as Record<string, unknown> | undefined)?.[part], words)

test.each(['en', 'zh'])('every problem has its words and its buttons in %s', (language) => {
  const words = wordsOf(language)
  for (const problem of PROBLEMS) {
    const { headline, sentence } = problemWords(problem)
    for (const { key, values } of [headline, sentence]) {
      const text = textAt(words, key)
      expect(text, key).toBeTypeOf('string')
      const asked = [...String(text).matchAll(/\{\{(\w+)/g)].map(([, name]) => name)
      expect(Object.keys(values), key).toEqual(expect.arrayContaining(asked))
    }
    const fixes = problemFixes(problem)
    expect(fixes.length).toBeGreaterThan(0)
    for (const fix of fixes) expect(textAt(words, `fix.${fix}`), fix).toBeTypeOf('string')
    expect(fixes.includes('use-url')).toBe(betterUrl(problem) !== null)
  }
})

test('headlines are short, sentences name the facts', () => {
  const en = wordsOf('en')
  for (const problem of PROBLEMS) {
    const { headline } = problemWords(problem)
    const filled = String(textAt(en, headline.key)).replace(
      /\{\{(\w+)[^}]*\}\}/g,
      (_, name: string) => String(headline.values[name]),
    )
    expect(filled.length, filled).toBeLessThanOrEqual(33)
  }
})
