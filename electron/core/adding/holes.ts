import type { NeededValue } from '../../../shared/add-server.ts'
import { InvalidInput, type Problem } from '../problems.ts'
import { readReference } from '../references.ts'
import { isSecretName } from './covered.ts'
import type { Definition, Draft, Values } from './draft.ts'

type Environment = Record<string, string | undefined>

/** What VS Code's `inputs` say of `${input:id}`; other clients know nothing like it. */
export type InputHints = ReadonlyMap<string, Partial<NeededValue>>

/** A gap is a text between NULs, which no definition may hold: the id of the value that fills it. */
const HOLE = /\0([^\0]*)\0/g

/** Values that stand for nothing at all, as a whole. */
const BLANK =
  /^(?:|\.{3,}|…|\*{3,}|x{3,}|todo|changeme|change[-_]me|none|null|[a-z]{2,4}[-_](?:x{3,}|\.{3}|\*{3,}).*|[a-z]{2,12}[-_]?(?:\.{3}|…))$/i
/** Placeholders inside a text, with what they are called. */
const PLACEHOLDER = new RegExp(
  [
    /\$\{input:([^}]+)\}/,
    /\$\{env:([A-Za-z_]\w*)\}/,
    /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/,
    /\$\{([A-Za-z][\w.:-]*)\}/,
    /\{\{\s*([\w .-]+?)\s*\}\}/,
    /<([A-Za-z][\w ./-]{1,60})>/,
    /\b((?:YOUR|INSERT|ENTER|REPLACE|MY)(?:[-_][A-Z0-9]+)+)\b/,
    /\b(your[-_][a-z0-9]+(?:[-_][a-z0-9]+)*)\b/,
    /(?<=^(?:Bearer )?)\$([A-Z_][A-Z0-9_]*)$/,
    /^((?:[A-Za-z]:)?[\\/](?:absolute[\\/])?path[\\/]to[\\/].*|[\\/]Users[\\/](?:you|username|your_?name)(?:[\\/].*)?)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
)

type Opening = { env: Environment; hints: InputHints; needs: Map<string, NeededValue> }
type Where = { name: string; secret: boolean }

/**
 * Finds what a definition leaves open: placeholders of READMEs, inputs of VS Code, references to
 * variables that are not set here. They become values that a person gives.
 */
export function openHoles(
  definition: Definition,
  { env, hints }: { env: Environment; hints: InputHints },
): Pick<Draft, 'needs' | 'build' | 'shown'> {
  const opening: Opening = { env, hints, needs: new Map() }
  const template = mapTexts(definition, (text, where) => markHoles(text, where, opening))
  const needs = [...opening.needs.values()]
  return {
    needs,
    build: (values) => fillHoles(template, needs, values),
    shown: mapTexts(template, (text) =>
      text.replaceAll(HOLE, (_, id: string) => `‹${opening.needs.get(id)?.name ?? id}›`),
    ),
  }
}

/** Throws InvalidInput that names each value that is missing, or is not one of the choices. */
export function checkValues(needs: readonly NeededValue[], values: Values): void {
  const problems = needs.flatMap(
    ({ id, name, required, choices, default: standard }): Problem[] => {
      const value = values[id] ?? standard ?? ''
      if (value === '') return required ? [{ path: [name], message: 'needs a value' }] : []
      if (choices === null || choices.includes(value)) return []
      return [{ path: [name], message: `must be one of ${choices.join(', ')}` }]
    },
  )
  if (problems.length > 0) throw new InvalidInput(problems)
}

function fillHoles(template: Definition, needs: NeededValue[], values: Values): Definition {
  checkValues(needs, values)
  const standards = new Map(needs.map((need) => [need.id, need.default ?? '']))
  return mapTexts(template, (text) =>
    text.replaceAll(HOLE, (_, id: string) => values[id] ?? standards.get(id) ?? ''),
  )
}

function markHoles(text: string, where: Where, opening: Opening): string {
  if (where.name !== '' && BLANK.test(text.trim()))
    return hole({ name: where.name }, where, opening)
  return text.replaceAll(PLACEHOLDER, (whole: string, ...groups: unknown[]) => {
    const found = groups
      .slice(0, 11)
      .map((group) => (typeof group === 'string' ? group : undefined))
    const [input, fromEnv, variable, standard, other, braces, angles, upper, lower, bare, path] =
      found
    if (input !== undefined)
      return hole({ id: input, name: input, ...opening.hints.get(input) }, where, opening)
    const reference = fromEnv ?? variable ?? bare
    if (reference !== undefined) {
      if (readReference(reference, opening.env) !== undefined) return `\${${reference}}`
      const kind = reference === 'workspaceFolder' ? 'folder' : 'text'
      return hole({ name: reference, default: standard ?? null, kind }, where, opening)
    }
    if (path !== undefined) {
      return hole(
        { name: whole.split(/[\\/]/).at(-1) || 'path', default: null, kind: 'folder' },
        where,
        opening,
      )
    }
    const name = other ?? braces ?? angles ?? upper ?? lower ?? whole
    const isAll = whole === text.trim() && where.name !== ''
    return hole({ name: isAll ? where.name : name }, where, opening)
  })
}

/** The same name is the same value, wherever it stands. */
function hole(
  hint: Partial<NeededValue> & { name: string },
  where: Where,
  { needs }: Opening,
): string {
  const id = hint.id ?? hint.name
  if (!needs.has(id)) {
    const secret = where.secret || isSecretName(hint.name)
    const ordinary = { description: '', required: true, default: null, choices: null, kind: 'text' }
    needs.set(id, { ...(ordinary as NeededValue), secret, ...hint, id })
  }
  return `\0${id}\0`
}

/** A copy in which every text that may hold a value went through `map`. */
function mapTexts(definition: Definition, map: (text: string, where: Where) => string): Definition {
  const plain: Where = { name: '', secret: false }
  const mapRecord = (record: Record<string, string>, allSecret: boolean) =>
    Object.fromEntries(
      Object.entries(record).map(([name, text]) => [
        name,
        map(text, { name, secret: allSecret || isSecretName(name) }),
      ]),
    )
  if (definition.type === 'STDIO') {
    const { command, args = [], env = {}, cwd } = definition
    return {
      ...definition,
      command: map(command, plain),
      args: args.map((text, index) => map(text, placeOf(args, index))),
      env: mapRecord(env, false),
      ...(typeof cwd === 'string' && { cwd: map(cwd, plain) }),
    }
  }
  const { url, headers = {}, bearerToken } = definition
  return {
    ...definition,
    url: map(url, plain),
    headers: mapRecord(headers, true),
    ...(typeof bearerToken === 'string' && {
      bearerToken: map(bearerToken, { name: 'Authorization', secret: true }),
    }),
  }
}

function placeOf(args: readonly string[], index: number): Where {
  const flag = /^--([\w-]+)$/.exec(args[index - 1] ?? '')?.[1] ?? ''
  return { name: '', secret: isSecretName(flag) }
}
