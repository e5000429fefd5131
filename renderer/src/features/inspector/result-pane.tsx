import { ActionIcon, SegmentedControl, Tooltip } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyButton } from '../../ui/copy-button.tsx'
import { SaveIcon } from '../../ui/icons.ts'
import { BlockView } from './block-view.tsx'
import { blocksOf, type Block } from './blocks.ts'
import styles from './inspector.module.css'
import { LongText } from './long-text.tsx'
import type { Item } from './offer.ts'
import { OutputCheck } from './output-check.tsx'
import { isShort, RunProblem } from './run-problem.tsx'
import { isOver, type RunView } from './run-view.ts'
import { Running, RunLogs } from './running.tsx'
import { saveFile } from './save-file.ts'
import { Structured } from './structured.tsx'
import { useFormat } from '../../ui/use-format.ts'
import type { Inspected } from './use-inspected.ts'

type ResultPaneProps = { inspected: Inspected; item: Item; run: RunView | null }

/** What came of the last run: while it is under way, what its server says and asks. */
export function ResultPane({ inspected, item, run }: ResultPaneProps) {
  const { t } = useTranslation('inspector')
  return (
    <section className={styles.result} aria-label={t('result')}>
      {!run && (
        <>
          <header className={styles.resultHeader}>
            <h2 className={styles.resultTitle}>{t('result')}</h2>
          </header>
          <p className={styles.choose}>{t('notRunYet')}</p>
        </>
      )}
      {run && !isOver(run) && <Running run={run} />}
      {run && isOver(run) && !run.content && (
        <>
          <header className={styles.resultHeader}>
            <h2 className={styles.resultTitle}>{t('result')}</h2>
          </header>
          <div className={styles.resultBody}>
            <RunProblem run={run} />
            <RunLogs run={run} />
          </div>
        </>
      )}
      {run?.content && (
        <Outcome
          key={run.id}
          inspected={inspected}
          item={item}
          run={run}
          content={run.content}
          text={run.result?.result ?? ''}
        />
      )}
    </section>
  )
}

type OutcomeProps = Omit<ResultPaneProps, 'run'> & {
  run: RunView
  content: Record<string, unknown>
  /** The same, with every digit. */
  text: string
}

type View = 'text' | 'structured' | 'raw'

function Outcome({ inspected, item, run, content, text }: OutcomeProps) {
  const { t } = useTranslation('inspector')
  const blocks = blocksOf(run.tab, content)
  const structured = content['structuredContent']
  const views: View[] = [
    ...(blocks.length > 0 ? (['text'] as const) : []),
    ...(structured === undefined ? [] : (['structured'] as const)),
    'raw',
  ]
  const [view, setView] = useState<View>(views[0] ?? 'raw')
  const pretty = view === 'raw' ? prettyOf(text) : ''
  const read = (uri: string) => inspected.go({ tab: 'resources', item: uri, filter: '' })
  return (
    <>
      <ResultHeader run={run} text={text}>
        {views.length > 1 && (
          <SegmentedControl
            className={styles.views}
            aria-label={t('viewAs')}
            value={view}
            onChange={(next) => setView(views.find((known) => known === next) ?? 'raw')}
            data={views.map((value) => ({
              value,
              label: t(value === 'text' ? `view.${textName(run)}` : `view.${value}`),
            }))}
          />
        )}
      </ResultHeader>
      <div className={styles.resultBody}>
        {run.isError && <RunProblem run={run} />}
        {view === 'text' &&
          !isToldAbove(run, blocks) &&
          blocks.map((block, index) => (
            <BlockView key={index} block={block} name={item.id} onRead={read} />
          ))}
        {view === 'structured' && <Structured value={structured} name={item.id} />}
        {view === 'raw' && (
          <LongText
            text={pretty}
            language="json"
            label={t('view.raw')}
            fileName={`${item.id}.json`}
          />
        )}
        <OutputCheck item={item} run={run} structured={structured} />
        <RunLogs run={run} />
      </div>
    </>
  )
}

/** An error of one line stands in its notice already. */
function isToldAbove({ isError }: RunView, [first, ...others]: Block[]): boolean {
  return isError && others.length === 0 && first?.kind === 'text' && isShort(first.text)
}

function textName({ tab }: RunView): 'text' | 'messages' | 'contents' {
  if (tab === 'tools') return 'text'
  return tab === 'prompts' ? 'messages' : 'contents'
}

/** With every digit, as long as that can be had; `JSON.parse` would round. */
function prettyOf(text: string): string {
  if (/\d{16}|\d\.\d{15}|\d[eE][+-]?\d{2}/.test(text)) return text
  return text.length > 2_000_000 ? text : JSON.stringify(JSON.parse(text), null, 2)
}

type HeaderProps = { run: RunView; text: string; children: React.ReactNode }

function ResultHeader({ run, text, children }: HeaderProps) {
  const { t } = useTranslation('inspector')
  const { duration, bytes, number } = useFormat()
  const { result } = run
  return (
    <header className={styles.resultHeader}>
      <h2 className={styles.resultTitle}>{t('result')}</h2>
      {result && (
        <span className={styles.facts} role="status">
          <span>{duration(result.ms)}</span>
          <span>{bytes(result.bytes)}</span>
          <span title={t('tokensAbout')}>
            {t('tokens', { n: number(Math.ceil(text.length / 4)) })}
          </span>
        </span>
      )}
      <span className={styles.gap} />
      {children}
      <CopyButton text={text} label={t('result')} />
      <Tooltip label={t('save')}>
        <ActionIcon
          aria-label={t('save')}
          onClick={() => saveFile(`${run.item}.json`, text, 'application/json')}
        >
          <SaveIcon size={14} />
        </ActionIcon>
      </Tooltip>
    </header>
  )
}
