/** Links of other programs to us: `metamcp://install?name=…&config=…`. */
export const LINK_SCHEME = 'metamcp'

/** Beyond what a definition of a server takes, it is no link of anybody's who means well. */
const MAX_LENGTH = 64 * 1024

/** The link in a command line, as Windows and Linux hand it over. */
export function linkIn(args: readonly string[]): string | undefined {
  return args.find(isLink)
}

export function isLink(text: string): boolean {
  return new RegExp(`^${LINK_SCHEME}:`, 'i').test(text)
}

/** Where the window shows what a link wants, and asks. Nothing in it is run, or even read, here. */
export function pathOfLink(link: string): string {
  return `/servers?${new URLSearchParams({ link: link.slice(0, MAX_LENGTH) }).toString()}`
}
