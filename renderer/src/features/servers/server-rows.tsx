import { useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import { useMayChange } from '../../shell/me.ts'
import type { Section } from '../../ui/row-props.ts'
import { Rows } from '../../ui/rows.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { useColumns } from './columns.tsx'
import { useInspect } from './inspect.ts'
import { launchOf, neighbourOf, type ShownServer } from './server-list.ts'
import styles from './servers.module.css'
import { useAddress } from './use-address.ts'
import { useFixing } from './use-fixing.ts'
import { useServerActions } from './use-server-actions.ts'
import type { useServers } from './use-servers.ts'

/** Of more servers than these, those that are off are folded away, and the others have headings. */
const MANY = 20
const FEW = 8

/** Letters that follow one another so quickly are a name, in ms. */
const WORD_MS = 700

const NONE: ReadonlySet<string> = new Set()

type ServerRowsProps = { all: ReturnType<typeof useServers> }

export function ServerRows({ all }: ServerRowsProps) {
  const { t } = useTranslation('servers')
  const { search, go } = useAddress()
  const [marked, setMarked] = useState(NONE)
  const sections = useSections(all)
  const shown = useMemo(
    () => sections.flatMap(({ items, isFolded }) => (isFolded ? [] : items)),
    [sections],
  )
  const isOffFolded = sections.some(({ id, isFolded }) => id === 'off' && isFolded)

  const acts = useRowActions({ shown, marked, isOffFolded, unmark: () => setMarked(NONE) })
  const columns = useColumns({
    isNarrow: search.selected !== undefined,
    onToggle: acts.toggleOne,
    fixing: useFixing(),
  })
  const { onKey, onKeyDownCapture } = useRowKeys({ meant: acts.meant })
  const markedServers = all.servers?.filter(({ id }) => marked.has(id)) ?? []
  return (
    <div className={styles.list} onKeyDownCapture={onKeyDownCapture}>
      <Rows
        label={t('title')}
        columns={columns}
        sections={sections}
        getId={({ server }) => server.id}
        getText={({ server }) => server.name}
        selectedId={search.selected ?? null}
        onSelect={(selected) => go({ selected, focus: undefined })}
        marked={marked}
        onMark={setMarked}
        onOpen={({ server }) => go({ selected: server.id })}
        onToggle={acts.toggle}
        onRemove={acts.remove}
        onRename={acts.rename}
        onKey={onKey}
      />
      <BulkBar
        servers={markedServers.length > 1 ? markedServers : []}
        namespaces={all.namespaces}
        onDone={() => setMarked(NONE)}
      />
    </div>
  )
}

type RowActionsOptions = {
  shown: readonly ShownServer[]
  marked: ReadonlySet<string>
  isOffFolded: boolean
  unmark: () => void
}

/** What is done to a row is done to all that are marked, if it is one of them. */
function useRowActions({ shown, marked, isOffFolded, unmark }: RowActionsOptions) {
  const { go } = useAddress()
  const actions = useServerActions()
  const mayChange = useMayChange()
  const mine = (servers: ShownServer['server'][]) => servers.filter(mayChange)
  const meant = ({ server }: ShownServer) =>
    marked.has(server.id)
      ? shown.filter((one) => marked.has(one.server.id)).map((one) => one.server)
      : [server]
  const toggleAll = (servers: ShownServer['server'][], { server }: ShownServer) =>
    actions.setEnabled(servers, !server.enabled, server.enabled && isOffFolded)
  return {
    meant,
    toggle: (one: ShownServer) => toggleAll(mine(meant(one)), one),
    /** By the switch of the row itself. */
    toggleOne: (one: ShownServer) => toggleAll([one.server], one),
    remove(one: ShownServer) {
      const gone = mine(meant(one))
      if (gone.length === 0) return
      const next = neighbourOf(shown, new Set(gone.map(({ id }) => id)))
      unmark()
      go({ selected: next ?? undefined })
      void actions.remove(gone)
    },
    rename({ server }: ShownServer) {
      if (mayChange(server)) go({ selected: server.id, tab: 'configuration', focus: 'name' })
    },
  }
}

function useSections(all: ServerRowsProps['all']): Section<ShownServer>[] {
  const { t } = useTranslation(['servers', 'shared'])
  const { listed, servers } = all
  const total = servers?.length ?? 0
  const [folded, setFolded] = useState<boolean | null>(null)
  const isAlone = listed.needy.length + listed.on.length === 0
  const isFolded = !isAlone && (folded ?? total > MANY)
  return useMemo(() => {
    const section = (id: 'needy' | 'on' | 'off', label: string) => {
      const items = listed[id]
      const isLabelled = id === 'needy' || total > FEW
      return { id, items, label: isLabelled ? t('section', { label, count: items.length }) : null }
    }
    const off = section('off', t('shared:state.off'))
    const foldable = off.label !== null && !isAlone
    return [
      section('needy', t('shared:needsYou')),
      section('on', t('on')),
      foldable ? { ...off, isFolded, onFold: () => setFolded(!isFolded) } : off,
    ].filter(({ items }) => items.length > 0)
  }, [listed, total, isFolded, isAlone, t])
}

type RowKeysOptions = { meant: (one: ShownServer) => ShownServer['server'][] }

/** ⌘R starts again, L is for the log, I for the Inspector, ⌘C copies what is run. */
function useRowKeys({ meant }: RowKeysOptions) {
  const { go } = useAddress()
  const actions = useServerActions()
  const mayChange = useMayChange()
  const inspect = useInspect()
  const word = useRef({ at: -Infinity, isGoingOn: false })
  const onKeyDownCapture = ({ key, timeStamp }: KeyboardEvent) => {
    const isLetter = key.length === 1 && key !== ' '
    const isGoingOn = isLetter && timeStamp - word.current.at < WORD_MS
    word.current = { at: isLetter ? timeStamp : -Infinity, isGoingOn }
  }
  const onKey = (event: KeyboardEvent, one: ShownServer): boolean => {
    const { server } = one
    const isMod = event.metaKey || event.ctrlKey
    const keys: Record<string, () => unknown> = isMod
      ? {
          r: () => actions.startAgain(meant(one).filter((each) => each.enabled && mayChange(each))),
          // Who may not change it is not told what runs.
          c: () => mayChange(server) && navigator.clipboard.writeText(launchOf(server)),
        }
      : {
          l: () => go({ selected: server.id, tab: 'log' }),
          i: () => inspect(server.id),
        }
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined
    // In the middle of a name it is a letter.
    if (!act || (!isMod && word.current.isGoingOn)) return false
    act()
    return true
  }
  return { onKey, onKeyDownCapture }
}
