import fc from 'fast-check'
import type { Edit, Model } from './edit-model.ts'

/** Edits made of random values, which a failure shows. */
export function editOf<T>(
  values: fc.Arbitrary<T>,
  make: (value: T, model: Model) => ReturnType<Edit>,
): fc.Arbitrary<Edit> {
  return values.map((value) => {
    const edit: Edit = (model) => make(value, model)
    return Object.assign(edit, { [fc.toStringMethod]: () => fc.stringify(value) })
  })
}

/** Words of a person; few, so that edits often say the same. */
export function text(): fc.Arbitrary<string> {
  return fc.constantFrom('', 'one', 'two', 'drei — “vier”', 'a\nb')
}
