import { texts } from '../../ui/texts.ts'

/**
 * What the address of the page says. `state` and `namespace` narrow the list; `focus` is the field
 * of the form that somebody was sent to, such as `command` or `env.TOKEN`.
 */
export const search = texts('filter', 'state', 'namespace', 'selected', 'tab', 'focus')
