import { useTranslation } from 'react-i18next'
import { RenameField } from '../../ui/rename-field.tsx'

/** As `definitionName` of the definitions. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/
export const LONGEST_NAME = 64

/** What is wrong with a name, as the key of a sentence. */
export function nameProblem(name: string, taken: readonly string[]) {
  if (taken.includes(name)) return 'taken' as const
  return NAME.test(name) ? null : ('wrongName' as const)
}

type EndpointNameProps = {
  name: string
  taken: readonly string[]
  onDone: (name: string) => void
  onCancel: () => void
}

/** The name, where it stands, to be changed. */
export function EndpointName({ name, taken, onDone, onCancel }: EndpointNameProps) {
  const { t } = useTranslation('endpoints')
  const others = taken.filter((one) => one !== name)
  return (
    <RenameField
      label={t('columns.name')}
      name={name}
      maxLength={LONGEST_NAME}
      problemOf={(text) => {
        const problem = nameProblem(text, others)
        return problem && t(problem, { name: text })
      }}
      onDone={onDone}
      onCancel={onCancel}
    />
  )
}
