import { app, clipboard } from 'electron'
import { messageOf } from '../core/index.ts'
import { showNotice } from './notice.ts'
import type { Settings } from './settings.ts'
import type { Management } from './tray-facts.ts'
import { pathOfServer, type TrayAction, type TrayFacts } from './tray-menu.ts'
import { openOutside, type AppWindow } from './window.ts'

export type TrayActionsOptions = { api: Management; window: AppWindow; settings: Settings }

/** What clicks in the tray do. A notification tells what cannot be seen there. */
export function openTrayActions({ api, window, settings }: TrayActionsOptions) {
  /** Names of servers, by id, at which somebody has begun to sign in. */
  const signingIn = new Map<string, string>()

  async function perform(action: TrayAction): Promise<unknown> {
    switch (action.kind) {
      case 'open':
        return window.show()
      case 'go':
        return window.show(action.path)
      case 'sign-in': {
        const { serverId, name } = action
        const { url } = await api.oauth.signIn({ serverId })
        signingIn.set(serverId, name)
        return openOutside(url)
      }
      case 'switch':
        return api.namespaces.setEnabled({ id: action.namespaceId, enabled: action.enabled })
      case 'copy':
        return clipboard.writeText(action.text)
      case 'pause':
        return api.settings.setPaused({ paused: action.paused })
      case 'check-updates':
        return tellOfUpdates(api, settings)
      case 'install-update':
        return api.host.installUpdate()
      case 'quit':
        return app.quit()
    }
  }

  return {
    async act(action: TrayAction): Promise<void> {
      try {
        await perform(action)
      } catch (error) {
        const title = settings.speech.say('notice.actionTitle')
        showNotice({ title, body: messageOf(error) }, () => void window.show())
      }
    },
    /** The outcome of a sign-in comes with the news of the server. */
    tellOfSignIns({ servers }: TrayFacts): void {
      for (const { id, signIn } of servers) {
        const name = signingIn.get(id)
        if (name === undefined || signIn !== 'signed-in') continue
        signingIn.delete(id)
        const title = settings.speech.say('notice.signInDone', { name })
        showNotice({ title, body: '', path: pathOfServer(id) }, (path) => void window.show(path))
      }
    },
  }
}

/** Whoever asked wants an answer; a newer version answers by its row. */
async function tellOfUpdates(api: Management, { speech }: Settings): Promise<void> {
  const update = await api.host.checkForUpdates()
  const none = speech.say('notice.upToDate', { version: app.getVersion() })
  const title = update.kind === 'failed' ? update.reason : update.kind === 'idle' ? none : null
  if (title !== null) showNotice({ title, body: '' }, () => {})
}
