import type { Owned } from '../../../shared/account.ts'
import type { Access } from '../access.ts'
import { asOwned } from '../auth/api-key-rows.ts'
import { describeOffer } from '../gateway/describe-offer.ts'
import { openOffers, type Offers, type OfferSources } from '../namespaces/offers.ts'
import type { Stores } from './stores.ts'

type StatusOf = (id: string) => Omit<ReturnType<OfferSources['status']>, 'lastError'>

/** What is offered, as one who sees so much has it; kept, since counting it takes its time. */
export function offersFor(stores: Stores, statusOf: StatusOf) {
  const kept = new Map<string, Offers>()
  return (access: Access): Offers => {
    const key = `${access.accountId ?? ''} ${access.isAdmin}`
    const known = kept.get(key) ?? openOffers(sourcesFor(stores, statusOf, access))
    kept.set(key, known)
    return known
  }
}

function sourcesFor(
  { namespaces, servers, endpoints, catalogs, apiKeys, tokens, preferences }: Stores,
  statusOf: StatusOf,
  access: Access,
): OfferSources {
  const seen = <T extends Owned>(thing: T | undefined) =>
    thing && access.sees(thing) ? thing : undefined
  const server = (id: string) => seen(servers.get(id))
  return {
    namespaces: {
      get: (id) => seen(namespaces.get(id)),
      list: () => access.seen(namespaces.list()),
      pins: namespaces.pins,
    },
    servers: () => access.seen(servers.list()),
    server,
    catalog: (id) => (server(id) ? catalogs.get(id).catalog : null),
    // While it is tried again, what went wrong last is all there is to tell.
    status: (id) =>
      server(id) ? { ...statusOf(id), lastError: catalogs.get(id).error } : NO_STATUS,
    rounds: () => tokens.rounds,
    endpoints: () => access.seen(endpoints.list()),
    keysFor: (endpointId) =>
      apiKeys
        .list()
        .filter((key) => access.changes(asOwned(key)) && apiKeys.opens(key.id, endpointId))
        .map(({ name }) => name),
    isPaused: () => preferences.isPaused,
    describe: (view, catalogOf) => describeOffer(view, catalogOf, tokens.of),
  }
}

const NO_STATUS = { state: 'stopped', error: null, signIn: null, lastError: null }
