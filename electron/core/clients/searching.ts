import { KNOWN_CLIENTS } from './catalogue/index.ts'

const SEARCHING = new Set(
  KNOWN_CLIENTS.flatMap(({ searchesTools, clientNames }) => (searchesTools ? clientNames : [])),
)

/** Whether a client, by what it says of itself, gives its model few tools of many by itself. */
export function searchesTools(info: Readonly<Record<string, unknown>> | undefined): boolean {
  const name = info?.['name']
  return typeof name === 'string' && SEARCHING.has(name.toLowerCase())
}
