import type { TakesUp } from '../../../../shared/ai-client.ts'
import type { Machine } from '../../machine.ts'

/**
 * A path that starts with a place: `~` the home folder; `@config` where desktop programs of this
 * system keep their settings; `@xdg` the same on Linux, and `~/.config` on every other system;
 * `@local` %LOCALAPPDATA%, or as `@xdg`; `${NAME:-~/x}` the folder in that environment variable,
 * if it is an absolute path, or else `~/x`.
 */
export type PathTemplate = string

/** An entry with `$url`, `$headers`, `$name`, `$command` and `$args` to be filled in. */
export type EntryTemplate = {
  [field: string]: string | number | boolean | string[] | EntryTemplate
}

/** How a client keeps its servers: facts, of which the code knows no single one. */
export type KnownClient = {
  id: string
  name: string
  /** Of several the first that exists, or else the first. Systems that are not named have none. */
  files: PathTemplate[] | Partial<Record<Machine['platform'], PathTemplate[]>>
  /** What shows that it is installed, beside its file: by default the file's folder. */
  signs?: PathTemplate[]
  format: 'json' | 'toml' | 'yaml'
  /** The member of the root that holds the servers. */
  key: string
  /** Whether they are a list whose items have a `name`. */
  isList?: true
  /** Ours: `url` of Streamable HTTP, or the bridge where the client knows only stdio. */
  entry: EntryTemplate
  /** What else a file needs that we make. */
  newFile?: Record<string, string>
  /**
   * Opens the client with our entry, for it to ask about: `$name`, its `$json`, the same in
   * `$base64`, or `$named` with the name in it.
   */
  link?: string
  /** Adds our entry in a terminal: `$name`, `$url`, and `$key` where one is needed. */
  command?: { withKey: string; withoutKey: string }
  takesUp: TakesUp
  toolLimit?: number
  ignoresChanges?: true
  /** Whether it gives its model few tools of many, and finds the others when they are needed. */
  searchesTools?: true
  /** What it calls itself when it connects, in lower case. */
  clientNames: string[]
}

const AUTH = '$headers'

/** Shapes that several clients share. */
export const PLAIN = { url: '$url', headers: AUTH } satisfies EntryTemplate
export const TYPED = { type: 'http', url: '$url', headers: AUTH } satisfies EntryTemplate
export const STREAMABLE = {
  type: 'streamable-http',
  url: '$url',
  headers: AUTH,
} satisfies EntryTemplate
export const REMOTE = {
  type: 'remote',
  url: '$url',
  headers: AUTH,
  enabled: true,
} satisfies EntryTemplate
export const BRIDGE = { command: '$command', args: '$args' } satisfies EntryTemplate
