import { Button, Menu } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { NamespaceSummary } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { Empty } from '../../ui/empty.tsx'
import { LoadingRows } from '../../ui/loading.tsx'
import { Page as Frame } from '../../ui/page.tsx'
import { Problem } from '../../ui/problem.tsx'
import { AddServers } from './add-servers.tsx'
import { NamespaceList, type Naming } from './namespace-list.tsx'
import styles from './namespaces.module.css'
import { ToolRules } from './new-tools.tsx'
import { OfferView } from './offer-view.tsx'
import { PickTools } from './pick-tools.tsx'
import { countsOf, tabOf } from './tabs.ts'
import { useFormat } from '../../ui/use-format.ts'
import { useNamespaceChanges } from './use-namespace-changes.ts'
import { useNamespaceActions } from './use-namespace.ts'
import { useAddress, useSearchText } from './use-search-text.ts'
import { WhyDialog } from './why-dialog.tsx'

/** Which tools clients get, under which names, in which order. */
export function Page() {
  const { t } = useTranslation('namespaces')
  const { number } = useFormat()
  const view = useView()
  const { summaries, current, offer, tab, total, ask } = view
  return (
    <Frame
      title={t('title')}
      count={summaries.data && number(summaries.data.length)}
      {...(total > 0 && {
        filter: {
          value: view.filter,
          onChange: view.setFilter,
          placeholder: t(`filter.${tab}`, { count: total, number: number(total) }),
        },
      })}
      actions={<Button onClick={view.startNew}>{t('new')}</Button>}
      menu={current && <PageMenu {...view} current={current} />}
    >
      {summaries.error && <Problem title={t('notRead')} text={summaries.error.message} />}
      {summaries.isPending && <LoadingRows />}
      {summaries.data && (
        <div className={styles.page}>
          <NamespaceList
            summaries={summaries.data}
            current={current}
            naming={view.naming}
            onNaming={view.setNaming}
            onSelect={view.select}
          >
            {offer.data && offer.data.id === current?.id && <ToolRules offer={offer.data} />}
          </NamespaceList>
          <Content {...view} />
        </div>
      )}
      {offer.data && (
        <AddServers
          offer={offer.data}
          actions={view.actions}
          isOpen={view.isAdding}
          onClose={() => view.setAdding(false)}
        />
      )}
      {offer.data && (
        <PickTools
          offer={offer.data}
          isOpen={view.isPicking}
          onClose={() => view.setPicking(false)}
        />
      )}
      <WhyDialog asked={view.asked} namespaceId={current?.id} onAsk={ask} />
    </Frame>
  )
}

type View = ReturnType<typeof useView>

/** What the page shows, and what can be done on it. */
function useView() {
  const { t } = useTranslation('namespaces')
  const trpc = useTRPC()
  const { search, go } = useAddress()
  const [filter, setFilter] = useSearchText('filter', 250)
  const [naming, setNaming] = useState<Naming>(null)
  const [isAdding, setAdding] = useState(false)
  const [isPicking, setPicking] = useState(false)
  const summaries = useQuery(trpc.namespaces.summaries.queryOptions())
  const current = currentOf(summaries.data, search.selected)
  const offer = useQuery(
    trpc.namespaces.offer.queryOptions(
      { id: current?.id ?? '' },
      { enabled: current !== null, placeholderData: keepPreviousData },
    ),
  )
  const tab = tabOf(search.tab)
  const total = offer.data ? countsOf(offer.data)[tab] : 0
  const actions = useNamespaceActions(current?.id ?? '')
  const select = (id: string | undefined) => go({ selected: id, item: undefined })
  const ask = (why: string | undefined) => go({ why })
  const startNew = () => setNaming({ kind: 'new' })
  const changes = useNamespaceChanges({ onNaming: setNaming, onSelect: select })
  useCommands([
    { id: 'namespaces.new', label: t('new'), shortcut: 'mod+N', run: startNew },
    {
      id: 'namespaces.addServers',
      label: t('add.open'),
      run: () => !actions.isLocked && setAdding(true),
    },
    {
      id: 'namespaces.pick',
      label: t('pick.open'),
      run: () => !actions.isLocked && setPicking(true),
    },
  ])
  const dialogs = { isAdding, setAdding, isPicking, setPicking }
  const state = { filter, setFilter, naming, setNaming, ...dialogs }
  const data = { summaries, current, offer, tab, total, asked: search.why }
  return { ...state, ...data, actions, select, ask, startNew, changes }
}

function Content(view: View) {
  const { current, offer, tab, actions, filter, setFilter, setAdding, setPicking, ask } = view
  const { t } = useTranslation('namespaces')
  if (!current) return <Empty title={t('none.title')} text={t('none.text')} />
  if (offer.error) return <Problem title={t('notRead')} text={offer.error.message} />
  if (!offer.data) return <LoadingRows height={28} />
  if (offer.data.servers.length === 0) {
    return (
      <NoServers
        name={current.name}
        isLocked={actions.isLocked}
        onAdd={() => setAdding(true)}
        onPick={() => setPicking(true)}
      />
    )
  }
  return (
    <OfferView
      key={offer.data.id}
      offer={offer.data}
      tab={tab}
      actions={actions}
      filter={filter}
      onFilter={setFilter}
      onWhy={ask}
    />
  )
}

function currentOf(
  summaries: readonly NamespaceSummary[] | undefined,
  id: string | undefined,
): NamespaceSummary | null {
  const named = summaries?.find((summary) => summary.id === id)
  return named ?? summaries?.find(({ name }) => name === 'default') ?? summaries?.[0] ?? null
}

function PageMenu({ current, ...view }: View & { current: NamespaceSummary }) {
  const { actions, setAdding, setPicking, setNaming, changes, ask } = view
  const { t } = useTranslation('namespaces')
  const { id, name, enabled } = current
  const { isLocked } = actions
  return (
    <>
      <Menu.Item disabled={isLocked} onClick={() => setAdding(true)}>
        {t('add.open')}
      </Menu.Item>
      <Menu.Item disabled={isLocked} onClick={() => setPicking(true)}>
        {t('pick.open')}
      </Menu.Item>
      <Menu.Item onClick={() => ask('?')}>{t('why.which')}</Menu.Item>
      <Menu.Divider />
      <Menu.Item rightSection="Space" disabled={isLocked} onClick={() => changes.toggle(current)}>
        {t(enabled ? 'menu.off' : 'menu.on', { name })}
      </Menu.Item>
      <Menu.Item
        rightSection="F2"
        disabled={isLocked}
        onClick={() => setNaming({ kind: 'rename', id })}
      >
        {t('menu.rename', { name })}
      </Menu.Item>
      <Menu.Item
        rightSection={shortcutText('Backspace')}
        disabled={isLocked}
        onClick={() => changes.remove(current)}
      >
        {t('menu.remove', { name })}
      </Menu.Item>
    </>
  )
}

/** A namespace without servers: the way to some, which is another one where there are none at all. */
type NoServersProps = { name: string; isLocked: boolean; onAdd: () => void; onPick: () => void }

function NoServers({ name, isLocked, onAdd, onPick }: NoServersProps) {
  const { t } = useTranslation('namespaces')
  const navigate = useNavigate()
  const go = () => void navigate({ to: '/servers', search: { add: '1' } })
  const servers = useQuery(useTRPC().servers.list.queryOptions())
  if (!servers.data) return null
  if (servers.data.length === 0) {
    return (
      <Empty
        title={t('nothing.title')}
        text={t('nothing.text')}
        actions={
          <Button variant="filled" onClick={go}>
            {t('nothing.add')}
          </Button>
        }
      />
    )
  }
  return (
    <Empty
      title={t('noServers.title', { name })}
      text={t('noServers.text')}
      actions={
        <>
          <Button variant="filled" disabled={isLocked} onClick={onAdd}>
            {t('add.open')}
          </Button>
          <Button disabled={isLocked} onClick={onPick}>
            {t('pick.open')}
          </Button>
        </>
      }
    />
  )
}
