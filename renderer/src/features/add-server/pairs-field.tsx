import { ActionIcon, Button, Input, PasswordInput, TextInput, Tooltip } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { AddIcon, CloseIcon } from '../../ui/icons.ts'
import styles from './add-server.module.css'
import type { Pair } from './by-hand-draft.ts'

type PairsFieldProps = {
  label: string
  /** What each name is the name of. */
  nameLabel: string
  addLabel: string
  value?: Pair[]
  onChange?: (pairs: Pair[]) => void
  error?: React.ReactNode
}

/** Names with their values, which are taken for secrets. */
export function PairsField({
  label,
  nameLabel,
  addLabel,
  value = [],
  onChange,
  error,
}: PairsFieldProps) {
  const { t } = useTranslation('add-server')
  const change = (index: number, changed: Partial<Pair>) =>
    onChange?.(value.map((pair, at) => (at === index ? { ...pair, ...changed } : pair)))
  return (
    <Input.Wrapper label={label} error={error} labelElement="div" role="group" aria-label={label}>
      {value.map((pair, index) => (
        <div key={index} className={styles.pair}>
          <TextInput
            aria-label={nameLabel}
            placeholder={nameLabel}
            classNames={{ input: styles.code }}
            spellCheck={false}
            value={pair.name}
            onChange={(event) => change(index, { name: event.currentTarget.value })}
          />
          <PasswordInput
            aria-label={t('byHand.valueOf', { name: pair.name })}
            placeholder={t('byHand.value')}
            autoComplete="off"
            value={pair.value}
            onChange={(event) => change(index, { value: event.currentTarget.value })}
          />
          <Tooltip label={t('byHand.removePair', { name: pair.name })}>
            <ActionIcon
              aria-label={t('byHand.removePair', { name: pair.name })}
              onClick={() => onChange?.(value.filter((_, at) => at !== index))}
            >
              <CloseIcon size={14} />
            </ActionIcon>
          </Tooltip>
        </div>
      ))}
      <div>
        <Button
          variant="subtle"
          color="gray"
          leftSection={<AddIcon size={14} />}
          onClick={() => onChange?.([...value, { name: '', value: '' }])}
        >
          {addLabel}
        </Button>
      </div>
    </Input.Wrapper>
  )
}
