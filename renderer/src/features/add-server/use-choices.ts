import { useState } from 'react'
import type { AddChoice, Found, FoundEntry } from '../../../../shared/add-server.ts'

export type Choice = { isTicked: boolean; name: string; values: Record<string, string> }

export type Choices = {
  of: (entry: FoundEntry) => Choice
  change: (entry: FoundEntry, changed: Partial<Choice>) => void
  /** Those that are ticked, for the core. */
  chosen: AddChoice[]
  /** How many values that somebody has to give are missing. */
  missing: number
}

/** What a person chose of what was found; begins anew with each reading. */
export function useChoices({ token, entries, isEither }: Found): Choices {
  const [kept, setKept] = useState<{ token: string | null; by: Record<string, Choice> }>({
    token: null,
    by: {},
  })
  const by = kept.token === token ? kept.by : {}
  const of = (entry: FoundEntry) => by[entry.key] ?? begin(entry)
  const ticked = entries.filter((entry) => entry.problem === null && of(entry).isTicked)
  return {
    of,
    change(entry, changed) {
      const others = isEither && changed.isTicked ? entries : []
      const unticked = others.map((one) => [one.key, { ...of(one), isTicked: false }])
      const before = { ...by, ...(Object.fromEntries(unticked) as typeof by) }
      setKept({ token, by: { ...before, [entry.key]: { ...of(entry), ...changed } } })
    },
    chosen: ticked.map((entry) => {
      const { name, values } = of(entry)
      return { key: entry.key, name, values }
    }),
    missing: ticked.flatMap((entry) => missingIn(entry, of(entry))).length,
  }
}

/** The values of an entry that have to be given and are not. */
export function missingIn({ needs }: FoundEntry, { values }: Choice): string[] {
  return needs
    .filter(({ id, required, default: standard }) => required && !(values[id] ?? standard))
    .map(({ id }) => id)
}

function begin({ ticked, willBeCalled }: FoundEntry): Choice {
  return { isTicked: ticked, name: willBeCalled, values: {} }
}
