import { useNavigate } from '@tanstack/react-router'

/** Goes to the Inspector, with a server or with one of its tools in it. */
export function useInspect(): (serverId: string, tool?: string) => void {
  const navigate = useNavigate()
  return (serverId, tool) => {
    const item = tool === undefined ? {} : { item: tool }
    const search = { target: `server:${serverId}`, tab: 'tools', ...item }
    void navigate({ to: '/inspector', search })
  }
}
