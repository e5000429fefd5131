import { app } from 'electron'
import { openApprovalNotices, TRUST_PATH } from './approval-notices.ts'
import { serverState } from '../../shared/server-state.ts'
import { messageOf, type Core, type Logger } from '../core/index.ts'
import { showNotice } from './notice.ts'
import { openServerNotices } from './server-notices.ts'
import type { Settings } from './settings.ts'
import { applyPreferences, wakeWithSystem } from './system.ts'
import { openTrayActions } from './tray-actions.ts'
import { readTrayFacts, type Management } from './tray-facts.ts'
import { pathOfServer, trayMenu, type TrayFacts } from './tray-menu.ts'
import { openTray } from './tray.ts'
import { openTrustNotices, pathOfCommand, pathOfTools } from './trust-notices.ts'
import type { AppWindow } from './window.ts'

export type ShellOptions = {
  core: Core
  api: Management
  window: AppWindow
  settings: Settings
  iconsDir: string
  log: Logger
}

/** News come in bursts: all of one are drawn at once. Of calls there is news all the time. */
const TOGETHER_MS = 80
const CALLS_MS = 2_000

/**
 * Everything of the app outside of its window: the tray, notifications, and what the system tells of
 * itself. It follows what the core says has changed.
 */
export function openShell(options: ShellOptions) {
  const { core, api, window, settings, iconsDir, log } = options
  const { act, tellOfSignIns } = openTrayActions(options)
  const tray = openTray({
    ...{ iconsDir, platform: process.platform },
    act: (action) => void act(action),
  })
  const servers = openServerTidings(options)
  const approvals = openApprovalTidings(options)
  const trust = openTrustTidings(options)

  async function draw(): Promise<void> {
    settings.become(await api.settings.get())
    const facts = await readTrayFacts(api, settings.current)
    if (again.isClosed) return
    const drawn = trayMenu(facts, settings.speech)
    tray.draw(drawn)
    window.setTitle(drawn.tone === 'ok' ? 'MetaMCP' : `MetaMCP · ${drawn.title}`)
    tellOfSignIns(facts)
    approvals.tell(facts)
    trust.tell(facts)
    const nextMs = servers.tell(facts)
    if (nextMs !== null) again.in(nextMs)
  }

  const again = openRepeater(draw, (error) => {
    log.warn({ error: messageOf(error) }, 'the tray could not be drawn')
  })
  const stops = [
    core.changes.subscribe(({ kind }) => again.in(kind === 'activity' ? CALLS_MS : TOGETHER_MS)),
    wakeWithSystem(core),
    settings.follow((now, before) => applyPreferences(now, before, log)),
  ]
  again.in(0)
  return {
    async close() {
      for (const stop of stops) stop()
      await again.close()
      tray.close()
    },
  }
}

/** Tells of servers that stop working, and that work again. */
function openServerTidings({ window, settings }: ShellOptions) {
  const notices = openServerNotices(startOfProcess())
  return {
    /** Resolves in how many milliseconds it has to look again; `null` for not before there is news. */
    tell({ servers }: TrayFacts): number | null {
      const now = Date.now()
      const states = servers.map((server) => ({
        ...{ id: server.id, name: server.name },
        state: serverState(server),
      }))
      for (const { kind, id } of notices.look(states, now)) {
        const found = states.find((one) => one.id === id)
        // In a window that a person looks at, the list says it.
        if (!found || window.isFocused) continue
        const { say, sayShared } = settings.speech
        const { name, state } = found
        const title = say(kind === 'failed' ? 'notice.failedTitle' : 'notice.worksTitle', { name })
        const body = kind === 'failed' ? sayShared(state.words) : ''
        showNotice({ title, body, path: pathOfServer(id) }, (path) => void window.show(path))
      }
      return notices.nextLookMs(now)
    },
  }
}

/** Tells of calls that wait for a person; allowed or refused they are in the window alone. */
function openApprovalTidings({ window, settings }: ShellOptions) {
  const notices = openApprovalNotices()
  return {
    tell({ approvals }: TrayFacts): void {
      for (const { client, name } of notices.look(approvals)) {
        if (window.isFocused) continue
        const { say } = settings.speech
        const key = client === null ? 'notice.approvalUnnamed' : 'notice.approval'
        const title = say(key, { client: client ?? '', name })
        const notice = { title, body: say('notice.approvalBody'), path: TRUST_PATH }
        showNotice(notice, (path) => void window.show(path))
      }
    },
  }
}

/** Tells of tools and commands that somebody has to look at; what is decided is so in the window. */
function openTrustTidings({ window, settings }: ShellOptions) {
  const notices = openTrustNotices()
  return {
    tell({ doubted, servers }: TrayFacts): void {
      const commands = servers.filter((server) => serverState(server).key === 'waiting')
      for (const notice of notices.look({ servers: doubted, commands })) {
        if (window.isFocused) continue
        const { say } = settings.speech
        const { kind, name, serverId } = notice
        const shown =
          kind === 'command'
            ? {
                title: say('notice.command', { name }),
                body: say('notice.commandBody'),
                path: pathOfCommand(serverId),
              }
            : {
                title: say('notice.doubted', { name, count: notice.count }),
                body: say('notice.doubtedBody'),
                path: pathOfTools(serverId),
              }
        showNotice(shown, (path) => void window.show(path))
      }
    },
  }
}

/** In ms since 1970. */
function startOfProcess(): number {
  const own = app.getAppMetrics().find(({ pid }) => pid === process.pid)
  return own?.creationTime ?? Date.now()
}

/** Does the work soon, one at a time: a sooner time wins over a later one. */
function openRepeater(work: () => Promise<void>, onError: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined
  let at = Infinity
  let isClosed = false
  let running = Promise.resolve()
  const run = () => {
    at = Infinity
    running = running.then(work).catch((error: unknown) => {
      if (!isClosed) onError(error)
    })
  }
  return {
    get isClosed() {
      return isClosed
    },
    in(ms: number): void {
      if (isClosed || Date.now() + ms >= at) return
      at = Date.now() + ms
      clearTimeout(timer)
      timer = setTimeout(run, ms)
    },
    async close(): Promise<void> {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
