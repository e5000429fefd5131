import { z } from 'zod'

/** What the program around the core does for the person who sits before it. */
const hostAbility = z.enum([
  'openDataFolder',
  'reveal',
  'chooseFile',
  'notify',
  'restart',
  'quit',
  'openAtLogin',
  'updates',
])

/** Where the search for a newer version stands; `checkedAt` is an ISO time. */
export type UpdateState =
  | { kind: 'idle'; checkedAt: string | null }
  | { kind: 'checking' }
  | { kind: 'downloading'; version: string; percent: number }
  /** Downloaded: a restart installs it. */
  | { kind: 'ready'; version: string }
  /** `reason` is a sentence. */
  | { kind: 'failed'; reason: string; checkedAt: string | null }

/** What the window may offer; headless there is nothing of it. */
export type HostView = {
  kind: 'desktop' | 'headless'
  abilities: HostAbility[]
  /** `null` without the ability `updates`. */
  update: UpdateState | null
}

/** A dialog of the system in which a person chooses one path. */
export const fileChoice = z.strictObject({
  kind: z.enum(['file', 'folder', 'save']),
  title: z.string().max(200),
  /** Proposed when saving. */
  name: z.string().max(200).optional(),
  /** Without dots; none for all files. */
  extensions: z.array(z.string().regex(/^[\w.-]{1,16}$/)).default([]),
})

export const notice = z.strictObject({
  title: z.string().min(1).max(200),
  body: z.string().max(500),
  /** Where a click leads in the window: `/servers?id=…`. */
  path: z.string().startsWith('/').max(4_000).optional(),
})

export type HostAbility = z.infer<typeof hostAbility>
export type FileChoice = z.infer<typeof fileChoice>
export type Notice = z.infer<typeof notice>
