import { Button, Modal, PasswordInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImportCheckView } from '../../../../shared/data.ts'
import { useTRPCClient } from '../../trpc.ts'
import { Problem } from '../../ui/problem.tsx'
import { tell } from '../../ui/undo.ts'
import styles from './settings.module.css'

export type Chosen = { name: string; text: string; check: ImportCheckView }

/** What a file would bring, with a place for the values that it lacks. */
export function ImportDialog({ chosen, onDone }: { chosen: Chosen; onDone: () => void }) {
  const { t } = useTranslation(['settings', 'ui'])
  const { name, check } = chosen
  const [values, setValues] = useState<Record<string, string>>({})
  const { run, problem, isBusy } = useImport(chosen, onDone)
  const lacking = check.missing.filter((one) => !values[one])
  const isNothing = Object.values(check.counts).every((count) => count === 0)
  return (
    <Modal
      opened
      onClose={onDone}
      title={t('definitions.importTitle', { name })}
      closeButtonProps={{ 'aria-label': t('ui:close') }}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          void run(values)
        }}
      >
        <WhatComes check={check} />
        {check.missing.map((one) => (
          <PasswordInput
            key={one}
            label={<code translate="no">{one}</code>}
            description={t('definitions.needsValue')}
            value={values[one] ?? ''}
            visibilityToggleButtonProps={{ 'aria-label': t('definitions.show', { name: one }) }}
            onChange={(event) => {
              const { value } = event.currentTarget
              setValues((before) => ({ ...before, [one]: value }))
            }}
          />
        ))}
        {problem && <Problem title={t('definitions.refused')} details={problem} />}
        <div className={styles.foot}>
          <Button onClick={onDone}>{t('ui:cancel')}</Button>
          <Button
            type="submit"
            variant="filled"
            loading={isBusy}
            disabled={lacking.length > 0 || isNothing}
          >
            {t('definitions.importDo')}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function useImport({ name, text }: Chosen, onDone: () => void) {
  const { t } = useTranslation('settings')
  const client = useTRPCClient()
  const [problem, setProblem] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const run = async (values: Record<string, string>) => {
    setBusy(true)
    try {
      const given = { text, values, keysWithoutValue: 'skip' as const, approve: true }
      const { applied } = await client.data.import.mutate(given)
      tell(t('definitions.imported', { count: applied.length, name }))
      onDone()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
      setBusy(false)
    }
  }
  return { run, problem, isBusy }
}

function WhatComes({ check }: { check: ImportCheckView }) {
  const { t } = useTranslation('settings')
  const { counts, commands, keysWithoutValue } = check
  const facts = (['servers', 'namespaces', 'endpoints', 'keys'] as const)
    .filter((kind) => counts[kind] > 0)
    .map((kind) => t(`definitions.${kind}`, { count: counts[kind] }))
  return (
    <>
      <p className={styles.text}>{facts.join(', ') || t('definitions.nothing')}</p>
      <p className={styles.help}>{t('definitions.sameNames')}</p>
      {commands.length > 0 && (
        <>
          <p className={styles.help}>{t('definitions.runs')}</p>
          <ul className={styles.commands} tabIndex={0} aria-label={t('definitions.runs')}>
            {commands.map(({ server, command, args }) => (
              <li key={server} className={styles.command} translate="no">
                {[command, ...args].map(quoted).join(' ')}
              </li>
            ))}
          </ul>
        </>
      )}
      {keysWithoutValue.length > 0 && (
        <p className={styles.help}>
          {t('definitions.keysSkipped', { names: keysWithoutValue.join(', ') })}
        </p>
      )}
    </>
  )
}

/** As one would type it: words with spaces in quotes. */
function quoted(word: string): string {
  return /^[^\s"'\\]+$/.test(word) ? word : JSON.stringify(word)
}
