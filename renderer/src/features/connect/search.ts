import { texts } from '../../ui/texts.ts'

/** What the address of the page says; `endpoint` is a name, `selected` a client's id, `any` or `none`. */
export const search = texts('filter', 'selected', 'endpoint')
