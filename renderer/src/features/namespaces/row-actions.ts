import type { Node, ServerNode, ToolNode } from './tree-model.ts'

/** What can be done with a row of the tree. */
export type RowActions = {
  /** It can be looked at alone. */
  isLocked: boolean
  onToggle: (node: Node) => void
  onFold: (node: ServerNode) => void
  /** Switches the others off. */
  onOnly: (node: Node) => void
  onWhy: (node: ToolNode) => void
  onReset: (node: ToolNode) => void
}
