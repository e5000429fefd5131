import { completedPrompt, isListMethod, LISTS, type Call, type Middleware } from '../call.ts'
import { ORIGIN, type Catalog, type Listed, type Origin } from '../catalog.ts'
import { unknownPrompt, unknownTool } from '../unknown.ts'

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

  function refuseWhatIsOff(call: Call): void {
    const { method, params } = call
    if (method === 'tools/call' && isToolOff(catalog.tool(text(params.name)))) {
      throw unknownTool(params.name)
    }
    const prompt = method === 'prompts/get' ? params.name : completedPrompt(call)
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

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
