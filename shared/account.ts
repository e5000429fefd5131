import { z } from 'zod'

/** What an account may do: `admin` manages accounts, settings and what is shared. */
export const accountRole = z.enum(['admin', 'member'])
export type AccountRole = z.infer<typeof accountRole>

/** Whom something belongs to, and who sees it. */
export type Owned = {
  /** An account's id; `null` for what is the instance's, and so shared with all. */
  ownerId: string | null
  /** Whether all accounts see and may use it. */
  shared: boolean
}
