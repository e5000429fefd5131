import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { listWords, NamedPage } from '../../ui/named-page.tsx'
import { ShownOnce } from '../../ui/shown-once.tsx'
import { useListAddress } from '../../ui/use-address.ts'
import { KeyRows } from './key-rows.tsx'
import { NewKey, type MadeKey } from './new-key.tsx'
import { useKeys } from './use-keys.ts'

/** Who may call, and the way to cut it off. */
export function Page() {
  const { t } = useTranslation('keys')
  const { go } = useListAddress()
  const { keys, endpoints, error } = useKeys()
  const [made, setMade] = useState<MadeKey | null>(null)
  return (
    <NamedPage
      id="keys"
      words={listWords(t)}
      items={keys}
      error={error}
      textsOf={({ name }) => [name]}
      form={
        <NewKey
          taken={keys?.map(({ name }) => name) ?? []}
          endpoints={endpoints}
          onCancel={() => go({ new: undefined })}
          onMade={(key) => {
            setMade(key)
            go({ new: undefined, selected: key.id })
          }}
        />
      }
      notice={
        made && (
          <ShownOnce
            key={made.id}
            title={t('once.title', { name: made.name })}
            secret={made.key}
            text={t('once.text')}
            leaving={{
              title: t('once.leaveTitle', { name: made.name }),
              text: t('once.leaveText'),
            }}
            onDone={() => setMade(null)}
          />
        )
      }
      list={(shown) => <KeyRows keys={shown} endpoints={endpoints} />}
    />
  )
}
