import { APPS } from './apps.ts'
import { EXTENSIONS } from './extensions.ts'
import type { KnownClient } from './kinds.ts'
import { TERMINALS } from './terminals.ts'

/** Every client we know how to write to, the most used first. */
export const KNOWN_CLIENTS: readonly KnownClient[] = inOrder([...APPS, ...TERMINALS, ...EXTENSIONS])

/** The rest follows by name. */
function inOrder(clients: KnownClient[]): KnownClient[] {
  const first = ['cursor', 'claude-desktop', 'claude-code', 'vscode']
  const rank = ({ id }: KnownClient) => (first.indexOf(id) + 1 || first.length + 1) - 1
  return clients.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en'))
}
