import { texts } from '../../ui/texts.ts'

/** What the address of the page says; with `new` a key is being made. */
export const search = texts('filter', 'selected', 'new')
