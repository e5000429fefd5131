import { useNavigate } from '@tanstack/react-router'
import type { ToolNode } from './tree-model.ts'

/** Goes to where a tool that waits for a person is shown whole, with what has changed. */
export function useLook(): (node: ToolNode) => void {
  const navigate = useNavigate()
  return ({ server, tool }) => {
    const why = tool.isChanged ? 'changed' : 'new'
    const search = { server: server.id, selected: `${why}:${server.id}:${tool.tool}` }
    void navigate({ to: '/trust', search })
  }
}
