import MiniSearch from 'minisearch'
import { setImmediate } from 'node:timers/promises'
import type { RegistryServer } from '../../../../shared/add-server.ts'
import type { RegistryEntry } from './fetch-pages.ts'
import { nameOfServer, shortWay } from './ways.ts'
import type { ServerJson } from './server-json.ts'

const MOST_RESULTS = 30
/** How many are taken up before others get their turn. */
const AT_ONCE = 200

type Item = RegistryServer & {
  /** A line of our copy: the whole server, as text since most are never looked at. */
  line: string
  /** From our own list, which the copy does not hold. */
  isStarter: boolean
}

type Document = { id: string; name: string; title: string; description: string }

/** All servers that are known, by their words. */
export class Shelves {
  readonly #items = new Map<string, Item>()
  readonly #index = new MiniSearch<Document>({
    fields: ['name', 'title', 'description'],
    // `io.github.someone/some-thing` in its words.
    tokenize: (text) => text.split(/[\s\p{P}\p{S}]+/u).filter((word) => word !== ''),
    searchOptions: {
      boost: { name: 4, title: 4 },
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      combineWith: 'AND',
      boostDocument: (id) => boostOf(this.#items.get(String(id))),
    },
  })

  get size(): number {
    return this.#items.size
  }

  /** Each replaces what was known of it; one that was deleted goes. */
  async put(entries: readonly RegistryEntry[], from: 'copy' | 'starter'): Promise<void> {
    for (const [count, entry] of entries.entries()) {
      this.#place(entry, from)
      if (count % AT_ONCE === AT_ONCE - 1) await setImmediate()
    }
  }

  /** The best first; our own list for no words at all. */
  search(text: string): RegistryServer[] {
    if (text.trim() === '') {
      return [...this.#items.values()].filter((item) => item.isStarter).map(shown)
    }
    const hits = this.#index.search(text).slice(0, MOST_RESULTS)
    return hits.flatMap(({ id }) => {
      const item = this.#items.get(String(id))
      return item ? [shown(item)] : []
    })
  }

  get(id: string): { server: ServerJson; deprecated: boolean } | null {
    const item = this.#items.get(id)
    if (!item) return null
    const { server } = JSON.parse(item.line) as { server: ServerJson }
    return { server, deprecated: item.deprecated }
  }

  *lines(): Generator<string, void> {
    for (const { line } of this.#items.values()) yield line
  }

  #place({ server, status }: RegistryEntry, from: 'copy' | 'starter'): void {
    const { name: id, description, version } = server
    const before = this.#items.get(id)
    // What stands in our own list is found first, also with the registry's newer words.
    const isStarter = before?.isStarter ?? from === 'starter'
    this.#items.delete(id)
    if (this.#index.has(id)) this.#index.discard(id)
    if (status === 'deleted') return
    const title = server.title ?? nameOfServer(server)
    const line = JSON.stringify({ server, status })
    const deprecated = status === 'deprecated'
    const runs = shortWay(server) ?? ''
    this.#items.set(id, { id, title, description, version, runs, deprecated, line, isStarter })
    this.#index.add({ id, name: id, title, description })
  }
}

function shown({ id, title, description, version, runs, deprecated }: Item): RegistryServer {
  return { id, title, description, version, runs, deprecated }
}

function boostOf(item: Item | undefined): number {
  if (!item || item.deprecated) return 0.3
  return item.isStarter ? 2 : 1
}
