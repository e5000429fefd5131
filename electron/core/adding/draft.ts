import type { FoundNote, NeededValue } from '../../../shared/add-server.ts'
import type { ServerInput } from '../../../shared/server.ts'

type WithoutName<T> = T extends unknown ? Omit<T, 'name'> : never

/** A server without its name: whoever adds it may give another one. */
export type Definition = WithoutName<ServerInput>

/** Values that a person gave, by the id of what needs them. */
export type Values = Record<string, string>

/** A server that could be added, with its secrets: stays in the core. */
export type Draft = {
  /** As it stands where it comes from. */
  name: string
  description?: string
  needs: NeededValue[]
  notes: FoundNote[]
  /** What is said of it where it comes from and means nothing here, by names of fields. */
  leftOut?: string[]
  /** Whether it is to be added unless a person says otherwise. */
  ticked?: boolean
  /** The whole definition; rejects InvalidInput where a value is missing or does not fit. */
  build(values: Values): Definition | Promise<Definition>
  /** The same with names where values are missing. Not yet masked. */
  shown: Definition
}

/** One that cannot be added, and why. */
export type Broken = { name: string; problem: string }

export type Candidate = Draft | Broken
