import { useState } from 'react'
import { strings } from '../../strings.ts'
import type { Client } from '../../trpc.ts'
import { Code } from '../../ui/code.tsx'
import { cursorSnippet, type Endpoint } from './cursor-snippet.ts'

const words = strings.connect

type Key = { name: string; key: string }

/** A ready mcp.json for one endpoint. A key made here lives in this page only. */
export function ConnectCursor(props: { endpoint: Endpoint | undefined; client: Client }) {
  const { endpoint, client } = props
  const [made, setMade] = useState<Key | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  if (!endpoint) return null

  function makeKey(): void {
    const name = words.keyName(new Date())
    client.apiKeys.create.mutate({ name }).then(
      ({ key }) => setMade({ name, key }),
      (error: Error) => setProblem(error.message),
    )
  }

  return (
    <section aria-labelledby="connect">
      <h2 id="connect">{words.title}</h2>
      <p className="quiet">{words.purpose}</p>
      <Code text={cursorSnippet(endpoint, made?.key ?? words.keyPlace)} what={words.snippet} />
      {endpoint.needsKey && (
        <div className="below">
          <span className="quiet" role="status">
            {made ? words.keyMade(made.name) : words.keyMissing}
          </span>
          {!made && (
            <button type="button" className="primary" onClick={makeKey}>
              {words.makeKey}
            </button>
          )}
          {problem && (
            <span className="bad" role="alert">
              {problem}
            </span>
          )}
        </div>
      )}
    </section>
  )
}
