import type { Found } from '../../../shared/add-server.ts'

/** Each server as `name: what it runs`, or `name! why not`. */
export function foundLines({ entries, problem, words }: Found): string[] {
  if (problem !== null) return [`! ${problem}`]
  if (words !== null) return [`? ${words}`]
  return entries.map(({ willBeCalled, definition, problem: reason }) => {
    if (!definition) return `${willBeCalled}! ${reason}`
    if (definition.type !== 'STDIO') return `${willBeCalled}: ${definition.type} ${definition.url}`
    return `${willBeCalled}: ${[definition.command, ...definition.args].join(' ')}`
  })
}
