import { ipcMain, type IpcMainEvent, type WebContents } from 'electron'
import { messageOf, type Core, type Logger } from '../core/index.ts'
import { IPC_TO_APP, IPC_TO_PAGE } from '../../shared/ipc.ts'
import { openCalls, type Calls } from './answer-calls.ts'
import { isOwnUrl } from './app-files.ts'

/** Answers the pages' management calls, as the caller `local`, until closed. */
export function serveIpc({ core, log }: { core: Core; log: Logger }) {
  const { router, context } = core
  const callsOf = new Map<WebContents, Calls>()

  function openCallsOf(contents: WebContents): Calls {
    const calls = openCalls({
      router,
      context,
      post(answer) {
        if (!contents.isDestroyed()) contents.send(IPC_TO_PAGE, answer)
      },
    })
    callsOf.set(contents, calls)
    // A page that is reloaded or gone cannot unsubscribe any more.
    contents.on('did-navigate', () => calls.close())
    contents.on('render-process-gone', () => calls.close())
    contents.once('destroyed', () => {
      calls.close()
      callsOf.delete(contents)
    })
    return calls
  }

  function receive(event: IpcMainEvent, message: unknown): void {
    const { sender, senderFrame: frame } = event
    if (!frame || frame.parent || !isOwnUrl(frame.origin)) {
      log.warn({ origin: frame?.origin }, 'refused a message of a foreign frame')
      return
    }
    const calls = callsOf.get(sender) ?? openCallsOf(sender)
    try {
      calls.receive(message)
    } catch (error) {
      log.warn({ error: messageOf(error) }, 'refused a malformed message of the page')
    }
  }

  ipcMain.on(IPC_TO_APP, receive)
  return {
    close() {
      ipcMain.off(IPC_TO_APP, receive)
      for (const calls of callsOf.values()) calls.close()
    },
  }
}
