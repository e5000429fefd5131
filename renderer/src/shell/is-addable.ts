/** Whether a text looks like a server: an address, a command, or what a README shows. */
export function isAddable(text: string): boolean {
  return /^(https?:\/\/|\{|\[|npx |uvx |docker run |claude mcp add|codex mcp add|(cursor|vscode|metamcp):)/i.test(
    text.trim(),
  )
}
