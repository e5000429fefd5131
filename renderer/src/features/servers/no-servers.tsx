import { strings } from '../../strings.ts'
import { Code } from '../../ui/code.tsx'

const FILE = `{
  "mcpServers": {
    "everything": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-everything"] }
  }
}`
const COMMAND = 'npm start -- --config metamcp.json'

/** Teaches how to get the first server. */
export function NoServers() {
  const words = strings.noServers
  return (
    <section aria-labelledby="servers">
      <h2 id="servers">{words.title}</h2>
      <p className="quiet">{words.purpose}</p>
      <Code text={FILE} what={words.file} />
      <p className="quiet">{words.start}</p>
      <Code text={COMMAND} what={words.command} />
    </section>
  )
}
