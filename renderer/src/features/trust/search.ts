import { texts } from '../../ui/texts.ts'

/** What the address of the page says; `server` narrows the list to one, `selected` is of `TrustRow`. */
export const search = texts('filter', 'selected', 'server')
