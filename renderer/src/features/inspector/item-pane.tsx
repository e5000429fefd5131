import { Button, Kbd, Menu, ActionIcon, Text } from '@mantine/core'
import { lazy, Suspense, useEffect, useRef, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useTRPCClient } from '../../trpc.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { shortcutText, useCommands } from '../../ui/commands.ts'
import { MoreIcon } from '../../ui/icons.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { findProblems, type SchemaProblem } from '../../ui/schema-check.ts'
import { readValue, type SchemaValue } from '../../ui/schema-value.ts'
import { ArgumentsForm } from './arguments-form.tsx'
import styles from './inspector.module.css'
import { argumentsOf, isObject, type Item } from './offer.ts'
import { textsOf } from './request.ts'
import { RunOptions } from './run-options.tsx'
import { isOver, type RunView } from './run-view.ts'
import {
  draftAt,
  placeOf,
  setDraft,
  startRun,
  useInspector,
  useInspectorSettings,
} from './store.ts'
import type { Inspected } from './use-inspected.ts'
import { useNow } from './use-now.ts'

const SchemaForm = lazy(async () => ({
  default: (await import('../../ui/schema-form.tsx')).SchemaForm,
}))

type ItemPaneProps = { inspected: Inspected; item: Item; run: RunView | null }

/** One tool, prompt, resource or template: what it says of itself, what it is given, and Run. */
export function ItemPane({ inspected, item, run }: ItemPaneProps) {
  const { t } = useTranslation('inspector')
  const [isShowingProblems, showProblems] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const scroller = useFirstInvalid(attempt)
  const { tab } = inspected
  const form = useDraft(inspected, item)
  const problems = problemsOf(form.draft, item, tab)
  const isRunning = run !== null && !isOver(run)
  const start = () => {
    if (isRunning) return
    showProblems(problems.length > 0)
    setAttempt((count) => count + 1)
    if (problems.length > 0 || readValue(form.draft) === null) return
    form.start()
  }
  useCommands([
    { id: 'inspector.run', label: t('run', { name: item.id }), shortcut: 'mod+Enter', run: start },
  ])
  return (
    <section className={styles.item} aria-label={item.id}>
      <div className={styles.itemScroll} ref={scroller}>
        <ItemHeader item={item} />
        <div className={styles.fields}>
          <Fields
            inspected={inspected}
            item={item}
            draft={form.draft}
            onChange={form.change}
            problems={isShowingProblems ? problems : []}
          />
        </div>
      </div>
      <RunBar
        item={item}
        run={isRunning ? run : null}
        onRun={start}
        problems={isShowingProblems ? problems : []}
      />
    </section>
  )
}

/** After each attempt that failed, the first field that is wrong has the focus. */
function useFirstInvalid(attempt: number) {
  const container = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (attempt === 0) return
    container.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [attempt])
  return container
}

function useDraft({ target, targetName, tab }: Inspected, item: Item) {
  const client = useTRPCClient()
  const timeoutMs = useInspectorSettings((settings) => settings.timeoutMs)
  const place = target ? placeOf(target, tab, item.id) : ''
  const draft = useInspector(({ drafts }) => draftAt(drafts, place))
  return {
    draft,
    change: (next: SchemaValue) => setDraft(place, next),
    start: () => {
      if (!target) return
      void startRun(client, { target, targetName, tab, item: item.id, draft, timeoutMs })
    },
  }
}

function problemsOf(draft: SchemaValue, item: Item, tab: Inspected['tab']): SchemaProblem[] {
  if (tab === 'tools') {
    const text = readValue(draft)
    const schema = item.raw['inputSchema']
    return text === null || !isObject(schema) ? [] : findProblems(schema, JSON.parse(text))
  }
  const given = textsOf(draft)
  return argumentsOf(item, tab)
    .filter(({ name, isRequired }) => isRequired && given[name] === undefined)
    .map(({ name }) => ({ path: [name], rule: 'required', limit: '' }))
}

function ItemHeader({ item }: { item: Item }) {
  const { t } = useTranslation('inspector')
  const { id, title, description, mark, mimeType } = item
  return (
    <header className={styles.itemHeader}>
      <div className={styles.itemTitle}>
        <h2 className={styles.itemName} translate="no">
          {id}
        </h2>
        <CopyButton text={id} label={id} />
        <RunMenu item={item} />
      </div>
      <Text size="xs" c="dimmed" className={styles.about}>
        {[title === id ? null : title, mark && t(`markLong.${mark}`), mimeType]
          .filter((part) => part !== null)
          .join(' · ')}
      </Text>
      {description && <Description text={description} key={id} />}
    </header>
  )
}

/** A long one is cut, since the form is what one came for. */
function Description({ text }: { text: string }) {
  const { t } = useTranslation('inspector')
  const isLong = text.length > 240 || text.split('\n').length > 4
  const [isOpen, setOpen] = useState(false)
  return (
    <div>
      <p className={styles.description} data-cut={(isLong && !isOpen) || undefined}>
        {text}
      </p>
      {isLong && (
        <Button
          size="compact-xs"
          variant="subtle"
          color="gray"
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          {t(isOpen ? 'less' : 'more')}
        </Button>
      )}
    </div>
  )
}

function RunMenu({ item }: { item: Item }) {
  const { t } = useTranslation('inspector')
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <ActionIcon aria-label={t('options', { name: item.id })}>
          <MoreIcon size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <RunOptions item={item} />
      </Menu.Dropdown>
    </Menu>
  )
}

type FieldsProps = {
  inspected: Inspected
  item: Item
  draft: SchemaValue
  onChange: (draft: SchemaValue) => void
  problems: readonly SchemaProblem[]
}

function Fields({ inspected, item, draft, onChange, problems }: FieldsProps): ReactNode {
  const { t } = useTranslation('inspector')
  const { tab } = inspected
  if (tab === 'tools') {
    const schema = item.raw['inputSchema']
    return (
      <Suspense fallback={<LoadingRows rows={3} />}>
        <SchemaForm
          key={item.id}
          schema={isObject(schema) ? schema : { type: 'object' }}
          label={t('arguments')}
          value={draft}
          onChange={onChange}
          problems={problems}
        />
      </Suspense>
    )
  }
  if (tab === 'resources') return null
  return (
    <ArgumentsForm
      key={item.id}
      inspected={inspected}
      item={item}
      values={textsOf(draft)}
      onChange={(value) => onChange({ ...draft, mode: 'form', value })}
      missing={problems.map(({ path }) => path.join('.'))}
    />
  )
}

type RunBarProps = {
  item: Item
  run: RunView | null
  onRun: () => void
  problems: readonly SchemaProblem[]
}

function RunBar({ item, run, onRun, problems }: RunBarProps) {
  const { t } = useTranslation('inspector')
  const client = useTRPCClient()
  const now = useNow(run !== null)
  const isDangerous = item.mark === 'destructive'
  if (run) {
    const seconds = Math.max(0, Math.floor((now - run.startedAt) / 1_000))
    return (
      <div className={styles.runBar}>
        <Button
          disabled={run.runId === null}
          onClick={() => {
            if (run.runId) void client.inspector.cancel.mutate({ runId: run.runId })
          }}
        >
          {t('cancelAfter', { seconds })}
        </Button>
      </div>
    )
  }
  return (
    <div className={styles.runBar}>
      <Text size="xs" c="var(--bad)" role="status" className={styles.summary}>
        {problems.length > 0 && t('toFix', { count: problems.length })}
      </Text>
      <Button
        variant={isDangerous ? 'default' : 'filled'}
        onClick={onRun}
        rightSection={<Kbd size="xs">{shortcutText('mod+Enter')}</Kbd>}
      >
        {isDangerous ? t('run', { name: item.id }) : t('runIt')}
      </Button>
    </div>
  )
}
