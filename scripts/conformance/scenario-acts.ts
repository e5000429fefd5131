import type { JsonObject, Peer } from './scenario-peers.ts'

/** What a scenario wants of a client; names of tools and of scenarios are the suite's. */
export type Act = {
  run(stage: Stage): Promise<void>
  /** How the person who configures the server lets us sign in there. */
  oauth?(context: JsonObject): JsonObject
}

type Stage = {
  peer: Peer
  context: JsonObject
  /** Signs in where the server needs it; `false` when it did not ask, or the sign-in was refused. */
  signIn(): Promise<boolean>
}

const ACTS: Record<string, Act> = {
  initialize: { run: ({ peer }) => peer.tools().then(() => undefined) },
  tools_call: { run: callFirst },
  'elicitation-sep1034-client-defaults': { run: callFirst },
  'sse-retry': { run: callFirst },
  'request-metadata': { run: ({ peer }) => peer.tools().then(() => undefined) },
  'json-schema-ref-no-deref': { run: ({ peer }) => peer.tools().then(() => undefined) },
  'json-schema-2020-12-preservation': { run: echoSchema },
  'sep-2322-client-request-state': { run: answerQuestions },
  'http-standard-headers': { run: useEverything },
  'http-custom-headers': { run: makeCalls },
  'http-invalid-tool-headers': { run: callValid },
}

/** Scenarios that are passed by refusing: nothing may work in the end. */
const REFUSED = new Set([
  'auth/resource-mismatch',
  'auth/scope-retry-limit',
  'auth/iss-supported-missing',
  'auth/iss-wrong-issuer',
  'auth/iss-unexpected',
  'auth/iss-normalized',
  'auth/metadata-issuer-mismatch',
])

/** The one that the suite's authorization server expects; nobody fetches it. */
const CLIENT_METADATA_URL = 'https://conformance-test.local/client-metadata.json'

export function actOf(scenario: string): Act {
  const act = ACTS[scenario]
  if (act) return act
  if (!scenario.startsWith('auth/')) throw new Error(`No act for the scenario ${scenario}`)
  const run = REFUSED.has(scenario) ? beRefused : useWithSignIn
  if (scenario === 'auth/basic-cimd') {
    return { run, oauth: () => ({ clientMetadataUrl: CLIENT_METADATA_URL }) }
  }
  if (scenario === 'auth/pre-registration') return { run, oauth: credentials }
  return { run }
}

function credentials({ client_id, client_secret }: JsonObject): JsonObject {
  return { clientId: client_id, clientSecret: client_secret }
}

async function callFirst({ peer }: Stage): Promise<void> {
  const [tool] = await peer.tools()
  if (!tool) throw new Error('No tool came through')
  await peer.call(tool.name, tool.name === 'add_numbers' ? { a: 2, b: 3 } : {})
}

async function echoSchema({ peer }: Stage): Promise<void> {
  const tools = await peer.tools()
  const tool = tools.find(({ name }) => name === 'json_schema_2020_12_tool')
  await peer.call('json_schema_echo', { schema: tool?.inputSchema })
}

/** Another call goes out while the first one waits for the answer of its user. */
async function answerQuestions({ peer }: Stage): Promise<void> {
  await peer.tools()
  peer.onElicitation(() => peer.call('test_mrtr_unrelated', {}))
  await peer.call('test_mrtr_echo_state', {})
  await peer.call('test_mrtr_no_state', {})
  await peer.call('test_mrtr_no_result_type', {})
}

async function useEverything({ peer }: Stage): Promise<void> {
  for (const { name } of await peer.tools()) await peer.call(name, {})
  const { resources } = await peer.request('resources/list')
  for (const { uri } of resources as { uri: string }[])
    await peer.request('resources/read', { uri })
  const { prompts } = await peer.request('prompts/list')
  for (const { name } of prompts as { name: string }[]) await peer.request('prompts/get', { name })
}

async function makeCalls({ peer, context }: Stage): Promise<void> {
  await peer.tools()
  const calls = context['toolCalls'] as { name: string; arguments: JsonObject }[]
  for (const call of calls) await peer.call(call.name, call.arguments)
}

/** What must not be called must not get through to here; the SDK would leave it out as well. */
async function callValid({ peer }: Stage): Promise<void> {
  const names = (await peer.tools()).map(({ name }) => name)
  if (names.join() !== 'valid_tool') throw new Error(`These tools came through: ${names.join()}`)
  await peer.call('valid_tool', { region: 'us-east' })
}

/** Each step may ask for a sign-in of its own, or for more than the one before. */
async function useWithSignIn({ peer, signIn }: Stage): Promise<void> {
  await eventually(signIn, async () => {
    if ((await peer.tools()).length === 0) throw new Error('No tool came through')
  })
  await eventually(signIn, () => peer.call('test-tool', {}))
}

/** How often a person signs in for one thing before they give up. */
const PATIENCE = 3

async function eventually(signIn: Stage['signIn'], step: () => Promise<unknown>): Promise<void> {
  for (let signedIn = 0; ; signedIn++) {
    try {
      await step()
      return
    } catch (error) {
      if (signedIn === PATIENCE || !(await signIn())) throw error
    }
  }
}

async function beRefused(stage: Stage): Promise<void> {
  const worked = await useWithSignIn(stage).then(
    () => true,
    () => false,
  )
  if (worked) throw new Error('The server could be used, which should have been refused')
}
