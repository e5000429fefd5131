import { openServerRules, type ServerRules } from '../server-rules.ts'
import type { Stores } from './stores.ts'

/** What accounts may define, by the roles and settings of this moment. */
export function rulesOver({ directory, preferences }: RuleStores): ServerRules {
  return openServerRules({
    isAdmin: (id) => directory.get(id)?.role === 'admin',
    membersRunPrograms: () => preferences.get().membersRunPrograms,
  })
}

type RuleStores = Pick<Stores, 'directory' | 'preferences'>
