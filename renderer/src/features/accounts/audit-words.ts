import { useTranslation } from 'react-i18next'
import type { AuditActor, AuditEntry } from '../../../../shared/audit.ts'

/** What stands in the audit log, in words. */
export function useAuditWords() {
  const { t } = useTranslation('accounts')
  return {
    /** Strangers are called what they have called themselves at the door. */
    actor: ({ kind, name }: AuditActor): string => {
      const isNamed = kind === 'account' || (kind === 'anonymous' && name !== '')
      return isNamed ? name : t(`audit.actors.${kind}`)
    },
    /** Of an action that has no words yet: its name. */
    action: ({ action }: Pick<AuditEntry, 'action'>): string =>
      t(`audit.actions.${action}`, { defaultValue: action }),
    /** `null`: it was done, of which nothing is said. */
    outcome: ({ outcome }: Pick<AuditEntry, 'outcome'>): string | null =>
      outcome === 'done' ? null : t(`audit.outcomes.${outcome}`),
    detail: ({ detail }: Pick<AuditEntry, 'detail'>): string =>
      Object.entries(detail ?? {})
        .filter(([, value]) => !Array.isArray(value) || value.length > 0)
        .map(
          ([name, value]) => `${name}: ${Array.isArray(value) ? value.join(' ') : String(value)}`,
        )
        .join(', '),
  }
}
