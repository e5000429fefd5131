import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { Empty, NoMatch } from '../../ui/empty.tsx'
import { AddIcon } from '../../ui/icons.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { KeyRows } from './key-rows.tsx'
import styles from './keys.module.css'
import { NewKey, type MadeKey } from './new-key.tsx'
import { ShownOnce } from './shown-once.tsx'
import { useAddress, useKeys } from './use-keys.ts'

/** So few are seen at once: nobody has to narrow them. */
const FEW = 8

/** Who may call, and the way to cut it off. */
export function Page() {
  const { t } = useTranslation('keys')
  const { search, go } = useAddress()
  const { keys, endpoints, error } = useKeys()
  const [made, setMade] = useState<MadeKey | null>(null)
  const filter = search.filter ?? ''
  const shown = keys?.filter(({ name }) => name.toLowerCase().includes(filter.toLowerCase()))
  const isMaking = search.new !== undefined
  const begin = () => go({ new: '1', filter: undefined })
  const isEmpty = keys?.length === 0 && !isMaking && !made
  const total = keys?.length ?? 0
  useCommands([{ id: 'keys.new', label: t('new'), shortcut: 'mod+N', run: begin }])
  return (
    <Frame
      title={t('title')}
      {...(total > 0 && { count: total })}
      {...(total > FEW && {
        filter: {
          value: filter,
          onChange: (text: string) => go({ filter: text || undefined }),
          placeholder: t('filter'),
        },
      })}
      actions={!isEmpty && !isMaking && !made && <NewButton onClick={begin} />}
    >
      {isEmpty ? (
        <Empty
          title={t('empty.title')}
          text={t('empty.text')}
          actions={<NewButton onClick={begin} />}
        />
      ) : (
        <div className={styles.page}>
          {isMaking && (
            <NewKey
              taken={keys?.map(({ name }) => name) ?? []}
              endpoints={endpoints}
              onCancel={() => go({ new: undefined })}
              onMade={(key) => {
                setMade(key)
                go({ new: undefined, selected: key.id })
              }}
            />
          )}
          {made && <ShownOnce key={made.id} made={made} onDone={() => setMade(null)} />}
          {error && !keys && <Problem title={t('unread')} details={error.message} />}
          {!keys && !error && <LoadingRows rows={3} />}
          {shown && shown.length > 0 && <KeyRows keys={shown} endpoints={endpoints} />}
          {shown?.length === 0 && total > 0 && (
            <NoMatch
              text={t('noMatch', { text: filter })}
              onClear={() => go({ filter: undefined })}
            />
          )}
        </div>
      )}
    </Frame>
  )
}

function NewButton({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation('keys')
  return (
    <Button
      variant="filled"
      leftSection={<AddIcon size={16} />}
      title={shortcutText('mod+N')}
      onClick={onClick}
    >
      {t('new')}
    </Button>
  )
}
