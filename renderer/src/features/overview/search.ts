import { texts } from '../../ui/texts.ts'

/** What the address of the page says: how many minutes are looked back. */
export const search = texts('minutes')
