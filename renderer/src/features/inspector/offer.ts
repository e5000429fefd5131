import type { InspectorView } from '../../../../shared/inspector.ts'

export const TABS = ['tools', 'prompts', 'resources', 'templates'] as const
export type Tab = (typeof TABS)[number]

export function readTab(text: string | undefined): Tab {
  return TABS.find((known) => known === text) ?? 'tools'
}

type JsonObject = Record<string, unknown>

/** One thing that can be tried. */
export type Item = {
  /** The name of a tool or prompt, the URI of a resource, the pattern of a template. */
  id: string
  /** For people; the id when there is none. */
  title: string
  description: string | null
  /** What its server says of how it behaves. */
  mark: 'read-only' | 'destructive' | null
  mimeType: string | null
  /** Everything that was said of it. */
  raw: JsonObject
}

const ID_OF: Record<Tab, { list: keyof InspectorView; key: string }> = {
  tools: { list: 'tools', key: 'name' },
  prompts: { list: 'prompts', key: 'name' },
  resources: { list: 'resources', key: 'uri' },
  templates: { list: 'resourceTemplates', key: 'uriTemplate' },
}

export function itemsOf(view: InspectorView | undefined, tab: Tab): Item[] {
  const { list, key } = ID_OF[tab]
  const items = (view?.[list] ?? []) as JsonObject[]
  return items.flatMap((raw) => {
    const id = raw[key]
    if (typeof id !== 'string') return []
    return [itemOf(id, raw, tab)]
  })
}

/** One that is not in the list, such as a resource that a result links to. */
export function unlisted(id: string, tab: Tab): Item {
  return itemOf(id, { [ID_OF[tab].key]: id }, tab)
}

function itemOf(id: string, raw: JsonObject, tab: Tab): Item {
  const isNamedByUri = tab === 'resources' || tab === 'templates'
  return {
    ...{ id, raw },
    title: textOf(raw['title']) ?? (isNamedByUri ? textOf(raw['name']) : null) ?? id,
    description: textOf(raw['description']),
    mark: tab === 'tools' ? markOf(raw['annotations']) : null,
    mimeType: textOf(raw['mimeType']),
  }
}

function markOf(annotations: unknown): Item['mark'] {
  if (!isObject(annotations)) return null
  if (annotations['readOnlyHint'] === true) return 'read-only'
  return annotations['destructiveHint'] === true ? 'destructive' : null
}

export function matching(items: readonly Item[], filter: string): Item[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '')
  return items.filter(({ id, title, description }) => {
    const text = `${id}\n${title}\n${description ?? ''}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

export type Argument = { name: string; description: string | null; isRequired: boolean }

/** What a prompt is given, or a template's expressions name. */
export function argumentsOf(item: Item, tab: Tab): Argument[] {
  if (tab === 'templates') {
    return variablesOf(item.id).map((name) => ({ name, description: null, isRequired: false }))
  }
  const list = item.raw['arguments']
  return (Array.isArray(list) ? list : []).filter(isObject).flatMap((one) => {
    const name = textOf(one['name'])
    if (name === null) return []
    const isRequired = one['required'] === true
    return [{ name, description: textOf(one['description']), isRequired }]
  })
}

/** The variables of a URI template (RFC 6570), each once. */
export function variablesOf(template: string): string[] {
  const names = [...template.matchAll(/\{[+#./;?&]?([^{}]*)\}/g)].flatMap(([, list = '']) =>
    list.split(',').map((one) => one.replace(/(\*|:\d+)$/, '').trim()),
  )
  return [...new Set(names.filter((name) => name !== ''))]
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}
