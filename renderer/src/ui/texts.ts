/**
 * Checks what an address of a page says: each of these keys is a text, or missing. By hand, since
 * the first page must not wait for a library of schemas.
 */
export function texts<const Key extends string>(...keys: Key[]) {
  return (search: Record<string, unknown>): { [K in Key]?: string } => {
    const known = keys.flatMap((key) => {
      const value = search[key]
      return typeof value === 'string' && value !== '' ? [[key, value] as const] : []
    })
    return Object.fromEntries(known) as { [K in Key]?: string }
  }
}
