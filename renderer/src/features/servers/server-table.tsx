import type { ServerState, ServerView } from '../../../../shared/server.ts'
import { strings } from '../../strings.ts'
import { State, type Tone } from '../../ui/state.tsx'

const words = strings.servers

const TONES: Record<ServerState, Tone> = {
  running: 'ok',
  starting: 'busy',
  stopped: 'off',
  failed: 'bad',
  disabled: 'off',
}

export function ServerTable({ servers }: { servers: ServerView[] }) {
  return (
    <section aria-labelledby="servers">
      <h2 id="servers">
        {words.title} <span className="quiet count">{servers.length}</span>
      </h2>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.columns.name}</th>
            <th scope="col">{words.columns.state}</th>
            <th scope="col" className="number">
              {words.columns.tools}
            </th>
            <th scope="col">{words.columns.runs}</th>
          </tr>
        </thead>
        <tbody>
          {servers.map((server) => (
            <ServerRow key={server.id} server={server} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

function ServerRow({ server }: { server: ServerView }) {
  const { name, state, error, toolCount } = server
  // While it is tried again, why it failed before still stands.
  const problem = error ?? (state === 'failed' ? words.noReason : null)
  return (
    <tr>
      <th scope="row" className="name">
        {name}
      </th>
      <td>
        <State tone={TONES[state]}>{words.states[state]}</State>
        {state === 'stopped' && <span className="quiet"> · {words.startsOnCall}</span>}
        {problem && <p className="error">{problem}</p>}
      </td>
      <td className="number">{toolCount ?? words.unknown}</td>
      <td className="machine clip" title={targetOf(server)}>
        {targetOf(server)}
      </td>
    </tr>
  )
}

/** What it runs or where it is: for a person to recognise, not to execute. */
function targetOf({ command, args, url }: ServerView): string {
  return url ?? [command, ...(args ?? [])].join(' ')
}
