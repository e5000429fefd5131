type Style = {
  first: string
  separator: string
  isNamed: boolean
  keepsReserved: boolean
  ifEmpty: string
}

const PLAIN: Style = {
  first: '',
  separator: ',',
  isNamed: false,
  keepsReserved: false,
  ifEmpty: '',
}

/** How each operator writes its expressions (RFC 6570, appendix A). */
const STYLES: Record<string, Style> = {
  '+': { ...PLAIN, keepsReserved: true },
  '#': { ...PLAIN, first: '#', keepsReserved: true },
  '.': { ...PLAIN, first: '.', separator: '.' },
  '/': { ...PLAIN, first: '/', separator: '/' },
  ';': { ...PLAIN, first: ';', separator: ';', isNamed: true },
  '?': { ...PLAIN, first: '?', separator: '&', isNamed: true, ifEmpty: '=' },
  '&': { ...PLAIN, first: '&', separator: '&', isNamed: true, ifEmpty: '=' },
}

/** A URI template with texts in the place of its expressions; what has no value is left out. */
export function expandTemplate(template: string, values: Record<string, string>): string {
  return template.replaceAll(/\{([+#./;?&]?)([^{}]*)\}/g, (_, operator: string, list: string) => {
    const style = STYLES[operator] ?? PLAIN
    const parts = list.split(',').flatMap((one) => writeVariable(one.trim(), values, style))
    return parts.length === 0 ? '' : style.first + parts.join(style.separator)
  })
}

function writeVariable(spec: string, values: Record<string, string>, style: Style): string[] {
  const [, name = '', length] = /^(.*?)(?:\*|:(\d+))?$/.exec(spec) ?? []
  const value = Object.hasOwn(values, name) ? values[name] : undefined
  if (value === undefined || value === '') return []
  const cut = length === undefined ? value : [...value].slice(0, Number(length)).join('')
  const text = style.keepsReserved ? encodeURI(cut).replaceAll('%25', '%') : encode(cut)
  if (!style.isNamed) return [text]
  return [text === '' ? name + style.ifEmpty : `${name}=${text}`]
}

/** Also what `encodeURIComponent` leaves alone, and the RFC does not. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => {
    return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
  })
}
