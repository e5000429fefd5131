import { texts } from '../../ui/texts.ts'

/**
 * What the address of the page says: a text or /pattern/ to look for, ids of servers (`metamcp` is
 * ourselves) and levels, each with commas between.
 */
export const search = texts('filter', 'servers', 'levels')
