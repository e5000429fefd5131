import { texts } from '../../ui/texts.ts'

/**
 * What the address of the page says: a text to look for; a server, an endpoint's address, a client as
 * it calls itself (`-` for those that did not say), an outcome and a name that calls must have; the
 * period; `view`: what calls are counted by; `selected`: the id of a call.
 */
export const search = texts(
  ...(['filter', 'server', 'endpoint', 'client', 'outcome', 'name'] as const),
  ...(['period', 'view', 'selected'] as const),
)
