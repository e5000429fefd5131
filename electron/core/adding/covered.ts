/** Beginnings that makers of tokens use, and what looks like nothing but chance. */
const TOKEN =
  /\b(?:sk|pk|rk|ghp|gho|ghu|ghs|glpat|xox[abprs]|npm|pat|key|lin_api|ntn|secret|figd|hf|AKIA|AIza|eyJ|github_pat)[-_A-Za-z0-9.]{12,}|\b(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{32,}\b/g
const SECRET_NAME =
  /(?:^|[-_.])(?:api[-_]?)?(?:token|secret|key|apikey|pass|password|passwd|pwd|credentials?|pat|auth|authorization|bearer)s?$|(?:token|secret|password|api_?key)/i
const COVER = '••••'

/** Whether the value of a variable, a flag or a header of this name is kept from people's eyes. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

/** Arguments with what looks like a secret covered, also the one after `--api-key`. */
export function coverArguments(args: readonly string[]): string[] {
  return args.map((arg, index) => {
    const flag = /^--?([\w-]+)=(.+)$/.exec(arg)
    if (flag && isSecretName(flag[1] ?? ''))
      return `${arg.slice(0, arg.indexOf('=') + 1)}${cover(flag[2] ?? '')}`
    const before = /^--?([\w-]+)$/.exec(args[index - 1] ?? '')
    if (before && isSecretName(before[1] ?? '') && !arg.startsWith('-')) return cover(arg)
    return coverText(arg)
  })
}

/** An address with its secrets covered: values of parameters that are named like one. */
export function coverUrl(url: string): string {
  const parameters = url.replaceAll(/[?&][^=&#]+=[^&#]*/g, (parameter) => {
    const [name = '', value = ''] = parameter.slice(1).split(/=(.*)/s)
    return isSecretName(name) ? `${parameter[0]}${name}=${cover(value)}` : parameter
  })
  return coverText(parameters)
}

export function coverText(text: string): string {
  return text.replaceAll(TOKEN, COVER)
}

/** What only names a value, a reference or a gap, tells nothing. */
function cover(value: string): string {
  return /^(?:\$\{[^}]*\}|‹[^›]*›)$/.test(value) ? value : COVER
}
