import { bareRelay } from './bare-relay.ts'
import { directHttp, directNode, directStdio } from './direct.ts'
import { ours } from './ours.ts'
import { mcpHub, mcpProxy, supergateway } from './peer-targets.ts'
import type { Target } from './target.ts'

/** In the order in which they are measured, and told of. */
export const ALL_TARGETS: readonly Target[] = [
  ...[directStdio, directHttp, directNode, bareRelay, ours],
  ...[mcpHub, mcpProxy, supergateway],
]
