import { app, dialog } from 'electron'
import { messageOf, openLog, type Logger } from '../core/index.ts'
import { failureText } from '../host/failure-text.ts'
import { surviveOwnModules } from '../host/own-mistakes.ts'
import { readStart } from '../host/read-start.ts'
import { say } from '../host/say.ts'
import { isLink, linkIn, LINK_SCHEME, pathOfLink } from './deep-link.ts'
import { keepBrowserIn } from './desktop-config.ts'
import { programArguments, readProgram } from './program-arguments.ts'
import { endAfter, isOnlyInstance } from './quit.ts'
import { registerAppScheme } from './session.ts'
import { startDesktop, type DesktopStart } from './start-desktop.ts'
import { serveStdio } from './stdio.ts'

const { argv, defaultApp, env, stdout, stderr } = process

/** What is open, closed in reverse order when the app ends. */
const parts = new AsyncDisposableStack()

// Not awaited at the top level: Electron becomes ready only after this file has run.
void main()

async function main(): Promise<void> {
  const program = readProgram(programArguments({ argv, isDefaultApp: defaultApp }))
  if (program.isStdio) return app.exit(await serveStdio(program.args))
  const start = readStart({ args: program.args, env, foreignSwitches: 'leave' })
  if (start.kind === 'help') {
    await say(stdout, start.text)
    return app.exit(0)
  }
  if (start.kind === 'mistake') {
    await complain(start.text, start.text)
    return app.exit(1)
  }
  const { config } = start
  const log = openLog(config.logLevel)
  surviveOwnModules(log, tellMistake)
  const ending = endAfter(() => parts.disposeAsync(), log)
  const doors = openDoors(program.link)
  try {
    registerAppScheme()
    keepBrowserIn(config.dataDir)
    if (!isOnlyInstance((args) => doors.go(pathIn(args)))) {
      await say(stderr, `MetaMCP already runs on ${config.dataDir}: its window is shown.`)
      return ending.end(0)
    }
    for (const warning of start.warnings) await say(stderr, warning)
    await startDesktop({ config, parts, ending, doors, log, isHidden: program.isHidden })
  } catch (error) {
    await complainUnlessQuitting(error, log)
    ending.end(1)
  }
}

/** Whoever wants the window before it is there gets it, on the page they wanted. */
function openDoors(link: string | undefined): DesktopStart['doors'] {
  let path = link === undefined ? undefined : pathOfLink(link)
  let show: ((path?: string) => void) | undefined
  const go = (next?: string) => {
    path = next ?? path
    show?.(next)
  }
  // macOS hands over links this way, also the one that the app was started with.
  app.on('open-url', (event, url) => {
    event.preventDefault()
    if (isLink(url)) go(pathOfLink(url))
  })
  // A click on the dock.
  app.on('activate', () => show?.())
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME)
  return {
    go,
    open(next) {
      show = next
      return path
    },
  }
}

function pathIn(args: string[]): string | undefined {
  const link = linkIn(args)
  return link === undefined ? undefined : pathOfLink(link)
}

/** As Electron itself does where nobody looks: the app goes on. */
function tellMistake(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  dialog.showErrorBox('A JavaScript error occurred in the main process', text)
}

async function complainUnlessQuitting(error: unknown, log: Logger): Promise<void> {
  // Who quits while it starts need not be told what did not start.
  if (parts.disposed) return log.info({ error: messageOf(error) }, 'ended during its start')
  await complain(failureText(error), messageOf(error))
}

/** For who started the app in a terminal, and for who did not. */
async function complain(inTerminal: string, inBox: string): Promise<void> {
  await say(stderr, inTerminal)
  // Linux shows no box before.
  await app.whenReady()
  dialog.showErrorBox('MetaMCP could not start', inBox)
}
