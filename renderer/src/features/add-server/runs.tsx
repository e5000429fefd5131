import { useTranslation } from 'react-i18next'
import type { FoundDefinition } from '../../../../shared/add-server.ts'
import styles from './add-server.module.css'

/** The whole command, or the address, as it would be stored. */
export function Runs({ definition }: { definition: FoundDefinition }) {
  const { t } = useTranslation('add-server')
  const isLocal = definition.type === 'STDIO'
  const given = isLocal ? definition.envNames : headersOf(definition)
  return (
    <div className={styles.runs}>
      <span className={styles.label}>{t(isLocal ? 'runs' : 'reaches')}</span>
      <code translate="no">{launchOf(definition)}</code>
      {given.length > 0 && (
        <>
          <span className={styles.label}>{t(isLocal ? 'with' : 'sends')}</span>
          <code translate="no">{given.join(', ')}</code>
        </>
      )}
      {isLocal && definition.cwd !== null && (
        <>
          <span className={styles.label}>{t('in')}</span>
          <code translate="no">{definition.cwd}</code>
        </>
      )}
    </div>
  )
}

type Remote = Exclude<FoundDefinition, { type: 'STDIO' }>

/** Names of what is sent along; a token goes as `Authorization`. */
export function headersOf({ headerNames, hasBearerToken }: Remote): string[] {
  return hasBearerToken ? [...headerNames, 'Authorization'] : headerNames
}

/** The command as one would type it, words with spaces in quotes; or the address. */
export function launchOf(definition: FoundDefinition): string {
  if (definition.type !== 'STDIO') return definition.url
  return [definition.command, ...definition.args]
    .map((word) => (/^[^\s"'\\]+$/.test(word) ? word : JSON.stringify(word)))
    .join(' ')
}
