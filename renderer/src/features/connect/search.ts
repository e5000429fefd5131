import { texts } from '../../ui/texts.ts'

/** What the address of the page says. */
export const search = texts('filter', 'selected', 'tab')
