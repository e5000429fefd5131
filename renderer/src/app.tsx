import { useEffect, useState } from 'react'
import { ConnectCursor } from './features/endpoints/connect-cursor.tsx'
import { EndpointList } from './features/endpoints/endpoint-list.tsx'
import { NoServers } from './features/servers/no-servers.tsx'
import { ServerTable } from './features/servers/server-table.tsx'
import { strings } from './strings.ts'
import type { Client } from './trpc.ts'
import { State } from './ui/state.tsx'
import { sourceOf, watchCore, type Snapshot, type View } from './watch-core.ts'

export function App({ client }: { client: Client }) {
  const [view, setView] = useState<View>(null)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const watch = watchCore(sourceOf(client), setView)
    return () => watch.close()
  }, [client, attempt])

  if (view === null) {
    return <main className="centred" aria-busy="true" aria-label={strings.loading} />
  }
  if ('problem' in view) {
    return <Problem text={view.problem} tryAgain={() => setAttempt((count) => count + 1)} />
  }
  return <Page client={client} snapshot={view.snapshot} />
}

function Page({ client, snapshot: { overview, servers } }: { client: Client; snapshot: Snapshot }) {
  const endpoint = overview.endpoints.find(({ name }) => name === 'default')
  return (
    <>
      <header className="bar header">
        <h1>{strings.app}</h1>
      </header>
      <main className="content">
        <EndpointList endpoints={overview.endpoints} />
        {servers.length === 0 && <NoServers />}
        <ConnectCursor endpoint={endpoint ?? overview.endpoints[0]} client={client} />
        {servers.length > 0 && <ServerTable servers={servers} />}
      </main>
      <footer className="bar footer">
        <State tone="ok">{strings.runningOn(new URL(overview.url).host)}</State>
        <span>{strings.version(overview.version)}</span>
      </footer>
    </>
  )
}

function Problem({ text, tryAgain }: { text: string; tryAgain: () => void }) {
  return (
    <main className="centred">
      <div className="problem" role="alert">
        <h1>{strings.problem.title}</h1>
        <p>{text}</p>
        <button type="button" onClick={tryAgain}>
          {strings.problem.again}
        </button>
      </div>
    </main>
  )
}
