import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** As `definitionName` of the definitions. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

export type NameFieldProps = {
  label: string
  initial?: string
  /** Names that are given already. */
  taken: readonly string[]
  onDone: (name: string) => void
  onCancel: () => void
}

/** A name, written where it will stand: Enter gives it, Escape leaves things as they were. */
export function NameField({ label, initial = '', taken, onDone, onCancel }: NameFieldProps) {
  const { t } = useTranslation('namespaces')
  const [name, setName] = useState(initial)
  const [isAsked, setAsked] = useState(false)
  const problem = problemOf(name, taken)
  const finish = () => {
    if (name === initial || name === '') return onCancel()
    if (problem) return setAsked(true)
    onDone(name)
  }
  return (
    <TextInput
      autoFocus
      aria-label={label}
      placeholder={label}
      value={name}
      error={isAsked && problem ? t(problem, { name }) : undefined}
      onChange={(event) => {
        setName(event.currentTarget.value.trim())
        setAsked(false)
      }}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={finish}
      onKeyDown={(event) => {
        if (event.key === 'Enter') finish()
        if (event.key !== 'Escape') return
        event.stopPropagation()
        onCancel()
      }}
    />
  )
}

function problemOf(name: string, taken: readonly string[]) {
  if (taken.includes(name)) return 'name.taken' as const
  return NAME.test(name) ? null : ('name.wrong' as const)
}
