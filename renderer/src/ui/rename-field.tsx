import { TextInput } from '@mantine/core'
import { useState } from 'react'

type RenameFieldProps = {
  label: string
  name: string
  maxLength: number
  /** What is wrong with a name, in words; Enter says it, and gives it only where nothing is. */
  problemOf?: (name: string) => string | null
  onDone: (name: string) => void
  onCancel: () => void
}

/** A name, where it stands: Enter gives it, Escape leaves it as it was. */
export function RenameField({ label, name, maxLength, ...props }: RenameFieldProps) {
  const [text, setText] = useState(name)
  const [isAsked, setAsked] = useState(false)
  const given = text.trim()
  const problem = props.problemOf?.(given) ?? null
  const finish = () => {
    if (given === name || given === '') return props.onCancel()
    if (problem !== null) return setAsked(true)
    props.onDone(given)
  }
  return (
    <TextInput
      autoFocus
      aria-label={label}
      value={text}
      maxLength={maxLength}
      error={isAsked ? problem : undefined}
      onChange={(event) => {
        setText(event.currentTarget.value)
        setAsked(false)
      }}
      onFocus={(event) => event.currentTarget.select()}
      onBlur={finish}
      onClick={(event) => event.stopPropagation()}
      onKeyDown={(event) => {
        event.stopPropagation()
        if (event.key === 'Enter') finish()
        if (event.key === 'Escape') props.onCancel()
      }}
    />
  )
}
