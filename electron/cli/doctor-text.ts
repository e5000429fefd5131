import { createInstance } from 'i18next'
import type { CheckableServer, CheckStep, InstanceCheck, ServerCheck } from '../../shared/doctor.ts'
import { betterUrl, problemFixes, problemWords, type Words } from '../../shared/server-problem.ts'
import shared from '../../shared/locales/en.json' with { type: 'json' }

const i18n = createInstance()
void i18n.init({
  ...{ lng: 'en', initAsync: false, interpolation: { escapeValue: false } },
  resources: { en: { translation: shared } },
})

const MARKS = { ok: '✓', failed: '✗', off: '–' } as const
const PLACES = { folder: 'data folder', key: 'key', database: 'database', port: 'port' } as const
const STEPS: Record<CheckStep['step'], string> = {
  settings: 'settings',
  command: 'command',
  resolves: 'resolves',
  reaches: 'reaches',
  starts: 'starts',
  answers: 'answers',
  tools: 'tools',
}
const INDENT = '    '

export function instanceLine({ step, ok, ms, found, problem }: InstanceCheck): string {
  const place = PLACES[step].padEnd(11)
  return ok
    ? `${MARKS.ok} ${place}  ${found} (${time(ms)})`
    : `${MARKS.failed} ${place}  ${problem}`
}

/** A line for a server, and below it what went how; `width`: of the longest name. */
export function serverLines({ name }: CheckableServer, check: ServerCheck, width: number): string {
  const { outcome, noise } = check
  const head = `${MARKS[outcome]} ${name.padEnd(width)}`
  if (outcome === 'off') return `${head}  switched off`
  const steps = check.steps.filter(({ step, ok }) => !ok || step !== 'settings').map(stepText)
  const heard = noise
    ? [`It prints to stdout what is no message of MCP (${noise.lines}): ${noise.first}`]
    : []
  if (outcome === 'ok') {
    return [`${head}  ${steps.join(' · ')}`, ...indented(heard)].join('\n')
  }
  const lines = [...troubleLines(check), ...(steps.length > 0 ? [steps.join(' · ')] : []), ...heard]
  return [`${head}  ${headline(check)}`, ...indented(lines)].join('\n')
}

export function summary(instance: InstanceCheck[], checked: { check: ServerCheck }[]): string {
  const count = (outcome: ServerCheck['outcome']) =>
    checked.filter(({ check }) => check.outcome === outcome).length
  const [ok, failed, off] = [count('ok'), count('failed'), count('off')]
  const servers = [
    `${ok} ${ok === 1 ? 'works' : 'work'}`,
    ...(failed > 0 ? [`${failed} ${failed === 1 ? 'does' : 'do'} not`] : []),
    ...(off > 0 ? [`${off} ${off === 1 ? 'is' : 'are'} off`] : []),
  ]
  const broken = instance.filter(({ ok: isWell }) => !isWell).length
  const own = broken > 0 ? ` MetaMCP itself: ${broken} of ${instance.length} not well.` : ''
  const all = `${checked.length} ${checked.length === 1 ? 'server' : 'servers'}`
  return `\n${all}: ${servers.join(', ')}.${own}`
}

function headline({ problem }: ServerCheck): string {
  return problem ? say(problemWords(problem).headline) : 'does not work'
}

/** Whose shared words say all that the reason does; and those that are nothing but the reason. */
const SAY_THE_SAME = new Set(['nothing-listens', 'host-not-found', 'moved', 'variable-missing'])
const IN_OWN_WORDS = new Set(['other', 'refused', 'not-approved'])

/** Why, in whole sentences, and the buttons that the window has for it. */
function troubleLines({ problem, reason }: ServerCheck): string[] {
  if (!problem) return reason.split('\n')
  const sentence = say(problemWords(problem).sentence)
  const told = SAY_THE_SAME.has(problem.code) ? [sentence] : reason.split('\n')
  const both = IN_OWN_WORDS.has(problem.code) || told[0] === sentence ? told : [sentence, ...told]
  const fixes = problemFixes(problem).map((fix) =>
    say({ key: `fix.${fix}`, values: { url: betterUrl(problem) ?? '' } }),
  )
  return [...both, `In the window: ${fixes.join(' · ')}`]
}

function stepText({ step, ok, ms, found }: CheckStep): string {
  const what = found === '' ? '' : ` ${found}`
  return `${STEPS[step]}${ok ? '' : ' ✗'}${what} ${time(ms)}`
}

function time(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`
}

function indented(lines: string[]): string[] {
  return lines.map((line) => `${INDENT}${line}`)
}

function say({ key, values }: Words): string {
  return i18n.t(key, values)
}
