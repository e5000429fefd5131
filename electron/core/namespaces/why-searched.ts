import type { Endpoint } from '../../../shared/endpoint.ts'
import type { NamespaceOffer, WhyStep } from '../../../shared/offer.ts'

type Facts = { serverId: string; tool: string; endpoint: Endpoint | undefined }

/** Whether clients of an endpoint see a tool in their list, or have to search for it. */
export function searchSteps({ serverId, tool, endpoint }: Facts, offer: NamespaceOffer): WhyStep[] {
  if (!endpoint || endpoint.discovery.mode === 'direct') return []
  const { mode, aboveTokens, pinned } = endpoint.discovery
  const tokens = tokensOf(offer)
  const values = { endpoint: endpoint.name, tool, tokens, aboveTokens }
  const listed = { check: 'search', result: 'ok', values, fix: null } as const
  if (pinned.some((one) => one.serverId === serverId && one.tool === tool)) {
    return [{ ...listed, finding: 'tool-pinned' }]
  }
  if (mode === 'auto' && tokens <= aboveTokens) return [{ ...listed, finding: 'tool-listed' }]
  const finding = mode === 'auto' ? 'searched-above' : 'searched'
  const fix = { id: 'pin-tool', endpointId: endpoint.id, serverId, tool } as const
  return [{ ...listed, result: 'warn', finding, fix }]
}

/** Of what clients can call. */
function tokensOf({ servers }: NamespaceOffer): number {
  const tools = servers.flatMap((server) => server.tools.filter((tool) => tool.hiddenBy === null))
  return tools.reduce((sum, tool) => sum + tool.tokens, 0)
}
