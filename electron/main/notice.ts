import { Notification } from 'electron'
import type { Notice } from '../../shared/host.ts'

/** Kept until they are gone: a notification that is collected loses its click. */
const shown = new Set<Notification>()

/** A notification of the system; a click leads to its page. */
export function showNotice({ title, body, path }: Notice, onClick: (path?: string) => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({ title, body })
  const forget = () => void shown.delete(notification)
  notification.on('click', () => {
    forget()
    onClick(path)
  })
  notification.on('close', forget)
  notification.on('failed', forget)
  shown.add(notification)
  notification.show()
}
