import { strings } from '../../strings.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import type { Endpoint } from './cursor-snippet.ts'

export function EndpointList({ endpoints }: { endpoints: Endpoint[] }) {
  return (
    <section aria-labelledby="endpoints">
      <h2 id="endpoints">{strings.endpoints.title}</h2>
      <p className="quiet">
        {endpoints.length === 0 ? strings.endpoints.none : strings.endpoints.purpose}
      </p>
      {endpoints.length > 0 && (
        <ul className="rows">
          {endpoints.map(({ name, url, needsKey }) => (
            <li key={name}>
              <span className="name">{name}</span>
              <span className="machine grow">{url}</span>
              <span className="quiet">
                {needsKey ? strings.endpoints.needsKey : strings.endpoints.open}
              </span>
              <CopyButton text={url} what={strings.endpoints.urlOf(name)} />
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
