import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import '@mantine/spotlight/styles.layer.css'
import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import './ui/tokens.css'
import './ui/base.css'
import './ui/overrides.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { IpcBridge } from '../../shared/ipc.ts'
import { App } from './app.tsx'
import { startLanguage } from './i18n.ts'

declare global {
  interface Window {
    /** Put there by the preload script; in a browser there is none. */
    readonly metamcp?: IpcBridge
  }
}

const root = document.getElementById('root')
if (root) {
  void startLanguage(localStorage.getItem('language'))
  createRoot(root).render(
    <StrictMode>
      <App bridge={window.metamcp} />
    </StrictMode>,
  )
}
