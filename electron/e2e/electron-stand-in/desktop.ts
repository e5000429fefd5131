import { EventEmitter } from 'node:events'

/** What the app told the desktop, as the test is told it over the child process's channel. */
export type Fact =
  | { kind: 'shown' }
  | { kind: 'opened'; url: string }
  | { kind: 'error-box'; title: string; content: string }

let told: Promise<unknown> = Promise.resolve()

/** Tells the test; without one, nobody. */
export function tell(fact: Fact): void {
  const { send } = process
  if (!send) return
  const before = told
  told = new Promise((resolve) => send.call(process, fact, () => resolve(before)))
}

/** Settles when all that was told has left the process. */
export function allTold(): Promise<unknown> {
  return told
}

export const dialog = {
  showErrorBox: (title: string, content: string) => tell({ kind: 'error-box', title, content }),
}

export const shell = {
  async openExternal(url: string) {
    tell({ kind: 'opened', url })
  },
}

export const nativeTheme = Object.assign(new EventEmitter(), { shouldUseDarkColors: false })
