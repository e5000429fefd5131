import type { Speech } from './words.ts'

export type ClosingOptions = { calls: number; seconds: number; isDark: boolean; speech: Speech }

/**
 * What the window shows while calls are finished, as an address. It needs nothing of the app, whose
 * core closes meanwhile.
 */
export function closingPage({ calls, seconds, isDark, speech }: ClosingOptions): string {
  const { say, language } = speech
  const [window, strong, quiet] = isDark
    ? ['#1a1b1f', '#edeef2', '#a9adb8']
    : ['#ffffff', '#1b1d22', '#565a66']
  const title = escapeHtml(say('closing.title', { count: calls }))
  const html = `<!doctype html>
<html lang="${language}">
<meta charset="utf-8">
<title>MetaMCP</title>
<style>
@property --left { syntax: '<integer>'; inherits: false; initial-value: ${seconds} }
@keyframes count { to { --left: 0 } }
body { margin: 0; height: 100vh; display: grid; place-content: center; text-align: center;
  background: ${window}; color: ${strong}; font: 13px/18px Inter, system-ui, sans-serif }
h1 { margin: 0 0 4px; font-size: 15px; line-height: 20px; font-weight: 600 }
p { margin: 0; color: ${quiet} }
span { animation: count ${seconds}s steps(${seconds}) forwards; counter-reset: left var(--left) }
span::after { content: counter(left) }
</style>
<main role="status"><h1>${title} · <span></span> s</h1><p>${escapeHtml(say('closing.text'))}</p></main>
</html>`
  return `data:text/html;charset=utf-8,${encodeURIComponent(html)}`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
