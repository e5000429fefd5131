import type { NamespaceOffer } from '../../../../shared/offer.ts'

export const TABS = ['tools', 'prompts', 'resources', 'middleware'] as const
export type Tab = (typeof TABS)[number]

/** The tab that an address names, or the first. */
export function tabOf(name: string | undefined): Tab {
  return TABS.find((tab) => tab === name) ?? 'tools'
}

/** How many there are, offered or not. Middlewares are none of what is offered. */
export function countsOf({ servers }: NamespaceOffer): Record<Tab, number> {
  const sum = (tab: Exclude<Tab, 'middleware'>) =>
    servers.reduce((total, server) => total + server[tab].length, 0)
  return {
    tools: sum('tools'),
    prompts: sum('prompts'),
    resources: sum('resources'),
    middleware: 0,
  }
}
