// Whether the MetaMCP of this container serves: exit code 0 or 1, with the reason. Where it is
// reached stands in its run file, whatever gave it its port.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { env, exit, stdout } from 'node:process'

/** Less than the engine waits, so that it gets to know the reason. */
const WAIT_MS = 4_000

try {
  const { url } = JSON.parse(
    readFileSync(join(env.METAMCP_DATA_DIR ?? '/data', 'run.json'), 'utf8'),
  )
  const { status } = await fetch(`${url}/health`, { signal: AbortSignal.timeout(WAIT_MS) })
  stdout.write(`MetaMCP answers with ${status}.\n`)
  exit(status === 200 ? 0 : 1)
} catch (error) {
  stdout.write(`MetaMCP does not answer: ${error.cause?.message ?? error.message}.\n`)
  exit(1)
}
