import { Button } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { shortcutText } from '../../ui/commands.ts'
import { AddIcon } from '../../ui/icons.ts'
import { ListAndPane } from '../../ui/list-and-pane.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { NothingYet } from './nothing-yet.tsx'
import { NoneFits } from './none-fits.tsx'
import { ServerPane } from './server-pane.tsx'
import { ServerRows } from './server-rows.tsx'
import styles from './servers.module.css'
import { ShowMenu } from './show-menu.tsx'
import { useAddress, useFilterText } from './use-address.ts'
import { useServers } from './use-servers.ts'

/** So few are seen at once: nobody has to narrow them. */
const FEW = 8

/** The servers there are, how each is, and what helps those that do not work. */
export function Page() {
  const { t } = useTranslation(['servers', 'shared'])
  const [text, setText] = useFilterText()
  const { search, go } = useAddress()
  const all = useServers(text)
  const { servers, listed, needy } = all
  const selected = servers?.find(({ id }) => id === search.selected)
  const close = () => go({ selected: undefined, tab: undefined, focus: undefined })
  const clear = () => {
    setText('')
    go({ filter: undefined, state: undefined, namespace: undefined })
  }
  const isEmpty = servers?.length === 0
  const isFitting = listed.needy.length + listed.on.length + listed.off.length > 0

  const list = !servers ? (
    <LoadingRows />
  ) : isFitting ? (
    <ServerRows all={all} />
  ) : (
    <NoneFits text={text} onClear={clear} />
  )
  return (
    <Frame
      title={t('title')}
      {...(servers && !isEmpty && { count: servers.length })}
      needs={needy > 0 && t('shared:needYou', { count: needy })}
      {...(!isEmpty && {
        filter: { value: text, onChange: setText, placeholder: t('filter') },
      })}
      actions={
        !isEmpty && (
          <>
            {(servers?.length ?? 0) > FEW && <ShowMenu all={all} />}
            <AddButton />
          </>
        )
      }
    >
      {all.error && !servers ? (
        <Problem title={t('unread')} details={all.error.message} />
      ) : isEmpty ? (
        <NothingYet />
      ) : (
        <div className={styles.page}>
          <ListAndPane
            list={list}
            pane={selected ? <ServerPane key={selected.id} server={selected} /> : null}
            label={selected?.name ?? ''}
            onClose={close}
          />
        </div>
      )}
    </Frame>
  )
}

function AddButton() {
  const { t } = useTranslation('servers')
  const navigate = useNavigate()
  return (
    <Button
      variant="filled"
      leftSection={<AddIcon size={16} />}
      title={shortcutText('mod+N')}
      onClick={() => void navigate({ to: '.', search: (before) => ({ ...before, add: '1' }) })}
    >
      {t('add')}
    </Button>
  )
}
