import { cruise } from 'dependency-cruiser'
import type { IConfiguration, ICruiseResult } from 'dependency-cruiser'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { argv, stderr, stdout } from 'node:process'
import { pathToFileURL } from 'node:url'

/** One import that a rule forbids; `from` and `to` are paths inside the cruised folder. */
type Violation = { rule: string; from: string; to: string; comment: string }

type ImportReport = { modules: number; violations: Violation[] }

const root = resolve(import.meta.dirname, '..')

/** Applies the rules of .dependency-cruiser.mjs to the tree in `folder`. */
export async function checkImports(folder: string): Promise<ImportReport> {
  const { forbidden, options } = await loadRules()
  const folders = ['electron', 'renderer', 'shared'].filter((name) =>
    existsSync(join(folder, name)),
  )
  const { output } = await cruise(folders, {
    ...options,
    baseDir: folder,
    validate: true,
    ruleSet: { forbidden },
  })
  if (typeof output === 'string')
    throw new Error(`dependency-cruiser answered with text: ${output}`)
  return readReport(output)
}

async function loadRules(): Promise<IConfiguration> {
  const file = pathToFileURL(join(root, '.dependency-cruiser.mjs')).href
  const { default: rules } = (await import(file)) as { default: IConfiguration }
  return rules
}

function readReport({ modules, summary }: ICruiseResult): ImportReport {
  const comments = new Map(summary.ruleSetUsed?.forbidden?.map((rule) => [rule.name, rule.comment]))
  return {
    modules: modules.filter(({ source }) => /^(electron|renderer|shared)\//.test(source)).length,
    violations: summary.violations.map(({ rule, from, to, cycle }) => ({
      rule: rule.name,
      from,
      to: cycle ? cycle.map(({ name }) => name).join(' → ') : to,
      comment: comments.get(rule.name) ?? '',
    })),
  }
}

/** Returns the exit code. */
async function reportImports(folder: string): Promise<number> {
  const { modules, violations } = await checkImports(folder)
  for (const { rule, from, to, comment } of violations) {
    stderr.write(`${from} → ${to}\n  ${rule}: ${comment}\n`)
  }
  if (modules === 0) {
    // What a TypeScript that dependency-cruiser cannot use looks like: all is well, in nothing.
    stderr.write('No module was found, so no import was checked.\n')
    return 1
  }
  stdout.write(`${modules} modules, ${violations.length} forbidden imports\n`)
  return violations.length === 0 ? 0 : 1
}

if (argv[1] === import.meta.filename)
  process.exitCode = await reportImports(resolve(argv[2] ?? root))
