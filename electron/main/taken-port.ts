import { dialog } from 'electron'
import type { Core } from '../core/index.ts'
import type { HostConfig } from '../host/read-start.ts'
import type { PortChoice } from './free-port.ts'
import { showNotice } from './notice.ts'
import type { Management } from './tray-facts.ts'
import type { AppWindow } from './window.ts'
import type { Speech } from './words.ts'

type Wanted = Pick<HostConfig, 'port' | 'startedWith'>

/** Whether to use another port than the one that was wanted and is taken. */
export async function askForPort(
  { startedWith: { sources } }: Wanted,
  { taken, other }: { taken: number; other: number },
  { say }: Speech,
): Promise<PortChoice> {
  const choices: PortChoice[] = ['other', 'again', 'quit']
  // An argument or variable decides again at the next start.
  const useOther = sources.port ? 'port.useOnce' : 'port.use'
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message: say('port.title', { port: taken }),
    detail: say('port.text', { port: taken, other }),
    buttons: [say(useOther, { other }), say('port.tryAgain', { port: taken }), say('port.quit')],
    defaultId: 0,
    cancelId: 2,
  })
  return choices[response] ?? 'quit'
}

/** A port that a person chose for the one that was taken is that of the next start as well. */
export async function keepPort(
  core: Core,
  { port, startedWith: { sources } }: Wanted,
  settings: Management['settings'],
): Promise<void> {
  const chosen = portOf(core)
  if (sources.port || chosen === port) return
  await settings.set({ port: chosen })
}

/** Clients that were set up for another port were led to ours, which may have to be started again. */
export function tellOfMoved(core: Core, window: AppWindow, { say }: Speech): void {
  const [client, ...others] = core.movedClients
  if (client === undefined) return
  const values = { client, port: portOf(core), count: others.length }
  const title = say(others.length > 0 ? 'notice.moved' : 'notice.movedOne', values)
  const body = say('notice.movedBody')
  showNotice({ title, body, path: '/connect' }, (path) => void window.show(path))
}

function portOf({ local }: Core): number {
  // A URL leaves out the port that it would have anyway.
  return Number(new URL(local.url).port || 80)
}
