type JsonObject = Record<string, unknown>

/**
 * Everything a server offers, as it said it: definitions untouched, in the server's own order, all
 * pages. `hello` is the result of its `initialize`.
 */
export type ServerCatalog = {
  hello: JsonObject
  tools: JsonObject[]
  prompts: JsonObject[]
  resources: JsonObject[]
  resourceTemplates: JsonObject[]
}
