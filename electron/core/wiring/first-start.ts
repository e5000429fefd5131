import { DEFAULT_NAME as NAME } from '../default-namespace.ts'
import type { Stores } from './stores.ts'

/**
 * Makes what a client needs to connect: a namespace, an endpoint on it and an API key, all called
 * `default`, each only where there is none of its kind, and only at the first start: what a person
 * deletes later stays deleted. Resolves with the key, which is told this once.
 */
export async function prepareFirstStart(stores: Stores): Promise<string | null> {
  if (await stores.settings.get('first-start')) return null
  if (stores.endpoints.list().length === 0) {
    const namespace =
      stores.namespaces.byName(NAME) ?? (await stores.namespaces.create({ name: NAME }))
    await stores.endpoints.create({ name: NAME, namespaceId: namespace.id })
  }
  const key =
    stores.apiKeys.list().length === 0 ? (await stores.apiKeys.create({ name: NAME })).key : null
  // Last: a start that broke off before this one finished is made good by the next.
  await stores.settings.set('first-start', { at: new Date().toISOString() })
  return key
}
