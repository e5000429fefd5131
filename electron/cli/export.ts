import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { AppError, messageOf } from '../core/index.ts'
import { openDesk, type Desk } from './desk.ts'
import { EXIT, type Command } from './program.ts'

const USAGE = `metamcp export [FILE]: writes servers, namespaces, endpoints and API keys as a metamcp.json.

  --data-dir FOLDER   where everything is kept   METAMCP_DATA_DIR

Without FILE, to stdout. No secret is in it: \${NAME} stands in the place of each, and the names are
told on stderr. Set them where you apply the file. What accounts keep to themselves stays out.

Exit codes: 0 written, 1 not.`

/** `export` is a word of the language. */
export const exportCommand: Command<Desk> = {
  usage: USAGE,
  open: openDesk,
  words: { least: 0, most: 1, missing: '' },
  failed: EXIT.failed,
  async run(desk, { words: [path] }, { tell, complain }) {
    const { text, references } = await desk.export()
    if (path === undefined || path === '-') await tell(text.trimEnd())
    else await write(resolve(path), text)
    if (references.length > 0) await complain(`Set where you apply it: ${references.join(', ')}`)
    return EXIT.done
  },
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text)
  } catch (cause) {
    throw new AppError('invalid', `"${path}" cannot be written: ${messageOf(cause)}.`, { cause })
  }
}
