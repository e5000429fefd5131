/** How long a tool's description is, so that its definition has about 590 bytes. */
const WORDS = 'Reads what is there and tells of it, word by word and line by line. '.repeat(4)

/** @param {string} name */
function definition(name) {
  const properties = {
    message: { type: 'string', description: 'What is to be said again, as it is.' },
    steps: { type: 'integer', description: 'How many steps there are.', minimum: 0 },
  }
  const inputSchema = { type: /** @type {const} */ ('object'), properties }
  return { name, title: `The tool ${name}`, description: WORDS, inputSchema }
}

/**
 * The tools that a server of the bench has, three of which do what they are called.
 * @param {number} count
 */
export function definitionsOf(count) {
  const made = Array.from({ length: Math.max(0, count - 3) }, (_, index) => {
    return definition(`tool_${String(index).padStart(3, '0')}`)
  })
  return [...['echo', 'progress', 'exit'].map(definition), ...made]
}
