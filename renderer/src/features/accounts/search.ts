import { texts } from '../../ui/texts.ts'

/** What the address of the page says; with `new` somebody is invited, or a provider is added. */
export const search = texts('filter', 'selected', 'new', 'tab')
