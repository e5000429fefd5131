import { Button, Menu, Pill, Tabs } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceOffer } from '../../../../shared/offer.ts'
import { parseFilter, PLAIN_WORDS, withoutWord } from './filter-words.ts'
import { ItemsView } from './items-view.tsx'
import { MiddlewareView } from './middleware-view.tsx'
import styles from './namespaces.module.css'
import { countsOf, TABS, type Tab } from './tabs.ts'
import { ToolsView } from './tools-view.tsx'
import { useFormat } from '../../ui/use-format.ts'
import { useDefinition } from './use-locked.ts'
import type { NamespaceActions } from './use-namespace.ts'
import { useAddress, useSearchText } from './use-search-text.ts'

type OfferViewProps = {
  offer: NamespaceOffer
  tab: Tab
  actions: NamespaceActions
  filter: string
  onFilter: (text: string) => void
  onWhy: (tool: string | undefined) => void
}

/** What a namespace offers: its tools by server, its prompts and its resources. */
export function OfferView(props: OfferViewProps) {
  const { offer, tab, filter, onFilter } = props
  const { t } = useTranslation('namespaces')
  const { number } = useFormat()
  const { go } = useAddress()
  const [item, setItem] = useSearchText('item', 120)
  const middleware = useDefinition(offer.id)?.middleware.length ?? 0
  const counts = useMemo(() => ({ ...countsOf(offer), middleware }), [offer, middleware])
  return (
    <div className={styles.offer}>
      <div className={styles.strip}>
        <Tabs
          value={tab}
          variant="none"
          classNames={{ tab: styles.tab ?? '' }}
          onChange={(value) =>
            go({ tab: value === 'tools' ? undefined : (value ?? undefined), item: undefined })
          }
        >
          <Tabs.List>
            {TABS.map((one) => (
              <Tabs.Tab key={one} value={one}>
                {t(`tab.${one}`)} <span className={styles.count}>{number(counts[one])}</span>
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        {tab === 'tools' && <Words filter={filter} onFilter={onFilter} />}
      </div>
      <div className={styles.body}>
        {tab === 'tools' && <ToolsView {...props} item={item} onItem={setItem} />}
        {(tab === 'prompts' || tab === 'resources') && (
          <ItemsView key={tab} {...props} tab={tab} item={item} onItem={setItem} />
        )}
        {tab === 'middleware' && (
          <MiddlewareView id={offer.id} name={offer.name} item={item} onItem={setItem} />
        )}
      </div>
    </div>
  )
}

/** The words of the filter that are more than text, each to be taken out, and others to put in. */
function Words({ filter, onFilter }: { filter: string; onFilter: (text: string) => void }) {
  const { t } = useTranslation('namespaces')
  const { words } = parseFilter(filter)
  const used = new Set(words.map((word) => word.raw))
  const unused = PLAIN_WORDS.filter((word) => !used.has(word))
  return (
    <div className={styles.words}>
      {words.map((word) => (
        <Pill
          key={word.raw}
          withRemoveButton
          onRemove={() => onFilter(withoutWord(filter, word.raw))}
          removeButtonProps={{
            'aria-label': t('words.without', { word: word.raw }),
            'aria-hidden': false,
            tabIndex: 0,
          }}
        >
          {t(`words.${word.kind}`, word)}
        </Pill>
      ))}
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="subtle" color="gray" className={styles.plain}>
            {t('words.more')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {unused.map((word) => (
            <Menu.Item
              key={word}
              rightSection={word}
              onClick={() => onFilter(`${filter} ${word}`.trim())}
            >
              {t(`words.${word}`)}
            </Menu.Item>
          ))}
          <Menu.Item
            rightSection="server:…"
            onClick={() => onFilter(`${filter} server:`.trimStart())}
          >
            {t('words.ofServer')}
          </Menu.Item>
          <Menu.Item rightSection=">300" onClick={() => onFilter(`${filter} >300`.trim())}>
            {t('words.over', { tokens: 300 })}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
