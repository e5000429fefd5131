/** Where in a file a client keeps its servers. */
export type Place = {
  /** The member of the root. */
  key: string
  /** Whether it is a list whose items have a `name`. */
  isList: boolean
}

export type Entry = { name: string; value: object }

/**
 * How to change one entry in a text of a format and leave every other byte as it is. Texts come
 * without a byte order mark; all of them throw `BrokenFile` for what is not of the format.
 */
export interface Format {
  /** All of a text as a value; that of an empty text is an empty object. */
  parse(text: string): Record<string, unknown>
  /** Adds an entry behind the others, or puts it in the place of the one of its name. */
  put(text: string, place: Place, entry: Entry): string
  /** Takes out an entry that is there. */
  remove(text: string, place: Place, name: string): string
  /** A whole text. */
  write(value: object): string
}
