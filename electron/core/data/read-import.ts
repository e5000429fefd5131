import { configFile, type ConfigFile, type ConfigServer } from '../../../shared/config-file.ts'
import type { ImportCheckView, ImportInput } from '../../../shared/data.ts'
import { CONFIG_INTRO, hiddenWords, parseConfigFile } from '../config-file.ts'
import { parseJsonc } from '../jsonc.ts'
import { InvalidInput, problemsOf } from '../problems.ts'
import { findReferences, readReference } from '../references.ts'
import { mapStrings } from './map-strings.ts'

type Environment = Record<string, string | undefined>

/** What a file would bring; throws InvalidInput with every mistake that does not concern values. */
export function checkImport(text: string, env: Environment): ImportCheckView {
  const file = parse(text)
  const isUnset = (name: string) => readReference(name, env) === undefined
  const unsetIn = (value: unknown) => [
    ...new Set(stringsIn(value).flatMap(findReferences).filter(isUnset)),
  ]
  return {
    counts: {
      servers: Object.keys(file.mcpServers).length,
      namespaces: Object.keys(file.namespaces).length,
      endpoints: Object.keys(file.endpoints).length,
      keys: Object.keys(file.apiKeys).length,
    },
    commands: Object.entries(file.mcpServers).flatMap(([server, { command, args = [] }]) =>
      command === undefined ? [] : [{ server, command, args }],
    ),
    missing: unsetIn([file.mcpServers, hiddenWords(file).map((one) => one.text)]),
    keysWithoutValue: keysWithoutValue(file, env),
    missingForKeys: unsetIn(Object.values(file.apiKeys).map(({ key }) => key)),
  }
}

/** A file as `--config` reads it, with values given now. */
export function readImport(
  { text, values, keysWithoutValue: unknownKeys }: ImportInput,
  env: Environment,
): { file: ConfigFile; skippedKeys: string[] } {
  const known = { ...env, ...values }
  const whole = parse(text)
  const skippedKeys = unknownKeys === 'skip' ? keysWithoutValue(whole, known) : []
  const apiKeys = Object.entries(whole.apiKeys).filter(([name]) => !skippedKeys.includes(name))
  const left = JSON.stringify({ ...whole, apiKeys: Object.fromEntries(apiKeys) })
  const file = parseConfigFile(left, known)
  const servers = Object.entries(file.mcpServers).map(([name, server]) => {
    // Values given by hand are in no environment later on: they are stored, sealed.
    return [name, mapStrings(server, (words) => fill(words, values)) as ConfigServer] as const
  })
  return { file: { ...file, mcpServers: Object.fromEntries(servers) }, skippedKeys }
}

function parse(text: string): ConfigFile {
  const result = configFile.safeParse(parseJsonc(text, CONFIG_INTRO))
  if (!result.success) throw new InvalidInput(problemsOf(result.error), CONFIG_INTRO)
  return result.data
}

function keysWithoutValue(file: ConfigFile, env: Environment): string[] {
  return Object.entries(file.apiKeys)
    .filter(([, { key }]) =>
      findReferences(key).some((one) => readReference(one, env) === undefined),
    )
    .map(([name]) => name)
}

/** Once: a value is never searched for references itself. */
function fill(text: string, values: Record<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => {
    return Object.hasOwn(values, name) ? (values[name] ?? '') : whole
  })
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}
