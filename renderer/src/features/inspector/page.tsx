import { Button, Menu, SegmentedControl, Splitter } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { shortcutText } from '../../ui/commands.ts'
import { Empty } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { History } from './history.tsx'
import styles from './inspector.module.css'
import { ItemPane } from './item-pane.tsx'
import { TABS, type Item } from './offer.ts'
import { OfferList } from './offer-list.tsx'
import { ResultPane } from './result-pane.tsx'
import { forgetRuns, placeOf, useInspector } from './store.ts'
import { TargetBar } from './target-bar.tsx'
import { WhyNotHere } from './target-trouble.tsx'
import { useInspected, type Inspected } from './use-inspected.ts'

/** Tries what servers, namespaces and endpoints offer, and shows exactly what comes back. */
export function Page() {
  const { t } = useTranslation('inspector')
  const inspected = useInspected()
  const { targets, target, tab, setTab } = inspected
  if (targets && (target === null || targets.servers.length === 0)) return <NothingToTry />
  return (
    <Frame
      title={t('title')}
      count={<TargetBar inspected={inspected} />}
      actions={
        <SegmentedControl
          aria-label={t('what')}
          value={tab}
          onChange={(next) => setTab(TABS.find((known) => known === next) ?? 'tools')}
          data={TABS.map((value) => ({ value, label: t(`tab.${value}`) }))}
        />
      }
      menu={<Menu.Item onClick={forgetRuns}>{t('forget')}</Menu.Item>}
    >
      {targets ? <Workbench inspected={inspected} /> : <LoadingRows />}
    </Frame>
  )
}

function NothingToTry() {
  const { t } = useTranslation('inspector')
  const navigate = useNavigate()
  const add = (text: string) => void navigate({ to: '/servers', search: { add: text } })
  return (
    <Frame title={t('title')}>
      <Empty
        title={t('empty.title')}
        text={t('empty.text')}
        actions={
          <>
            <Button variant="filled" onClick={() => add('1')}>
              {t('empty.add')}
            </Button>
            <Button onClick={() => add('npx -y @modelcontextprotocol/server-everything')}>
              {t('empty.everything')}
            </Button>
          </>
        }
      />
    </Frame>
  )
}

function Workbench({ inspected }: { inspected: Inspected }) {
  const isNarrow = useMediaQuery('(max-width: 1099px)', false, { getInitialValueInEffect: false })
  return (
    <div className={styles.page}>
      <Splitter className={styles.bench} lineSize={1} withHandle={false}>
        <Splitter.Pane defaultSize="248px" min="180px" max="480px">
          <OfferList inspected={inspected} />
        </Splitter.Pane>
        <Splitter.Pane defaultSize="100%" min="40%">
          {inspected.item ? (
            <Trial
              key={inspected.item.id}
              inspected={inspected}
              item={inspected.item}
              isNarrow={isNarrow}
            />
          ) : (
            <NothingChosen inspected={inspected} />
          )}
        </Splitter.Pane>
      </Splitter>
      <History inspected={inspected} />
    </div>
  )
}

/** Also where the address names what is not offered here, or not any more. */
function NothingChosen({ inspected }: { inspected: Inspected }) {
  const { t } = useTranslation('inspector')
  const { missing, tab, targetName } = inspected
  if (missing === '') {
    return (
      <p className={styles.choose}>{t(`choose.${tab}`, { keys: shortcutText('mod+Enter') })}</p>
    )
  }
  return (
    <div className={styles.missing} role="status">
      <p>{t('notOffered', { item: missing, name: targetName })}</p>
      <WhyNotHere inspected={inspected} text={missing} />
    </div>
  )
}

type TrialProps = { inspected: Inspected; item: Item; isNarrow: boolean }

/** The form and the result, side by side; above each other in a narrow window. */
function Trial({ inspected, item, isNarrow }: TrialProps) {
  const { target, tab } = inspected
  const run = useInspector(({ runs, shown }) => {
    const id = target && shown[placeOf(target, tab, item.id)]
    return runs.find((one) => one.id === id) ?? null
  })
  return (
    <Splitter
      key={isNarrow ? 'narrow' : 'wide'}
      className={styles.trial}
      orientation={isNarrow ? 'vertical' : 'horizontal'}
      lineSize={1}
      withHandle={false}
    >
      <Splitter.Pane defaultSize={isNarrow ? 60 : 45} min={20}>
        <ItemPane inspected={inspected} item={item} run={run} />
      </Splitter.Pane>
      <Splitter.Pane defaultSize={isNarrow ? 40 : 55} min={20}>
        <ResultPane inspected={inspected} item={item} run={run} />
      </Splitter.Pane>
    </Splitter>
  )
}
