import type { NewTools } from '../../../../shared/namespace.ts'
import type { Node, ServerNode, ToolNode } from './tree-model.ts'

/** What can be done with a row of the tree. */
export type RowActions = {
  /** It can be looked at alone. */
  isLocked: boolean
  onToggle: (node: Node) => void
  /** Says what becomes of a server's new tools here. */
  onNewTools: (node: ServerNode, rule: NewTools | null) => void
  onFold: (node: ServerNode) => void
  /** Switches the others off. */
  onOnly: (node: Node) => void
  onWhy: (node: ToolNode) => void
  onReset: (node: ToolNode) => void
}
