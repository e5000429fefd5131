import { z } from 'zod'
import { itemRule, toolRule } from '../../../../shared/namespace.ts'
import { completedPrompt, isListMethod, LISTS, type Call, type Middleware } from '../call.ts'
import type { JsonObject, RpcError } from '../../json-rpc.ts'
import { ORIGIN, type Catalog, type Listed, type Origin } from '../catalog.ts'
import { unknownPrompt, unknownTool } from '../unknown.ts'

/** The switches of a namespace. */
export const filterOptions = z.strictObject({
  tools: z.array(toolRule.pick({ serverId: true, tool: true, enabled: true })),
  items: z.array(itemRule.pick({ serverId: true, kind: true, item: true, enabled: true })),
})

export type FilterRules = {
  isServerOn(serverId: string): boolean
  /** `tool` is the tool's own name at its server. */
  isToolOn(serverId: string, tool: string): boolean
  /** The same of a prompt. */
  isPromptOn(serverId: string, prompt: string): boolean
}

/**
 * What is off is neither listed nor callable. Resources that are off are not in the catalog to begin
 * with.
 */
export function filter(catalog: Catalog, rules: FilterRules): Middleware {
  const isToolOff = (origin: Origin | undefined) =>
    origin !== undefined &&
    !(rules.isServerOn(origin.serverId) && rules.isToolOn(origin.serverId, origin.name))
  const isPromptOff = (origin: Origin | undefined) =>
    origin !== undefined &&
    !(rules.isServerOn(origin.serverId) && rules.isPromptOn(origin.serverId, origin.name))

  /** The error for what is off; notes whose it is, also where it is answered or refused further in. */
  function refusalOf({ method, params, route }: Call): RpcError | null {
    const tool = method === 'tools/call' ? catalog.tool(text(params.name)) : undefined
    if (isToolOff(tool)) return unknownTool(params.name)
    const name = method === 'prompts/get' ? params.name : completedPrompt({ method, params })
    const prompt = name === undefined ? undefined : catalog.prompt(text(name))
    if (isPromptOff(prompt)) return unknownPrompt(name)
    const origin = tool ?? prompt
    if (route && origin) route.server = origin.server
    return null
  }

  async function withoutOff(listing: Promise<JsonObject>, key: string): Promise<JsonObject> {
    const result = await listing
    const items = result[key] as Listed[]
    // A copy that somebody's own middleware has made may have lost where it comes from.
    const originIn = (resolve: (name: string) => Origin | undefined) => (item: Listed) =>
      item[ORIGIN] ?? resolve(text(item.name))
    if (key === 'tools') {
      const originOf = originIn(catalog.tool)
      return { ...result, tools: items.filter((item) => !isToolOff(originOf(item))) }
    }
    if (key === 'prompts') {
      const originOf = originIn(catalog.prompt)
      return { ...result, prompts: items.filter((item) => !isPromptOff(originOf(item))) }
    }
    return result
  }

  return (next) =>
    function filter(call) {
      const refusal = refusalOf(call)
      if (refusal) return Promise.reject(refusal)
      return isListMethod(call.method) ? withoutOff(next(call), LISTS[call.method]) : next(call)
    }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
