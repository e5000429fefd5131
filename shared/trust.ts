import { z } from 'zod'

/**
 * What a person should look at in a tool's definition: `hidden`: characters that nobody sees;
 * `instruction`: words that speak to the model; `unread`: more text than was looked at.
 */
export type ToolFlag = {
  kind: 'hidden' | 'instruction' | 'unread'
  /** A path in the definition: `description`, `inputSchema.properties.path.description`. */
  place: string
  /** The words in question, hidden characters drawn as `⟨U+200B⟩`; `''` for `unread`. */
  text: string
  /** The hidden ones, each once: `U+200B`. */
  characters?: string[]
  /** What those that are tags (U+E0000 …) spell out. */
  spelled?: string
}

type Definition = Record<string, unknown>

/** A tool that waits for a person, or that one should know of. */
export type TrustedTool = {
  namespaceId: string
  namespace: string
  serverId: string
  server: string
  /** Its own name at its server. */
  tool: string
  /**
   * `new`: its server did not have it when it came into the namespace; `changed`: it is another than
   * the one that was taken in; `flagged`: it was taken in unseen, and there is something to see.
   */
  why: 'new' | 'changed' | 'flagged'
  /** Whether clients get it only once somebody has accepted it. */
  held: boolean
  /** Of the definition after; whoever accepts names what they have seen. */
  hash: string
  /** What was taken in; `null` for a new tool, and where it is not kept any more. */
  before: Definition | null
  after: Definition
  flags: ToolFlag[]
  /** Whether the caller may decide. */
  mayDecide: boolean
}

/** A program that is not started before somebody has seen and approved it. */
export type WaitingCommand = {
  serverId: string
  server: string
  command: string
  args: string[]
  cwd: string | null
  /** Its variables by name: they may be secret. */
  envNames: string[]
  /** Values of those that decide which code runs: `PATH`, `NODE_OPTIONS`, `LD_PRELOAD`. */
  envValues: Record<string, string>
  /** Whoever approves names what they have seen. */
  hash: string
}

export type TrustList = { tools: TrustedTool[]; commands: WaitingCommand[] }

/** What waits for this caller: tools by their servers, each once however many namespaces have it. */
export type TrustCount = {
  tools: number
  commands: number
  servers: { serverId: string; server: string; tools: number }[]
}

const MAX_TOOLS = 10_000

const namedTool = z.strictObject({ serverId: z.string(), tool: z.string() })

export const acceptInput = z.strictObject({
  namespaceId: z.string(),
  tools: z
    .array(namedTool.extend({ hash: z.string() }))
    .min(1)
    .max(MAX_TOOLS),
})

export const refuseInput = z.strictObject({
  namespaceId: z.string(),
  tools: z.array(namedTool).min(1).max(MAX_TOOLS),
})

/** What accepting was good for: it can be taken back. */
const acceptedTool = namedTool.extend({
  /** Of what was accepted. */
  hash: z.string(),
  /** Of what was taken in before; `null`: nothing was. */
  before: z.string().nullable(),
})

export const unacceptInput = z.strictObject({
  namespaceId: z.string(),
  tools: z.array(acceptedTool).min(1).max(MAX_TOOLS),
})

export const approveInput = z.strictObject({ serverId: z.string(), hash: z.string() })

export type AcceptInput = z.infer<typeof acceptInput>
export type AcceptedTool = z.infer<typeof acceptedTool>
export type UnacceptInput = z.infer<typeof unacceptInput>
export type RefuseInput = z.infer<typeof refuseInput>
