import { Button, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPC } from '../../trpc.ts'
import { SearchIcon } from '../../ui/icons.ts'
import { tellProblem } from '../../ui/undo.ts'
import styles from './add-server.module.css'
import { handOver } from './handover.ts'
import { useTarget } from './use-target.ts'

const EVERYTHING = {
  name: 'everything',
  type: 'STDIO' as const,
  command: 'npx',
  args: ['-y', '@modelcontextprotocol/server-everything'],
}

type AddServerBoxProps = {
  onAdded?: (serverId: string | undefined) => void
  /** A filled button that comes before the others. */
  first?: ReactNode
}

/** For where there is no server yet: the box in the page, and a server to try. */
export function AddServerBox({ onAdded, first }: AddServerBoxProps) {
  const { t } = useTranslation('add-server')
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const open = (what: string) => {
    handOver(what)
    setText('')
    void navigate({ to: '.', search: (before) => ({ ...before, add: '1' }) })
  }
  const show = (selected: string | undefined) =>
    void navigate({ to: '/servers', search: { selected } })
  const trying = useTry(onAdded ?? show)
  return (
    <form
      className={styles.inPage}
      onSubmit={(event) => {
        event.preventDefault()
        open(text)
      }}
    >
      <TextInput
        aria-label={t('box.label')}
        placeholder={t('box.label')}
        spellCheck={false}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onPaste={(event) => {
          const pasted = event.clipboardData.getData('text/plain')
          if (text !== '' || pasted.trim() === '') return
          event.preventDefault()
          open(pasted)
        }}
      />
      <div className={styles.buttons}>
        {first}
        <Button
          variant={first ? 'default' : 'filled'}
          loading={trying.isPending}
          onClick={trying.run}
        >
          {t('try')}
        </Button>
        <Button leftSection={<SearchIcon size={14} />} onClick={() => open('')}>
          {t('registry.search')}
        </Button>
      </div>
    </form>
  )
}

/** Adds the test server, at once: it is known and harmless. */
function useTry(onAdded: (serverId: string | undefined) => void) {
  const { t } = useTranslation('add-server')
  const { namespaceId } = useTarget()
  const { mutate, isPending } = useMutation(
    useTRPC().adding.create.mutationOptions({
      onSuccess: ([id]) => onAdded(id),
      onError: (error) => tellProblem(error, t('notAdded')),
    }),
  )
  return { isPending, run: () => mutate({ server: { ...EVERYTHING, approve: true }, namespaceId }) }
}
