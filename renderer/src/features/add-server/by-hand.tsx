import { SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useForm, type UseFormReturnType } from '@mantine/form'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Problem } from '../../ui/problem.tsx'
import { AddFooter } from './add-footer.tsx'
import styles from './add-server.module.css'
import { checkDraft, EMPTY_DRAFT, serverOf, type ServerDraft } from './by-hand-draft.ts'
import { Discard } from './discard.tsx'
import { Frame } from './frame.tsx'
import { PairsField } from './pairs-field.tsx'
import { TargetField } from './target-field.tsx'
import { useAdd } from './use-add.ts'
import { useModEnter } from './use-mod-enter.ts'
import { useTarget } from './use-target.ts'

type ByHandProps = {
  onBox: () => void
  onClose: () => void
  onAdded: (serverId: string | undefined) => void
}

/** A server, field by field. */
export function ByHand({ onBox, onClose, onAdded }: ByHandProps) {
  const { t } = useTranslation('add-server')
  const [isAsked, setAsked] = useState(false)
  const target = useTarget()
  const adding = useAdd(onAdded).byHand
  const form = useForm<ServerDraft>({
    initialValues: EMPTY_DRAFT,
    validate: (draft) => checkDraft(draft, t),
    validateInputOnBlur: true,
  })
  const add = form.onSubmit((draft) =>
    adding.mutate({
      server: { ...serverOf(draft), approve: true },
      namespaceId: target.namespaceId,
    }),
  )
  const close = () => (!form.isDirty() || isAsked ? onClose() : setAsked(true))
  useModEnter(() => void add())
  const footer = isAsked ? (
    <Discard onDiscard={onClose} onKeep={() => setAsked(false)} />
  ) : (
    <AddFooter
      other={{ label: t('byHand.back'), go: onBox }}
      count={1}
      isReady
      isPending={adding.isPending}
      onCancel={onClose}
      onAdd={() => void add()}
    />
  )
  return (
    <Frame title={t('title')} footer={footer} onClose={close}>
      <form className={styles.form} onSubmit={add} noValidate>
        <Fields form={form} />
        <TargetField target={target} />
        {adding.error && <Problem title={t('notAdded')} text={adding.error.message} />}
      </form>
    </Frame>
  )
}

type Form = Pick<UseFormReturnType<ServerDraft>, 'values' | 'getInputProps'>

function Fields({ form }: { form: Form }) {
  const { t } = useTranslation('add-server')
  const kinds = ['STDIO', 'STREAMABLE_HTTP', 'SSE'] as const
  return (
    <>
      <TextInput
        data-autofocus
        required
        label={t('byHand.name')}
        description={t('byHand.nameHint')}
        spellCheck={false}
        {...form.getInputProps('name')}
      />
      <SegmentedControl
        aria-label={t('byHand.type')}
        data={kinds.map((value) => ({ value, label: t(`byHand.types.${value}`) }))}
        {...form.getInputProps('type')}
      />
      {form.values.type === 'STDIO' ? <LocalFields form={form} /> : <RemoteFields form={form} />}
    </>
  )
}

function LocalFields({ form }: { form: Form }) {
  const { t } = useTranslation('add-server')
  return (
    <>
      <TextInput
        required
        label={t('byHand.command')}
        placeholder="npx"
        classNames={{ input: styles.code }}
        spellCheck={false}
        {...form.getInputProps('command')}
      />
      <Textarea
        autosize
        minRows={2}
        maxRows={8}
        label={t('byHand.args')}
        description={t('byHand.argsHint')}
        classNames={{ input: styles.code }}
        spellCheck={false}
        {...form.getInputProps('args')}
      />
      <PairsField
        label={t('byHand.env')}
        nameLabel={t('byHand.variable')}
        addLabel={t('byHand.addVariable')}
        {...form.getInputProps('env')}
      />
      <TextInput
        label={t('byHand.cwd')}
        classNames={{ input: styles.code }}
        spellCheck={false}
        {...form.getInputProps('cwd')}
      />
    </>
  )
}

function RemoteFields({ form }: { form: Form }) {
  const { t } = useTranslation('add-server')
  return (
    <>
      <TextInput
        required
        label={t('byHand.url')}
        placeholder="https://example.com/mcp"
        classNames={{ input: styles.code }}
        spellCheck={false}
        {...form.getInputProps('url')}
      />
      <PairsField
        label={t('byHand.headers')}
        nameLabel={t('byHand.header')}
        addLabel={t('byHand.addHeader')}
        {...form.getInputProps('headers')}
      />
    </>
  )
}
