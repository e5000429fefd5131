import { argumentHeaders, requestHeaders } from '../../core/index.ts'
import { isObject, type Message } from './peek.ts'

/** What modern requests say in headers beside their body (revision 2026-07-28, Streamable HTTP). */
export class ModernHeaders {
  /** By the name of a tool: its `inputSchema`, which says what arguments headers repeat. */
  readonly #schemas = new Map<string, unknown>()

  /** Takes note of a page of `tools/list`; a first page replaces what was known. */
  learn({ params }: Pick<Message<'request'>, 'params'>, result: unknown): void {
    if (params.cursor === undefined) this.#schemas.clear()
    const tools = isObject(result) && Array.isArray(result.tools) ? result.tools : []
    for (const tool of tools as unknown[]) {
      if (!isObject(tool) || typeof tool.name !== 'string') continue
      this.#schemas.set(tool.name, tool.inputSchema)
    }
  }

  /** What no header could hold is left out: the core says best what is wrong with it. */
  of({ method, params, version }: Message<'request'>): Record<string, string> {
    const headers = requestHeaders(method, params, String(version))
    if (method !== 'tools/call' || typeof params.name !== 'string') return headers
    const schema = this.#schemas.get(params.name)
    return { ...headers, ...argumentHeaders(schema, params.arguments) }
  }
}
