import type { NeededValue } from '../../../../shared/add-server.ts'
import { isSecretName } from '../covered.ts'
import type { RegistryArgument, RegistryInput } from './server-json.ts'

/** The value of a need; `null` where it is optional and not given. */
export type LookUp = (need: NeededValue) => string | null
/** A text made of values; `null` where one of them is not given, so that it is to be left out. */
export type Filling = (lookUp: LookUp) => string | null

type Named = { id: string; name: string; secret?: boolean }

/** Collects what a person has to give while a definition is read. */
export class Needs {
  readonly #byId = new Map<string, NeededValue>()

  list(): NeededValue[] {
    return [...this.#byId.values()]
  }

  /** What the registry says of a value, as a text that can be filled in. */
  read(input: RegistryInput, named: Named): Filling {
    const { value, variables } = input
    if (value === undefined) return this.#ask(input, named)
    return this.template(value, variables ?? {})
  }

  /** `https://{host}/mcp`: names in braces are values; those that nobody declares stay as they are. */
  template(text: string, variables: Record<string, RegistryInput>): Filling {
    const parts = text.split(/\{([\w.-]+)\}/).map((part, index): Filling => {
      if (index % 2 === 0) return () => part
      const variable = Object.hasOwn(variables, part) ? variables[part] : undefined
      if (!variable) return () => `{${part}}`
      return this.read(variable, { id: part, name: part })
    })
    return (lookUp) => {
      const filled = parts.map((part) => part(lookUp))
      return filled.includes(null) ? null : filled.join('')
    }
  }

  #ask(input: RegistryInput, { id, name, secret = false }: Named): Filling {
    const { description = '', choices, default: standard = null, isRequired = false } = input
    const need: NeededValue = this.#byId.get(id) ?? {
      ...{ id, name, description: description || (input.placeholder ?? '') },
      secret: input.isSecret ?? (secret || isSecretName(name)),
      required: isRequired,
      default: standard,
      choices: choices && choices.length > 0 ? choices : null,
      kind: kindOf(input.format),
    }
    this.#byId.set(id, need)
    return (lookUp) => lookUp(need)
  }
}

/** The words of an argument; none where it is optional and not given. */
export function readArgument(
  argument: RegistryArgument,
  index: number,
  needs: Needs,
): (lookUp: LookUp) => string[] {
  const { type, name, valueHint } = argument
  if (type === 'positional' || name === undefined) {
    const label = valueHint ?? name ?? `argument ${index + 1}`
    const filling = needs.read(argument, { id: label, name: label })
    return (lookUp) => {
      const word = filling(lookUp)
      return word === null ? [] : [word]
    }
  }
  if (isBareFlag(argument)) return () => [name]
  const label = valueHint ?? name.replace(/^-+/, '')
  const filling = needs.read(argument, { id: label === '' ? name : label, name: label })
  const isSwitch = argument.value === undefined && argument.format === 'boolean'
  return (lookUp) => {
    const word = filling(lookUp)
    if (isSwitch) return word === 'true' ? [name] : []
    return word === null ? [] : [name, word]
  }
}

/** Says nothing of a value: `--read-only`. */
function isBareFlag(argument: RegistryArgument): boolean {
  const { value, choices, format, isRequired, placeholder, isSecret, valueHint } = argument
  const said = [
    value,
    argument.default,
    choices,
    format,
    isRequired,
    placeholder,
    isSecret,
    valueHint,
  ]
  return said.every((one) => one === undefined || one === null)
}

function kindOf(format: string | undefined): NeededValue['kind'] {
  if (format === 'number' || format === 'boolean') return format
  return format === 'filepath' ? 'file' : 'text'
}
