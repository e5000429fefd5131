import { createPublicKey, verify, type JsonWebKey } from 'node:crypto'

type Claims = { iss?: unknown; aud?: unknown; exp?: unknown; scope?: unknown }

/**
 * The scopes of an access token, if it is good for `audience`; what a server must look at
 * (specification, "Token Audience Binding and Validation").
 */
export async function scopesOf(
  token: string,
  { issuer, audience }: { issuer: string; audience: string },
): Promise<string[] | null> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  try {
    const { kid } = decode(header) as { kid?: string }
    const { keys } = (await (await fetch(`${issuer}/jwks`)).json()) as { keys: JsonWebKey[] }
    const key = keys.find((one) => one['kid'] === kid)
    if (!key) return null
    const signed = Buffer.from(`${header}.${payload}`)
    const bytes = Buffer.from(signature, 'base64url')
    if (!verify(null, signed, createPublicKey({ key, format: 'jwk' }), bytes)) return null
    const { iss, aud, exp, scope } = decode(payload) as Claims
    const isOurs = iss === issuer && [aud].flat().includes(audience)
    return isOurs && Number(exp) * 1_000 > Date.now() ? String(scope).split(' ') : null
  } catch {
    return null
  }
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString())
}
