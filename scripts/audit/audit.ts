import { resolve } from 'node:path'
import { env, stdout } from 'node:process'
import { askAdvisories, type Advisories } from './advisories.ts'
import { licencesIn, type Licence } from './licences.ts'

const root = resolve(import.meta.dirname, '../..')

/** What the exit code says; findings count more than what could not be asked. */
const FINE = 0
const FOUND = 1
const NOT_ASKED = 2

/**
 * Checks all dependencies: their licences, and what the registry knows against them. With `--list`
 * it prints the licences alone. Returns the exit code: 1 for findings, 2 where the registry could
 * not be asked.
 */
export async function audit(args: string[], folder = root): Promise<number> {
  const licences = licencesIn(folder)
  if (args.includes('--list')) {
    for (const one of licences) stdout.write(`${lineOf(one)}\n`)
    return licences.every(({ reason }) => reason !== null) ? FINE : FOUND
  }
  const licenceCode = tellLicences(licences)
  const advisoryCode = tellAdvisories(await askAdvisories(folder, env))
  return licenceCode === FINE ? advisoryCode : licenceCode
}

function tellLicences(licences: Licence[]): number {
  const refused = licences.filter(({ reason }) => reason === null)
  const first = `Licences: ${licences.length} packages, ${refused.length} not allowed.`
  stdout.write([first, ...refused.map((one) => `  ${lineOf(one)}`), ''].join('\n'))
  return refused.length === 0 ? FINE : FOUND
}

function tellAdvisories(answer: Advisories): number {
  if (answer.kind === 'not-asked') {
    const reason = answer.reason.replace(/\.$/, '')
    stdout.write(`Advisories: COULD NOT ASK the registry (${reason}). This says nothing.\n`)
    return NOT_ASKED
  }
  if (answer.kind === 'none') {
    stdout.write(`Advisories: asked about ${answer.asked} packages, nothing found.\n`)
    return FINE
  }
  const { grave, others } = answer
  const first = `Advisories: ${grave.length} high or critical, ${others.length} lesser.`
  stdout.write([first, ...[...grave, ...others].map((line) => `  ${line}`), ''].join('\n'))
  return grave.length === 0 ? FINE : FOUND
}

function lineOf({ name, version, licence, reason }: Licence): string {
  return `${name} ${version}: ${licence ?? 'no licence'}, ${reason ?? 'NOT ALLOWED'}`
}
