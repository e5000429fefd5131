import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { IpcBridge } from '../../shared/ipc.ts'
import { App } from './app.tsx'
import { openClient } from './trpc.ts'
import './ui/tokens.css'
import './ui/page.css'

declare global {
  interface Window {
    /** Put there by the preload script. */
    readonly metamcp: IpcBridge
  }
}

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App client={openClient(window.metamcp)} />
    </StrictMode>,
  )
}
