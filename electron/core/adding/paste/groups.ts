import type { FoundFormat, NeededValue } from '../../../../shared/add-server.ts'
import { isEntry } from './entry.ts'
import type { RawEntry } from './fields.ts'

type Path = (string | number)[]
type JsonObject = Record<string, unknown>

/** A server in a document; `value` is what stands there, whatever that is. */
type Place = { name: string | null; path: Path; value: unknown }

export type Group = { format: FoundFormat; places: Place[] }

/** Where clients keep their servers, each with whose way it is. */
const HOLDERS: { path: string[]; format: FoundFormat }[] = [
  { path: ['mcpServers'], format: 'mcp-servers' },
  { path: ['mcp_servers'], format: 'codex' },
  { path: ['context_servers'], format: 'zed' },
  { path: ['mcp', 'servers'], format: 'vscode' },
  { path: ['mcp', 'mcpServers'], format: 'mcp-servers' },
  { path: ['mcp.servers'], format: 'vscode' },
  // Of a devcontainer.json.
  { path: ['customizations', 'vscode', 'mcp', 'servers'], format: 'vscode' },
  { path: ['amp.mcpServers'], format: 'mcp-servers' },
  { path: ['servers'], format: 'vscode' },
  { path: ['extensions'], format: 'goose' },
  { path: ['mcp'], format: 'opencode' },
]

/** Finds the servers in what a document holds; `null` when nothing in it looks like one. */
export function findServers(root: unknown): Group | null {
  if (Array.isArray(root)) {
    const places = listPlaces(root, [])
    return places.some(({ value }) => isEntry(value)) ? { format: 'entry', places } : null
  }
  if (!isObject(root)) return null
  // Where one holder is empty, servers may still be in another.
  const groups = HOLDERS.flatMap((holder) => groupIn(root, holder) ?? [])
  const found = groups.find(({ places }) => places.length > 0) ?? groups[0]
  if (found) return found
  const ofProjects = projectPlaces(root)
  if (ofProjects.length > 0) return { format: 'mcp-servers', places: ofProjects }
  if (isEntry(root))
    return { format: 'entry', places: [{ name: nameIn(root), path: [], value: root }] }
  // What is inside of somebody's "mcpServers", without that around it.
  return hasEntries(root) ? { format: 'mcp-servers', places: mapPlaces(root, []) } : null
}

function groupIn(root: JsonObject, { path, format }: (typeof HOLDERS)[number]): Group | null {
  const holder = path.reduce<unknown>(
    (value, key) => (isObject(value) ? value[key] : undefined),
    root,
  )
  const isSound = format === 'opencode' || format === 'goose' ? hasEntries : isHolder
  if (!isSound(holder)) return null
  const own = Array.isArray(holder) ? listPlaces(holder, path) : mapPlaces(holder, path)
  const places = format === 'mcp-servers' ? [...own, ...projectPlaces(root)] : own
  const isContinue = Array.isArray(holder) && format === 'mcp-servers'
  return { format: isContinue ? 'continue' : refine(format, places), places }
}

/** Claude Code keeps servers of its projects in its own file, each beside the folder's path. */
function projectPlaces({ projects }: JsonObject): Place[] {
  if (!isObject(projects)) return []
  return Object.entries(projects).flatMap(([folder, project]) => {
    const holder = isObject(project) ? project['mcpServers'] : undefined
    return isObject(holder) ? mapPlaces(holder, ['projects', folder, 'mcpServers']) : []
  })
}

/** What VS Code asks for once and refers to as `${input:id}`. */
export function findInputs(root: unknown): Map<string, Partial<NeededValue>> {
  const holder = isObject(root) && isObject(root['mcp']) ? root['mcp'] : root
  const inputs = isObject(holder) && Array.isArray(holder['inputs']) ? holder['inputs'] : []
  return new Map(inputs.filter(isObject).map((input) => [String(input['id']), hintsOf(input)]))
}

function hintsOf(input: JsonObject): Partial<NeededValue> {
  const { description, password, options } = input
  return {
    ...(typeof description === 'string' && { description }),
    ...(password === true && { secret: true }),
    ...(typeof input['default'] === 'string' && { default: input['default'] }),
    ...(Array.isArray(options) && { choices: options.flatMap(choiceIn) }),
  }
}

/** A text, or one with words beside it. */
function choiceIn(option: unknown): string[] {
  const value = isObject(option) ? (option['value'] ?? option['label']) : option
  return typeof value === 'object' || value === undefined ? [] : [String(value)]
}

/** Clients that share a holder and differ in how they call an address. */
function refine(format: FoundFormat, places: Place[]): FoundFormat {
  if (format !== 'mcp-servers') return format
  const has = (field: string) => places.some(({ value }) => isObject(value) && field in value)
  if (has('serverUrl')) return 'windsurf'
  return has('httpUrl') ? 'gemini' : format
}

function isHolder(value: unknown): value is JsonObject | unknown[] {
  return isObject(value) || Array.isArray(value)
}

function hasEntries(value: unknown): value is JsonObject {
  return isObject(value) && Object.values(value).some(isEntry)
}

function mapPlaces(holder: JsonObject | unknown[], path: Path): Place[] {
  return Object.entries(holder).map(([name, value]) => ({ name, path: [...path, name], value }))
}

function listPlaces(list: unknown[], path: Path): Place[] {
  return list.map((value, index) => ({
    name: isObject(value) ? nameIn(value) : null,
    path: [...path, index],
    value,
  }))
}

function nameIn(entry: RawEntry): string | null {
  const { name, id } = entry
  if (typeof name === 'string' && name !== '') return name
  return typeof id === 'string' && id !== '' ? id : null
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
