import { Button, Group, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

/** What a toast says of a change, with its way back. */
export function undoMessage(text: string, undo: () => void) {
  return <UndoMessage text={text} undo={undo} />
}

function UndoMessage({ text, undo }: { text: string; undo: () => void }) {
  const { t } = useTranslation('ui')
  return (
    <Group justify="space-between" wrap="nowrap" gap="md">
      <Text size="sm">{text}</Text>
      <Button onClick={undo}>{t('undo')}</Button>
    </Group>
  )
}
