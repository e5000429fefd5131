import { z } from 'zod'
import type { NeededValue } from '../../../../shared/add-server.ts'
import { AppError } from '../../errors.ts'
import { parseJsonc } from '../../jsonc.ts'
import { problemsOf, problemText } from '../../problems.ts'
import { isSecretName } from '../covered.ts'

const text = z.string()
const scalar = z.union([text, z.number(), z.boolean()])
const launch = z.object({
  command: text.optional(),
  args: z.array(text).optional(),
  env: z.record(text, text).optional(),
})

const userOption = z.object({
  type: z.enum(['string', 'number', 'boolean', 'directory', 'file']).catch('string'),
  title: text.optional(),
  description: text.optional(),
  required: z.boolean().optional(),
  default: z
    .union([scalar, z.array(scalar)])
    .optional()
    .catch(undefined),
  multiple: z.boolean().optional(),
  sensitive: z.boolean().optional(),
})

/** `manifest.json` of an MCPB, versions 0.1 (DXT) to 0.4; fields that launching does not take are left alone. */
const manifest = z.object({
  name: text.min(1),
  display_name: text.optional(),
  version: text.catch(''),
  description: text.catch(''),
  server: z.object({
    type: text,
    entry_point: text.optional(),
    mcp_config: launch.extend({ platform_overrides: z.record(text, launch).optional() }).optional(),
  }),
  user_config: z.record(text, userOption).nullish(),
  compatibility: z
    .object({ platforms: z.array(text).optional() })
    .optional()
    .catch(undefined),
})

export type Manifest = z.infer<typeof manifest>
export type Launch = { command: string; args: string[]; env: Record<string, string> }

/** Throws AppError `invalid` with the place of each mistake. */
export function readManifest(source: string): Manifest {
  const result = manifest.safeParse(
    parseJsonc(source, 'The manifest of this bundle is not valid: '),
  )
  if (result.success) return result.data
  const problems = problemsOf(result.error).map(problemText).join('; ')
  throw new AppError('invalid', `The manifest of this bundle is not valid: ${problems}.`)
}

/** What starts it on this platform, with its variables still in it. */
export function launchOf({ server }: Manifest, platform: string): Launch {
  const { mcp_config: base = {}, entry_point: entry, type } = server
  const own = base.platform_overrides?.[platform] ?? {}
  const standard = standardLaunch(type, entry)
  const command = own.command ?? base.command ?? standard?.command
  if (command === undefined) {
    throw new AppError('invalid', 'The manifest of this bundle does not say what to start.')
  }
  return {
    command,
    args: own.args ?? base.args ?? standard?.args ?? [],
    env: { ...base.env, ...own.env },
  }
}

function standardLaunch(type: string, entry: string | undefined) {
  if (entry === undefined) return undefined
  const path = `\${__dirname}/${entry}`
  if (type === 'node') return { command: 'node', args: [path] }
  if (type === 'python') return { command: 'python', args: [path] }
  if (type === 'uv') return { command: 'uv', args: ['run', '--directory', '${__dirname}', path] }
  return type === 'binary' ? { command: path, args: [] } : undefined
}

/** What its maker wants a person to fill in. */
export function neededBy({ user_config: options }: Manifest): NeededValue[] {
  return Object.entries(options ?? {}).map(([id, option]) => ({
    id,
    name: option.title ?? id,
    description: option.description ?? '',
    secret: option.sensitive ?? isSecretName(id),
    required: option.required ?? false,
    default: defaultOf(option.default),
    choices: null,
    kind: KINDS[option.type],
  }))
}

const KINDS: Record<z.infer<typeof userOption>['type'], NeededValue['kind']> = {
  ...{ string: 'text', number: 'number', boolean: 'boolean' },
  ...{ directory: 'folder', file: 'file' },
}

/** Several values are given one a line. */
function defaultOf(value: z.infer<typeof userOption>['default']): string | null {
  if (value === undefined) return null
  return Array.isArray(value) ? value.join('\n') : String(value)
}
