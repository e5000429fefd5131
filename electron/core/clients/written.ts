import type { AiClientsParts, Written } from './parts.ts'

/** What was written into clients' files, the newest last; kept over restarts. */
export interface WrittenLog {
  of(clientId: string): Written[]
  all(): Written[]
  /** What a client's file was last written for. */
  last(clientId: string): Written | undefined
  get(id: string): Written | undefined
  add(written: Written): Promise<void>
  replace(written: Written): Promise<void>
  drop(ids: string[]): Promise<void>
}

/** What it takes to work on clients' files. */
export type Work = { parts: AiClientsParts; log: WrittenLog }

export async function openWritten(store: AiClientsParts['written']): Promise<WrittenLog> {
  let all = await store.load()

  async function keep(next: Written[]): Promise<void> {
    await store.save(next)
    all = next
  }

  return {
    of: (clientId) => all.filter((one) => one.clientId === clientId),
    all: () => all,
    last: (clientId) => all.findLast((one) => one.clientId === clientId),
    get: (id) => all.find((one) => one.id === id),
    add: (written) => keep([...all, written]),
    replace: (written) => keep(all.map((one) => (one.id === written.id ? written : one))),
    drop: (ids) => keep(all.filter((one) => !ids.includes(one.id))),
  }
}
