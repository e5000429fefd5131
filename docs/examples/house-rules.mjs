/**
 * A middleware of your own: refuses calls that say certain words, and puts a line under each result.
 *
 * @type {import('./middleware.d.ts').OwnMiddleware}
 */
export default function houseRules(options, place) {
  // Options come from the config file as they stand there: check them here, once.
  const { forbid = [], footer = '' } = options
  if (!Array.isArray(forbid)) throw new Error('"forbid" must be a list of words')

  return (next) => async (call) => {
    if (call.method !== 'tools/call') return next(call)

    const said = JSON.stringify(call.params.arguments ?? {})
    const word = forbid.find((one) => said.includes(one))
    if (word !== undefined) {
      place.log.warn({ tool: call.params.name, word }, 'a call against the house rules')
      // A result that says isError is read by the model; an error that is thrown ends the call.
      const text = `The house rules forbid "${word}".`
      return { content: [{ type: 'text', text }], isError: true }
    }

    const result = await next(call)
    if (footer === '' || !Array.isArray(result.content)) return result
    return { ...result, content: [...result.content, { type: 'text', text: footer }] }
  }
}
