import { texts } from '../../ui/texts.ts'

/**
 * What the address of the page says: `target` is `server:ID`, `namespace:ID` or `endpoint:ID`; `item`
 * the name of a tool or prompt, or the URI of a resource or template.
 */
export const search = texts('target', 'tab', 'item', 'filter')
