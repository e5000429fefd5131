import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron'
import {
  IPC_GO,
  IPC_TO_APP,
  IPC_TO_PAGE,
  type IpcAnswer,
  type IpcBridge,
} from '../../shared/ipc.ts'

const bridge: IpcBridge = {
  send: (request) => ipcRenderer.send(IPC_TO_APP, request),
  onAnswer(listener) {
    // The event stays here: it would give the page all of ipcRenderer.
    const receive = (_event: IpcRendererEvent, answer: IpcAnswer) => listener(answer)
    ipcRenderer.on(IPC_TO_PAGE, receive)
    return () => void ipcRenderer.removeListener(IPC_TO_PAGE, receive)
  },
}

contextBridge.exposeInMainWorld('metamcp', bridge)

// The page's router follows its address, so it needs no bridge of its own.
ipcRenderer.on(IPC_GO, (_event: IpcRendererEvent, path: unknown) => {
  if (typeof path === 'string' && path.startsWith('/')) window.location.hash = path
})

// For style sheets: where the system draws its buttons into the page.
window.addEventListener('DOMContentLoaded', () => {
  document.documentElement.dataset['platform'] = process.platform
})
