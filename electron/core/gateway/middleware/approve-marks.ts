import { isObject } from '../../json-rpc.ts'
import { ORIGIN, type Listed } from '../catalog.ts'

export type Marks = { tools: readonly string[]; destructive: boolean; allowed: readonly string[] }

/** Which tools wait for a person. */
export function marksOf({ tools, destructive, allowed }: Marks): (tool: Listed) => boolean {
  const patterns = tools.map(patternOf)
  const free = new Set(allowed)
  return (tool) => {
    const name = ownName(tool)
    if (free.has(name)) return false
    if (destructive && mayDestroy(tool)) return true
    return patterns.some((fits) => fits(name) || fits(String(tool.name)))
  }
}

/** `server__tool`: the same whatever clients call it. */
export function ownName(tool: Listed): string {
  const { server, name } = tool[ORIGIN]
  return `${server}__${name}`
}

/** As the protocol reads the hints: who says nothing may destroy, unless it only reads. */
function mayDestroy({ annotations }: Listed): boolean {
  const { readOnlyHint, destructiveHint } = isObject(annotations) ? annotations : {}
  return destructiveHint === true || (destructiveHint === undefined && readOnlyHint !== true)
}

/** `*` stands for any characters. Takes one walk over the name, whatever the pattern. */
function patternOf(pattern: string): (name: string) => boolean {
  const [start = '', ...rest] = pattern.split('*')
  const end = rest.pop()
  if (end === undefined) return (name) => name === pattern
  return (name) => {
    if (name.length < start.length + end.length) return false
    if (!name.startsWith(start) || !name.endsWith(end)) return false
    const between = name.slice(start.length, name.length - end.length)
    let at = 0
    return rest.every((part) => {
      const found = between.indexOf(part, at)
      at = found + part.length
      return found >= 0
    })
  }
}
