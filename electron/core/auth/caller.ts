/** Who calls: the app itself, the admin token's holder, an API key, or anyone on an open endpoint. */
export type Caller =
  | { kind: 'local' }
  | { kind: 'admin' }
  | { kind: 'api-key'; id: string; name: string }
  | { kind: 'anonymous' }

/** The stable identity that a session is bound to; never a credential. */
export function callerKey(caller: Caller): string {
  return caller.kind === 'api-key' ? `api-key:${caller.id}` : caller.kind
}
