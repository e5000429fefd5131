/**
 * JSON whose numbers survive: one that a JavaScript number cannot hold (an integer beyond 2^53, a
 * long fraction, 1e400) is kept as its text, in an object that `JSON.stringify` writes as it was
 * read (TC39 "JSON.parse source text access", in V8 since Node 21).
 */
type RawJson = { readonly rawJSON: string }
type Reviver = (key: string, value: unknown, context: { source?: string }) => unknown

const json = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown
  rawJSON(text: string): RawJson
  isRawJSON(value: unknown): value is RawJson
}

/** Digits or an exponent that may not fit. It also finds strings like that: they only cost time. */
const SUSPICIOUS = /\d{16}|\d\.\d{15}|\d[eE][+-]?\d{2}/

/** Like `JSON.parse`, which is also what it costs unless the text looks as if it held such numbers. */
export function parseJson(text: string): unknown {
  return SUSPICIOUS.test(text) ? json.parse(text, keepNumber) : JSON.parse(text)
}

export function isRawJson(value: unknown): value is RawJson {
  return json.isRawJSON(value)
}

function keepNumber(_key: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value
  return isExact(value, source) ? value : json.rawJSON(source)
}

/** Whether the number, written again, means what the source said. */
function isExact(value: number, source: string): boolean {
  const written = String(value)
  if (written === source) return true
  return Number.isFinite(value) && canonical(written) === canonical(source)
}

/** Sign, significant digits and exponent: `1.50e1`, `15` and `15.0` are one number. */
function canonical(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/0+$/, '')
  if (digits === '') return `${sign}0`
  const scale = Number(exponent) - fraction.length + (all.length - digits.length)
  return `${sign}${digits}e${scale}`
}
