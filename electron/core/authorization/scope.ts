/** The one thing that a token opens: an endpoint, as its account may use it. */
export const SCOPE = 'mcp'
/** What every grant is given, so that it lasts longer than an access token. */
export const GRANTED_SCOPES = [SCOPE, 'offline_access']
