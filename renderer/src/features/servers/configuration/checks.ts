import type { Values } from './values.ts'

/** What is wrong with the form as it stands; ids of texts by field. */
export type Checks = Partial<Record<string, string>>

/** As `serverName` of the definitions. */
const NAME = /^[A-Za-z0-9_-]{1,32}$/
const VARIABLE = /^[^=\0]+$/
const HEADER = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

export function checkValues(values: Values): Checks {
  const isStdio = values.type === 'STDIO'
  const checks: [field: string, isWrong: boolean, text: string][] = [
    ['name', !NAME.test(values.name.trim()), 'name'],
    ['command', isStdio && values.command.trim() === '', 'command'],
    ['url', !isStdio && !isAddress(values.url.trim()), 'url'],
    ['startSeconds', !(Number(values.startSeconds) >= 0.1), 'startSeconds'],
    ['idleMinutes', !(Number(values.idleMinutes) >= 0), 'idleMinutes'],
    ...values.env.map((one, index) => secretCheck(`env.${index}.name`, one.name, VARIABLE)),
    ...values.headers.map((one, index) => secretCheck(`headers.${index}.name`, one.name, HEADER)),
  ]
  const wrong = checks.filter(([, isWrong]) => isWrong)
  return Object.fromEntries(wrong.map(([field, , text]) => [field, text]))
}

function secretCheck(field: string, name: string, pattern: RegExp): [string, boolean, string] {
  return [field, name.trim() !== '' && !pattern.test(name.trim()), 'secretName']
}

function isAddress(text: string): boolean {
  const filled = text.replaceAll(/\$\{[A-Za-z_][A-Za-z0-9_]*\}/g, '1')
  return URL.canParse(filled) && /^https?:$/.test(new URL(filled).protocol)
}
