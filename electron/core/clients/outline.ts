import { stringify } from 'yaml'
import type { Layout } from './files/edit.ts'
import type { Entry } from './files/format.ts'

/** What stands for a secret. */
export const MASK = '••••••••'

/** Fields whose values are secrets, by the names that clients give them. */
const SECRET_FIELDS = ['headers', 'http_headers', 'env', 'envs', 'environment']
const SECRET_TEXT = /\bsk_mt_\w+|(?<=[?&](?:api_?key|token|key)=)[^&]+/gi

/**
 * The part of a client's file that holds its servers, as a person may see it: entries that are not
 * ours stay folded, since they may hold secrets.
 */
export function outline(layout: Layout, entries: Entry[], unfolded: string[]): string {
  const shown = entries.map(({ name, value }) => ({
    name,
    value: unfolded.includes(name) ? masked(value) : null,
  }))
  if (layout.format === 'json') return `${jsonOutline(layout.key, shown)}\n`
  if (layout.format === 'yaml') return `${yamlOutline(layout, shown)}\n`
  return `${tomlOutline(layout.key, shown)}\n`
}

type Shown = { name: string; value: object | null }

function jsonOutline(key: string, entries: Shown[]): string {
  const members = entries.map(({ name, value }) => {
    const body = value ? indented(JSON.stringify(value, null, 2), '  ') : '{ … }'
    // With a comma behind the last one too: else a neighbour of ours would seem to change.
    return `  ${JSON.stringify(name)}: ${body},\n`
  })
  return `${JSON.stringify(key)}: {\n${members.join('')}}`
}

function tomlOutline(key: string, entries: Shown[]): string {
  return entries
    .map(({ name, value }) => {
      const fields = Object.entries(value ?? {}).map(([field, content]) => {
        const isTable = typeof content === 'object' && content !== null && !Array.isArray(content)
        const table = () =>
          Object.entries(content as object).map(([one, text]) => `${one} = ${JSON.stringify(text)}`)
        return `${field} = ${isTable ? `{ ${table().join(', ')} }` : JSON.stringify(content)}`
      })
      return [`[${key}.${name}]`, ...(value ? fields : ['…'])].join('\n')
    })
    .join('\n\n')
}

function yamlOutline({ key, isList }: Layout, entries: Shown[]): string {
  const members = entries.map(({ name, value }) => {
    if (!value) return isList ? `- name: ${name}\n  …` : `${name}: …`
    return stringify(isList ? [value] : { [name]: value }, { lineWidth: 0 }).trimEnd()
  })
  return [`${key}:`, ...members.map((member) => `  ${indented(member, '  ')}`)].join('\n')
}

function indented(text: string, indent: string): string {
  return text.replaceAll('\n', `\n${indent}`)
}

function masked(value: object): object {
  const fields = Object.entries(value).map(([name, content]: [string, unknown]) => {
    if (typeof content === 'string') return [name, content.replaceAll(SECRET_TEXT, MASK)]
    if (typeof content !== 'object' || content === null || Array.isArray(content)) {
      return [name, content]
    }
    return [name, SECRET_FIELDS.includes(name) ? hidden(content) : masked(content)]
  })
  return Object.fromEntries(fields) as object
}

function hidden(values: object): object {
  const hide = (value: unknown) => (String(value).startsWith('Bearer ') ? `Bearer ${MASK}` : MASK)
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, hide(value)]))
}

/** A command line or URL for people, without what looks like a secret in it. */
export function maskedLine(parts: string[]): string {
  return parts
    .map((part, index) => {
      const isSecret = /^-{1,2}(?:[\w-]*(?:key|token|secret|password)|header|H)$/i.test(
        parts[index - 1] ?? '',
      )
      if (isSecret) return MASK
      const named = /^(-{1,2}[\w-]*(?:key|token|secret|password)=).+/i.exec(part)
      if (named) return `${named[1]}${MASK}`
      return part
        .replaceAll(SECRET_TEXT, MASK)
        .replaceAll(/\b(?:sk|ghp|gho|github_pat|xox[bp]|glpat)[-_][\w-]{8,}/g, MASK)
    })
    .join(' ')
}
