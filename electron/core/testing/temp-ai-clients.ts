import { DIRECT, type Endpoint } from '../../../shared/endpoint.ts'
import { accessOf } from '../access.ts'
import { readServer } from '../adding/client-entry.ts'
import { openAiClients, type AiClientsService } from '../clients/clients.ts'
import type { ConnectInput } from '../clients/connecting.ts'
import type { Written } from '../clients/parts.ts'
import type { Machine } from '../machine.ts'

/** The key that every client gets. */
const TEST_KEY = `sk_mt_${'0'.repeat(64)}`

/** As the operator sees them. */
export type TestAiClients = Omit<AiClientsService, 'list' | 'connect'> & {
  list: () => ReturnType<AiClientsService['list']>
  connect: (input: ConnectInput) => ReturnType<AiClientsService['connect']>
  keys: Set<string>
}

const OPERATOR = accessOf({ kind: 'local' })

/** AI clients of a computer, with an endpoint and keys of their own. */
export async function openTestAiClients(machine: Machine): Promise<TestAiClients> {
  const keys = new Set<string>()
  let written: Written[] = []
  const endpoint: Endpoint = {
    ...{ id: 'e', name: 'default', description: '', enabled: true, namespaceId: 'n', prefix: true },
    ...{ discovery: DIRECT, rateLimit: null },
    ...{ ownerId: null, shared: true, auth: { apiKey: true, oauth: false, queryParam: false } },
  }
  const service = await openAiClients({
    machine,
    url: 'http://127.0.0.1:12008',
    written: {
      load: () => Promise.resolve(written),
      save: (all) => Promise.resolve(void (written = all)),
    },
    endpoint: () => endpoint,
    keys: {
      create(name) {
        keys.add(name)
        return Promise.resolve({ id: name, name, key: TEST_KEY })
      },
      isOn: (id) => keys.has(id),
      setEnabled: () => Promise.resolve(),
      delete: (id) => Promise.resolve(void keys.delete(id)),
    },
    servers: () => [],
    readServer,
    addServers: () => Promise.resolve([]),
    seen: () => null,
    changed: () => undefined,
  })
  const list = () => service.list(OPERATOR)
  const connect = (input: ConnectInput) => service.connect(input, OPERATOR)
  return { ...service, list, connect, keys }
}
