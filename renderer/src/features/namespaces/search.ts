import { texts } from '../../ui/texts.ts'

/**
 * What the address of the page says: `selected` is a namespace, `item` a server (`<id>`) or a tool
 * (`<server id>/<tool>`) in it, and `why` the tool that is asked about, or `?` for one to be chosen.
 */
export const search = texts('filter', 'selected', 'item', 'tab', 'why')
