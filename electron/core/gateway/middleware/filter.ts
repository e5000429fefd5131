import { isObject, type JsonObject } from '../../json-rpc.ts'
import { isListMethod, LISTS, type Call, type Middleware } from '../call.ts'
import { ORIGIN, type Catalog, type Listed, type Origin } from '../catalog.ts'
import { unknownPrompt, unknownTool } from '../unknown.ts'

export type FilterRules = {
  isServerOn(serverId: string): boolean
  /** `tool` is the tool's own name at its server. */
  isToolOn(serverId: string, tool: string): boolean
}

/**
 * What is off is neither listed nor callable. Resources of servers that are off are not in the
 * catalog to begin with, since their URIs would otherwise own what other servers offer too.
 */
export function filter(catalog: Catalog, rules: FilterRules): Middleware {
  const isToolOff = (origin: Origin | undefined) =>
    origin !== undefined &&
    !(rules.isServerOn(origin.serverId) && rules.isToolOn(origin.serverId, origin.name))
  const isPromptOff = (origin: Origin | undefined) =>
    origin !== undefined && !rules.isServerOn(origin.serverId)

  function refuseWhatIsOff({ method, params }: Call): void {
    if (method === 'tools/call' && isToolOff(catalog.tool(text(params.name)))) {
      throw unknownTool(params.name)
    }
    const prompt = method === 'prompts/get' ? params.name : completedPrompt(method, params)
    if (prompt !== undefined && isPromptOff(catalog.prompt(text(prompt)))) {
      throw unknownPrompt(prompt)
    }
  }

  return (next) =>
    async function filter(call) {
      refuseWhatIsOff(call)
      const result = await next(call)
      if (!isListMethod(call.method)) return result
      const key = LISTS[call.method]
      const items = result[key] as Listed[]
      if (key === 'tools') return { ...result, tools: items.filter((i) => !isToolOff(i[ORIGIN])) }
      if (key === 'prompts') {
        return { ...result, prompts: items.filter((i) => !isPromptOff(i[ORIGIN])) }
      }
      return result
    }
}

function completedPrompt(method: string, params: JsonObject): unknown {
  const ref = method === 'completion/complete' && isObject(params.ref) ? params.ref : {}
  return ref.type === 'ref/prompt' ? ref.name : undefined
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
