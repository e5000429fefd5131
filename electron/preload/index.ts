import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron'
import { IPC_TO_APP, IPC_TO_PAGE, type IpcAnswer, type IpcBridge } from '../../shared/ipc.ts'

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
