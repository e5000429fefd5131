import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import { undoMessage } from './undo-message.tsx'

type Undoable = { message: string; undo: () => Promise<unknown> }

/** How long a change can be undone by its toast, in ms. */
const TOAST_MS = 8_000
const done: (Undoable & { toast: string })[] = []

/** Tells that something was done, and how to take it back: by the toast, or by ⌘Z. */
export function offerUndo(change: Undoable): void {
  const toast = crypto.randomUUID()
  const entry = { ...change, toast }
  done.push(entry)
  notifications.show({
    id: toast,
    autoClose: TOAST_MS,
    closeButtonProps: closing(),
    onClose: () => forget(entry),
    message: undoMessage(change.message, () => void takeBack(entry)),
  })
}

/** Takes back the last change whose toast is still there. */
export function undoLast(): void {
  const entry = done.at(-1)
  if (entry) void takeBack(entry)
}

/** Says what happened elsewhere than where the person looks. */
export function tell(message: string): void {
  notifications.show({ message, autoClose: TOAST_MS, closeButtonProps: closing() })
}

/** Says why something was not done; `what` names the thing. */
export function tellProblem(error: unknown, what?: string): void {
  const message = error instanceof Error ? error.message : String(error)
  const look = { color: 'red', role: 'alert', closeButtonProps: closing() }
  notifications.show({ title: what, message, autoClose: TOAST_MS * 2, ...look })
}

function closing() {
  return { 'aria-label': i18next.t('ui:close') }
}

async function takeBack(entry: (typeof done)[number]): Promise<void> {
  forget(entry)
  notifications.hide(entry.toast)
  try {
    await entry.undo()
  } catch (error) {
    tellProblem(error, i18next.t('ui:undoRefused'))
  }
}

function forget(entry: (typeof done)[number]): void {
  const index = done.indexOf(entry)
  if (index >= 0) done.splice(index, 1)
}
