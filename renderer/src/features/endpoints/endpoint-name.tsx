import { TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

/** As `definitionName` of the definitions. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/

/** What is wrong with a name, as the key of a sentence. */
export function nameProblem(name: string, taken: readonly string[]) {
  if (taken.includes(name)) return 'taken' as const
  return NAME.test(name) ? null : ('wrongName' as const)
}

type RenameFieldProps = {
  name: string
  taken: readonly string[]
  onDone: (name: string) => void
  onCancel: () => void
}

/** The name, where it stands: Enter gives it, Escape leaves it as it was. */
export function RenameField({ name, taken, onDone, onCancel }: RenameFieldProps) {
  const { t } = useTranslation('endpoints')
  const [text, setText] = useState(name)
  const [isAsked, setAsked] = useState(false)
  const problem = nameProblem(
    text,
    taken.filter((one) => one !== name),
  )
  const finish = () => {
    if (text === name || text === '') return onCancel()
    if (problem) return setAsked(true)
    onDone(text)
  }
  return (
    <TextInput
      autoFocus
      aria-label={t('columns.name')}
      value={text}
      error={isAsked && problem ? t(problem, { name: text }) : undefined}
      onChange={(event) => {
        setText(event.currentTarget.value.trim())
        setAsked(false)
      }}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={finish}
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') finish()
        if (event.key === 'Escape') onCancel()
      }}
    />
  )
}
