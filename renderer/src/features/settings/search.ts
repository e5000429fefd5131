import { texts } from '../../ui/texts.ts'

/** What the address of the page says; `tab` is a section. */
export const search = texts('filter', 'tab')
