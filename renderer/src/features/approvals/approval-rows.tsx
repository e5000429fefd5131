import { Button, Menu, VisuallyHidden } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useRef, useState, type KeyboardEvent } from 'react'
import { useTranslation } from 'react-i18next'
import type { ApprovalAnswer, ApprovalView } from '../../../../shared/approval.ts'
import { useTRPC, useTRPCClient } from '../../trpc.ts'
import { CodeView } from '../../ui/code-view.tsx'
import { FoldedOutIcon } from '../../ui/icons.ts'
import { tellProblem } from '../../ui/undo.ts'
import { gridOr, useFocusBack } from '../../ui/use-focus-back.ts'
import { useNow } from '../servers/use-now.ts'
import styles from './approvals.module.css'

/** Calls that wait for a person, with all that they would do; nothing where none waits. */
export function ApprovalRows() {
  const { t } = useTranslation('approvals')
  const trpc = useTRPC()
  const calls = useQuery(trpc.approvals.list.queryOptions())
  const now = useNow((calls.data?.length ?? 0) > 0)
  const decide = useMutation(trpc.approvals.decide.mutationOptions())
  const list = useRef<HTMLUListElement>(null)
  useFocusBack(
    list,
    () => list.current?.querySelector('li') ?? gridOr(document.querySelector('main')),
  )
  if (!calls.data || calls.data.length === 0) return null
  const answer = (id: string) => (answered: ApprovalAnswer) =>
    decide.mutate(
      { id, answer: answered },
      { onError: (error) => tellProblem(error, t('notDecided')) },
    )
  return (
    <section className={styles.section} aria-labelledby="approvals">
      <h2 id="approvals" className={styles.heading}>
        {t('title')} <span className={styles.count}>{calls.data.length}</span>
      </h2>
      <ul ref={list} className={styles.rows} onKeyDown={followRows}>
        {calls.data.map((call, index) => (
          <ApprovalRow
            key={call.id}
            call={call}
            isFirst={index === 0}
            // By our own clock: that of the core may be another.
            leftMs={Math.max(
              0,
              calls.dataUpdatedAt + call.leftMs - Math.max(now, calls.dataUpdatedAt),
            )}
            onAnswer={answer(call.id)}
          />
        ))}
      </ul>
      <Spoken calls={calls.data} />
    </section>
  )
}

type ApprovalRowProps = {
  call: ApprovalView
  /** The one that has waited longest has the filled button. */
  isFirst: boolean
  leftMs: number
  onAnswer: (answer: ApprovalAnswer) => void
}

function ApprovalRow({ call, isFirst, leftMs, onAnswer }: ApprovalRowProps) {
  const { t } = useTranslation('approvals')
  const { server, tool, endpoint, seconds, mayAlways } = call
  const wants = useWants()(call)
  const onKeyDown = (event: KeyboardEvent) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey
    // A key that is held down decides once: the next call has the focus then.
    if (!isPlain || event.repeat || event.target !== event.currentTarget) return
    const answered = ({ a: 'once', r: 'refuse' } as const)[event.key.toLowerCase()]
    if (!answered) return
    event.preventDefault()
    onAnswer(answered)
  }
  return (
    <li className={styles.row} tabIndex={0} aria-label={wants} onKeyDown={onKeyDown}>
      <header className={styles.head}>
        <h3>{wants}</h3>
        <span className={styles.left} title={t('after', { seconds })}>
          {t('left', { time: timeOf(leftMs) })}
        </span>
      </header>
      <p className={styles.note}>
        {t('place', { tool, server, endpoint })} {t('after', { seconds })}
      </p>
      <Arguments call={call} />
      <div className={styles.foot}>
        <Button variant={isFirst ? 'filled' : 'default'} onClick={() => onAnswer('once')}>
          {t('once')}
        </Button>
        <Menu position="bottom-start">
          <Menu.Target>
            <Button rightSection={<FoldedOutIcon size={14} />}>{t('more')}</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => onAnswer('session')}>{t('session')}</Menu.Item>
            <Menu.Item disabled={!mayAlways} onClick={() => onAnswer('always')}>
              {t('always', { tool })}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
        <Button className={styles.refuse} onClick={() => onAnswer('refuse')}>
          {t('refuse')}
        </Button>
      </div>
    </li>
  )
}

/** All of them: who allows a call answers for what is in it. */
function Arguments({ call }: { call: ApprovalView }) {
  const { t } = useTranslation('approvals')
  const client = useTRPCClient()
  const [whole, setWhole] = useState<string | null>(null)
  const show = () =>
    client.approvals.get.query({ id: call.id }).then(
      (found) => setWhole(found.arguments),
      (error: unknown) => tellProblem(error, t('notRead')),
    )
  if (call.arguments === '{}') return <p className={styles.note}>{t('noArguments')}</p>
  return (
    <>
      <CodeView
        text={whole ?? call.arguments}
        language="json"
        label={t('arguments')}
        maxHeight={320}
      />
      {call.isCut && whole === null && (
        <Button className={styles.whole} onClick={() => void show()}>
          {t('showAll')}
        </Button>
      )}
    </>
  )
}

/** Once for each call, at once: its time runs. */
function Spoken({ calls }: { calls: readonly ApprovalView[] }) {
  const { t } = useTranslation('approvals')
  const wants = useWants()
  return (
    <VisuallyHidden role="alert">
      {calls.map((call) => (
        <p key={call.id}>
          {wants(call)} {t('after', { seconds: call.seconds })}
        </p>
      ))}
    </VisuallyHidden>
  )
}

function useWants(): (call: ApprovalView) => string {
  const { t } = useTranslation('approvals')
  return ({ client, name }) =>
    client === null ? t('wantsUnnamed', { name }) : t('wants', { client, name })
}

/** `0:41` */
function timeOf(ms: number): string {
  const seconds = Math.ceil(ms / 1_000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** J and K, and the arrows, go from one to the next. */
function followRows(event: KeyboardEvent<HTMLUListElement>): void {
  const by = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key]
  const rows = [...event.currentTarget.children]
  const at = rows.indexOf(event.target as Element)
  if (by === undefined || at < 0) return
  event.preventDefault()
  const next = rows[at + by]
  if (next instanceof HTMLElement) next.focus()
}
