import { bothEras, modern, requirements } from './define.ts'

const discovery = requirements(bothEras, {
  'basic/authorization/authorization-server-discovery#protected-resource-metadata-discovery-requirements':
    {
      'oauth-client-401': 'client MUST read WWW-Authenticate of a 401, and begin a sign-in',
      'oauth-client-resource-metadata':
        'client MUST take resource_metadata from WWW-Authenticate where it is given',
      'oauth-client-well-known':
        'client MUST ask the well-known addresses where none is given, that of the path first',
    },
  'basic/authorization/authorization-server-discovery#authorization-server-metadata-discovery': {
    'oauth-client-server-metadata':
      'client MUST try the addresses of OAuth and OpenID metadata in the order given',
  },
  'basic/authorization/index#scope-selection-strategy': {
    'oauth-client-scope-challenged': 'client MUST ask for the scopes that a challenge names',
    'oauth-client-scope-order':
      'client SHOULD ask for scopes_supported where no challenge names scopes, else for none',
  },
  'basic/authorization/index#step-up-authorization-flow': {
    'oauth-client-step-up':
      'client SHOULD ask for more scopes after insufficient_scope, keeping the old',
    'oauth-client-step-up-limit':
      'client SHOULD give up asking for more scopes after a few attempts',
  },
})

const registration = requirements(bothEras, {
  'basic/authorization#client-registration-approaches': {
    'oauth-client-registration-order':
      'client SHOULD prefer a static client, then a metadata document, then registration',
  },
  'basic/authorization/client-registration#client-id-metadata-documents': {
    'oauth-client-metadata-document':
      'client SHOULD use a client id metadata document where the server says it can',
  },
  'basic/authorization/client-registration#implementation-requirements': {
    'oauth-client-metadata-document-form':
      'client MUST use as client id an https URL with a path, which the document repeats',
  },
  'basic/authorization/client-registration#pre-registration': {
    'oauth-client-static': 'client SHOULD take a client id and secret that a person configures',
  },
})

const modernRegistration = requirements(modern, {
  'basic/authorization/client-registration#application-type-and-redirect-uri-constraints': {
    'oauth-client-application-type': 'client MUST register with the application_type that it is',
    'oauth-client-registration-refused': 'client MUST bear a refused registration, and say why',
  },
  'basic/authorization/client-registration#authorization-server-binding': {
    'oauth-client-issuer-bound':
      'client MUST keep credentials by issuer, use them with no other, and register anew there',
    'oauth-client-static-issuer':
      'client SHOULD fail where a static client belongs to another issuer',
  },
  'basic/authorization/index#refresh-tokens': {
    'oauth-client-refresh-grant': 'client SHOULD register with refresh_token among its grant types',
    'oauth-client-refresh-absent': 'client MUST NOT count on being given a refresh token',
  },
})

const responses = requirements(modern, {
  'basic/authorization/authorization-server-discovery#authorization-server-metadata-discovery': {
    'oauth-client-issuer-identical':
      'client MUST NOT use metadata whose issuer is not the one asked for',
  },
  'basic/authorization/index#authorization-response-validation': {
    'oauth-client-issuer-recorded':
      'client MUST note the issuer with the verifier before it redirects',
    'oauth-client-iss':
      'client MUST refuse a response whose iss is another, or missing though promised',
    'oauth-client-iss-exact': 'client MUST NOT normalise iss before it compares',
    'oauth-client-iss-error': 'client MUST NOT show or act on an error that came with a wrong iss',
  },
})

const tokens = requirements(bothEras, {
  'basic/authorization/index#resource-parameter-implementation': {
    'oauth-client-resource':
      'client MUST send resource to authorize and to token, whoever supports it',
  },
  'basic/authorization/index#canonical-server-uri': {
    'oauth-client-resource-canonical':
      'client SHOULD send the most specific URI of the server, without a slash at its end',
  },
  'basic/authorization/index#token-requirements': {
    'oauth-client-bearer': 'client MUST send the token in Authorization with each request',
    'oauth-client-query': 'client MUST NOT send a token in a URL',
  },
  'basic/authorization/index#token-handling': {
    'oauth-client-token-issuer': 'client MUST NOT send a server tokens of any issuer but its own',
  },
  'basic/authorization/security-considerations#access-token-privilege-restriction': {
    'oauth-client-no-passthrough': 'both MUST NOT pass the credential of a client on to a server',
  },
  'basic/authorization/security-considerations#token-theft': {
    'oauth-client-storage': 'client MUST store tokens so that nobody else can read them',
  },
  'basic/authorization/security-considerations#communication-security': {
    'oauth-client-https': 'client MUST use https for authorization servers, but on loopback',
    'oauth-client-redirect':
      'client MUST redirect to loopback or https only, to what it registered',
  },
  'basic/authorization/security-considerations#authorization-code-protection': {
    'oauth-client-pkce': 'client MUST use PKCE with S256',
    'oauth-client-pkce-refused': 'client MUST stop where metadata does not offer PKCE',
  },
  'basic/authorization/security-considerations#open-redirection': {
    'oauth-client-state': 'client SHOULD send state, and drop responses without the same',
  },
})

export const oauthClient = [
  ...discovery,
  ...registration,
  ...modernRegistration,
  ...responses,
  ...tokens,
]
