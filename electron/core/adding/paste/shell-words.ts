import { parse } from 'shell-quote'

export type SplitCommand = { words: string[]; env: Record<string, string> } | { problem: string }

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s

/** Of what no shell would take either, one word. */
function partsOf(text: string): ReturnType<typeof parse<string>> {
  try {
    return parse(text, (name) => `\${${name}}`)
  } catch {
    return [text]
  }
}

/**
 * A command line in its words, as a shell would split it, with the variables that are set before
 * the command. Nothing is run and nothing looked up: `$NAME` stays a reference to a variable.
 */
export function splitCommand(line: string): SplitCommand {
  const text = line
    .replaceAll(/\\\r?\n/g, ' ')
    .replaceAll(/`\r?\n/g, ' ')
    .replaceAll(/\r?\n/g, ' ')
    // A Windows path: its backslashes would quote what follows them.
    .replaceAll(/\b[A-Za-z]:\\[^\s"']*/g, (path) => path.replaceAll('\\', '\\\\'))
  const words: string[] = []
  for (const part of partsOf(text)) {
    if (typeof part === 'string') words.push(part)
    else if ('comment' in part) break
    else if (part.op === 'glob') words.push('pattern' in part ? part.pattern : '')
    else
      return { problem: `MetaMCP starts programs without a shell, so "${part.op}" is not possible` }
  }
  const env: Record<string, string> = {}
  if (words[0] === 'env') words.shift()
  for (
    let match = ASSIGNMENT.exec(words[0] ?? '');
    match;
    match = ASSIGNMENT.exec(words[0] ?? '')
  ) {
    env[match[1] ?? ''] = match[2] ?? ''
    words.shift()
  }
  return words.length > 0 ? { words, env } : { problem: 'names no program' }
}
