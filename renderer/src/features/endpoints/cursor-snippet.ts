export type Endpoint = { name: string; url: string; needsKey: boolean }

/** Cursor's mcp.json with one endpoint in it; `key` is what stands where a key is needed. */
export function cursorSnippet({ url, needsKey }: Endpoint, key: string): string {
  const headers = needsKey ? { headers: { Authorization: `Bearer ${key}` } } : {}
  return JSON.stringify({ mcpServers: { metamcp: { url, ...headers } } }, null, 2)
}
