import { Button, Modal, NativeSelect, TextInput, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Why, WhyStep } from '../../../../shared/offer.ts'
import { useTRPC } from '../../trpc.ts'
import { CloseIcon, DoneIcon, WarningIcon } from '../../ui/icons.ts'
import { Problem } from '../../ui/problem.tsx'
import { partsOf, toolId } from './tree-model.ts'
import { useFixes } from './use-fixes.ts'
import styles from './why.module.css'

type WhyDialogProps = {
  /** A tool's id, or `?` for one that is to be chosen; without one it is closed. */
  asked: string | undefined
  namespaceId: string | undefined
  /** The endpoint that is asked about; else the first of the namespace. */
  endpointId?: string | undefined
  /** What is sought to begin with. */
  text?: string | undefined
  onAsk: (id: string | undefined) => void
}

/** Why clients do not see a tool: every check between its server and them, with what helps. */
export function WhyDialog(props: WhyDialogProps) {
  const { asked, onAsk } = props
  const { t } = useTranslation('namespaces')
  const { serverId, tool } = partsOf(asked ?? '')
  return (
    <Modal
      opened={asked !== undefined}
      onClose={() => onAsk(undefined)}
      title={tool === null ? t('why.which') : t('why.title', { tool })}
      size={560}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {tool === null ? (
        <ToolSearch text={props.text} onChoose={onAsk} />
      ) : (
        <Chain
          serverId={serverId}
          tool={tool}
          namespaceId={props.namespaceId}
          endpointId={props.endpointId}
          onClose={() => onAsk(undefined)}
        />
      )}
    </Modal>
  )
}

/** Tools of every server, by a part of their names. */
type ToolSearchProps = { text?: string | undefined; onChoose: (id: string) => void }

function ToolSearch({ text: begun = '', onChoose }: ToolSearchProps) {
  const { t } = useTranslation('namespaces')
  const trpc = useTRPC()
  const [text, setText] = useState(begun)
  const found = useQuery(
    trpc.namespaces.findTools.queryOptions({ text }, { enabled: text.length > 0 }),
  )
  const tools = text === '' ? [] : (found.data ?? [])
  return (
    <>
      <TextInput
        data-autofocus
        label={t('why.search')}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <ul className={styles.found} aria-label={t('why.found')}>
        {tools.map(({ serverId, server, tool }) => (
          <li key={toolId(serverId, tool)}>
            <UnstyledButton
              className={styles.choice}
              onClick={() => onChoose(toolId(serverId, tool))}
            >
              <span translate="no">{tool}</span>
              <span className={styles.dim}>{server}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
      {text !== '' && found.data?.length === 0 && <p>{t('why.noTool', { text })}</p>}
    </>
  )
}

type ChainProps = {
  serverId: string
  tool: string
  namespaceId: string | undefined
  endpointId: string | undefined
  onClose: () => void
}

function Chain({ serverId, tool, namespaceId, onClose, ...given }: ChainProps) {
  const { t } = useTranslation('namespaces')
  const trpc = useTRPC()
  const [endpointId, setEndpointId] = useState(given.endpointId)
  const endpoints = useQuery(trpc.endpoints.list.queryOptions()).data ?? []
  const where = endpointId !== undefined ? { endpointId } : { namespaceId }
  const why = useQuery(trpc.namespaces.why.queryOptions({ serverId, tool, ...where }))
  if (why.error) return <Problem title={t('why.unknown')} text={why.error.message} />
  if (!why.data) return null
  const { steps, endpointId: shown } = why.data
  const broken = steps.find((step) => step.result === 'broken')
  return (
    <>
      {endpoints.length > 0 && (
        <NativeSelect
          label={t('why.endpoint')}
          value={shown ?? ''}
          data={[
            ...(shown === null ? [{ value: '', label: t('why.noEndpoint') }] : []),
            ...endpoints.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(event) => setEndpointId(event.currentTarget.value || undefined)}
        />
      )}
      <ol className={styles.steps}>
        {steps.map((step) => (
          <Step key={step.check} step={step} isFirstBroken={step === broken} onClose={onClose} />
        ))}
      </ol>
      <p className={styles.outcome} role="status">
        {outcome(why.data, broken, t)}
      </p>
    </>
  )
}

type Translate = ReturnType<typeof useTranslation<'namespaces'>>['t']

function outcome({ name, tool }: Why, broken: WhyStep | undefined, t: Translate): string {
  return broken ? t('why.hidden') : t('why.seen', { name: name ?? tool })
}

type StepProps = { step: WhyStep; isFirstBroken: boolean; onClose: () => void }

function Step({ step, isFirstBroken, onClose }: StepProps) {
  const { t } = useTranslation('namespaces')
  const fix = useFixes(onClose)
  const { check, result, finding, values } = step
  const Mark = result === 'ok' ? DoneIcon : result === 'warn' ? WarningIcon : CloseIcon
  return (
    <li className={styles.step} data-result={result} data-first={isFirstBroken}>
      <Mark size={14} className={styles.mark} aria-label={t(`why.result.${result}`)} role="img" />
      <span className={styles.check}>{t(`why.check.${check}`)}</span>
      <span className={styles.finding}>{t(`why.finding.${finding}`, { ...values })}</span>
      {step.fix && (
        <Button
          variant={isFirstBroken ? 'filled' : 'default'}
          onClick={() => step.fix && fix(step.fix)}
        >
          {t(`why.fix.${step.fix.id}`, { ...values })}
        </Button>
      )}
    </li>
  )
}
