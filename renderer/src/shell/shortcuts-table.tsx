import { Kbd, Modal, Table } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { shortcutText } from '../ui/commands.ts'
import { closeShortcuts, useShortcutsTable } from './shortcuts-open.ts'

const ROWS: readonly (readonly [string[], string])[] = [
  [['mod+K'], 'palette'],
  [['mod+1', 'mod+,'], 'pages'],
  [['mod+N'], 'new'],
  [['/', 'mod+F'], 'filter'],
  [['mod+V'], 'paste'],
  [['mod+Z'], 'undo'],
  [['↑', '↓', 'Home', 'End'], 'move'],
  [['Space'], 'switch'],
  [['Enter', 'Esc'], 'open'],
  [['shift+↑', 'mod+A'], 'extend'],
  [['alt+↑', 'alt+↓'], 'order'],
  [['F2', 'Backspace'], 'rename'],
  [['mod+Enter'], 'run'],
  [['mod+S'], 'save'],
  [['F6', 'shift+F6'], 'regions'],
  [['?'], 'table'],
]

/** What the keyboard can do, by `?`. */
export function ShortcutsTable() {
  const { t } = useTranslation('shell')
  const { isOpen } = useShortcutsTable()
  return (
    <Modal
      opened={isOpen}
      onClose={closeShortcuts}
      title={t('shortcuts.title')}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Table verticalSpacing={4}>
        <Table.Tbody>
          {ROWS.map(([keys, what]) => (
            <Table.Tr key={what}>
              <Table.Th scope="row" fw={400}>
                {t(`shortcuts.${what}`)}
              </Table.Th>
              <Table.Td ta="right">
                {keys.map((key) => (
                  <Kbd key={key} size="xs" ml={4}>
                    {shortcutText(key)}
                  </Kbd>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  )
}
