import { texts } from '../../ui/texts.ts'

/** What the address of the page says; with `new` an endpoint is being made. */
export const search = texts('filter', 'selected', 'new')
