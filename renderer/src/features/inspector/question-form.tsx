import { Anchor, Button, Text, Textarea, TextInput } from '@mantine/core'
import { lazy, Suspense, useState, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AnswerInput } from '../../../../shared/inspector.ts'
import { useTRPCClient } from '../../trpc.ts'
import { LoadingRows } from '../../ui/loading.tsx'
import { findProblems, type SchemaProblem } from '../../ui/schema-check.ts'
import { EMPTY_VALUE, readValue } from '../../ui/schema-value.ts'
import { tellProblem } from '../../ui/undo.ts'
import { BlockView } from './block-view.tsx'
import { messageBlocks } from './blocks.ts'
import styles from './inspector.module.css'
import { isObject, textOf } from './offer.ts'
import type { RunQuestion, RunView } from './run-view.ts'
import { useNow } from './use-now.ts'

const SchemaForm = lazy(async () => ({
  default: (await import('../../ui/schema-form.tsx')).SchemaForm,
}))

type QuestionProps = { run: RunView; question: RunQuestion }

/** What a server asks in the middle of a run, to be answered by hand. */
export function QuestionForm({ run, question }: QuestionProps) {
  const { t } = useTranslation('inspector')
  const who = question.server ?? run.targetName
  const answer = useAnswer(run, question)
  return (
    <section className={styles.question} aria-label={t('asks.title', { who })}>
      <h3 className={styles.questionTitle} role="alert">
        {t(`asks.${kindOf(question)}`, { who })}
      </h3>
      <QuestionBody question={question} answer={answer} />
    </section>
  )
}

type Send = (answer: AnswerInput['answer']) => void
type BodyProps = { question: RunQuestion; answer: Send }

function kindOf({ method, params }: RunQuestion): 'form' | 'url' | 'sampling' | 'roots' {
  if (method === 'sampling/createMessage') return 'sampling'
  if (method === 'roots/list') return 'roots'
  return params['mode'] === 'url' ? 'url' : 'form'
}

function useAnswer(run: RunView, { questionId }: RunQuestion): Send {
  const { t } = useTranslation('inspector')
  const client = useTRPCClient()
  return (answer) => {
    if (run.runId === null) return
    client.inspector.answer
      .mutate({ runId: run.runId, questionId, answer })
      .catch((error: unknown) => tellProblem(error, t('asks.notAnswered')))
  }
}

function QuestionBody({ question, answer }: BodyProps) {
  switch (kindOf(question)) {
    case 'form':
      return <FormQuestion question={question} answer={answer} />
    case 'url':
      return <UrlQuestion question={question} answer={answer} />
    case 'sampling':
      return <SamplingQuestion question={question} answer={answer} />
    case 'roots':
      return <RootsQuestion question={question} answer={answer} />
  }
}

function FormQuestion({ question, answer }: BodyProps) {
  const { t } = useTranslation('inspector')
  const { message, requestedSchema } = question.params
  const schema = isObject(requestedSchema) ? requestedSchema : { type: 'object' }
  const [value, setValue] = useState(EMPTY_VALUE)
  const [problems, setProblems] = useState<readonly SchemaProblem[]>([])
  const send = () => {
    const text = readValue(value)
    const found = text === null ? [] : findProblems(schema, JSON.parse(text))
    setProblems(found)
    if (text === null || found.length > 0) return
    answer({ kind: 'result', result: `{"action":"accept","content":${text}}` })
  }
  return (
    <>
      <p className={styles.words}>{textOf(message)}</p>
      <Suspense fallback={<LoadingRows rows={2} />}>
        <SchemaForm
          schema={schema}
          label={t('asks.answer')}
          value={value}
          onChange={setValue}
          problems={problems}
          isWhole
        />
      </Suspense>
      <Choices question={question} answer={answer} onAnswer={send} />
    </>
  )
}

function UrlQuestion({ question, answer }: BodyProps) {
  const { t } = useTranslation('inspector')
  const { message, url } = question.params
  const address = typeof url === 'string' && /^https?:/i.test(url) ? url : null
  return (
    <>
      <p className={styles.words}>{textOf(message)}</p>
      {address && (
        <Anchor href={address} target="_blank" rel="noreferrer noopener" className={styles.address}>
          {address}
        </Anchor>
      )}
      <Choices
        question={question}
        answer={answer}
        onAnswer={() => answer({ kind: 'result', result: '{"action":"accept"}' })}
        words={t('asks.opened')}
      />
    </>
  )
}

function SamplingQuestion({ question, answer }: BodyProps) {
  const { t } = useTranslation('inspector')
  const { systemPrompt, messages, maxTokens } = question.params
  const [text, setText] = useState('')
  const [model, setModel] = useState('by-hand')
  const blocks = (Array.isArray(messages) ? messages : []).filter(isObject).flatMap(messageBlocks)
  const send = () => {
    const content = { type: 'text', text }
    const result = { role: 'assistant', content, model, stopReason: 'endTurn' }
    answer({ kind: 'result', result: JSON.stringify(result) })
  }
  return (
    <>
      {textOf(systemPrompt) && (
        <Text size="xs" c="dimmed" className={styles.words}>
          {textOf(systemPrompt)}
        </Text>
      )}
      <div className={styles.messages} tabIndex={0} role="region" aria-label={t('asks.messages')}>
        {blocks.map((block, index) => (
          <BlockView key={index} block={block} name="message" />
        ))}
      </div>
      <Textarea
        label={t('asks.reply')}
        description={typeof maxTokens === 'number' ? t('asks.upTo', { count: maxTokens }) : null}
        autosize
        minRows={3}
        maxRows={12}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <TextInput
        label={t('asks.model')}
        value={model}
        onChange={(event) => setModel(event.currentTarget.value)}
      />
      <Choices question={question} answer={answer} onAnswer={send} />
    </>
  )
}

function RootsQuestion({ question, answer }: BodyProps) {
  const { t } = useTranslation('inspector')
  const [text, setText] = useState('')
  const send = () => {
    const lines = text.split('\n').map((line) => line.trim())
    const roots = lines
      .filter((line) => line !== '')
      .map((line) => ({ uri: line.includes('://') ? line : `file://${line}` }))
    answer({ kind: 'result', result: JSON.stringify({ roots }) })
  }
  return (
    <>
      <Textarea
        label={t('asks.folders')}
        description={t('asks.foldersHelp')}
        autosize
        minRows={2}
        maxRows={8}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <Choices question={question} answer={answer} onAnswer={send} />
    </>
  )
}

type ChoicesProps = BodyProps & { onAnswer: () => void; words?: ReactNode }

function Choices({ question, answer, onAnswer, words }: ChoicesProps) {
  const { t } = useTranslation('inspector')
  const now = useNow(true)
  const left = Math.max(0, Math.ceil((Date.parse(question.expiresAt) - now) / 1_000))
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`
  return (
    <div className={styles.choices}>
      <Button variant="filled" onClick={onAnswer}>
        {words ?? t('asks.answer')}
      </Button>
      <Button onClick={() => answer({ kind: 'refuse' })}>{t('asks.refuse')}</Button>
      <Button variant="subtle" color="gray" onClick={() => answer({ kind: 'cancel' })}>
        {t('asks.cancel')}
      </Button>
      <Text size="xs" c="dimmed">
        {t('asks.left', { time })}
      </Text>
    </div>
  )
}
