/** A line `// Shows: …` of a test file. */
type Citation = {
  ids: string[]
  /** Counted from 1. */
  line: number
  /** Whether it stands in the comment directly above a test that runs, or a group of such. */
  counts: boolean
}

const shows = /^\s*\/\/ Shows:(.*)$/
const comment = /^\s*\/\//
// A test that is skipped, to do, or run on some machines only shows nothing.
const runs = /^\s*(?:test|it|describe)(?:\.(?:each|for|concurrent|sequential))*\b(?!\.)/

/** All citations of a source, also those that do not count. */
export function readCitations(source: string): Citation[] {
  const lines = source.split('\n')
  return lines.flatMap((text, index) => {
    const [, list] = shows.exec(text) ?? []
    if (list === undefined) return []
    const target = lines.slice(index + 1).find((line) => !comment.test(line)) ?? ''
    const ids = list.split(',').map((id) => id.trim())
    return [{ ids, line: index + 1, counts: runs.test(target) && !skipsGroup(source) }]
  })
}

/** Whether a group is switched off: what is inside cannot be told by lines, so none counts. */
const skipsGroup = (source: string) =>
  /^\s*describe\.(?!each|for|concurrent|sequential)/m.test(source)
