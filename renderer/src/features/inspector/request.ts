import type { InspectorMethod } from '../../../../shared/inspector.ts'
import { readValue, type SchemaValue } from '../../ui/schema-value.ts'
import { expandTemplate } from './expand-template.ts'
import { isObject, type Tab } from './offer.ts'

/** What is sent: `params` is JSON text, in which what was written as JSON keeps its digits. */
export function requestOf({ tab, item, draft }: { tab: Tab; item: string; draft: SchemaValue }): {
  method: InspectorMethod
  params: string
} {
  if (tab === 'tools') {
    const given = readValue(draft) ?? '{}'
    return {
      method: 'tools/call',
      params: `{"name":${JSON.stringify(item)},"arguments":${given}}`,
    }
  }
  if (tab === 'prompts') {
    const params = { name: item, arguments: textsOf(draft) }
    return { method: 'prompts/get', params: JSON.stringify(params) }
  }
  const uri = tab === 'templates' ? expandTemplate(item, textsOf(draft)) : item
  return { method: 'resources/read', params: JSON.stringify({ uri }) }
}

/** The texts that were filled in, without those left empty. */
export function textsOf({ value }: SchemaValue): Record<string, string> {
  const entries = Object.entries(isObject(value) ? value : {})
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => {
      return typeof entry[1] === 'string' && entry[1] !== ''
    }),
  )
}
