import { bothEras, legacy, modern, requirements } from './define.ts'

const messages = requirements(bothEras, {
  'basic/index#messages': {
    'json-rpc-valid': 'both MUST send nothing but messages of JSON-RPC 2.0',
  },
  'basic/index#requests': {
    'json-rpc-id-type': 'both MUST give a request an id that is a string or an integer, not null',
    'json-rpc-id-unique': 'both MUST NOT give a request the id of another one still unanswered',
  },
  'basic/index#result-responses': {
    'json-rpc-result': 'both MUST answer with a result under the id of the request, as it came',
  },
  'basic/index#error-responses': {
    'json-rpc-error':
      'both MUST give an error an integer code, a message, and the id of the request if readable',
  },
  'basic/index#notifications': {
    'json-rpc-notification': 'both MUST NOT answer a notification, nor send one with an id',
  },
  'basic/index#_meta': {
    'meta-reserved':
      'both MUST NOT assume anything about reserved keys of _meta: they pass as sent',
  },
  'basic/index#auth': {
    'stdio-no-oauth': 'client SHOULD NOT use OAuth on stdio: credentials are in the environment',
  },
  'basic/transports/index#messages': {
    'transport-utf8': 'both MUST encode messages as UTF-8',
  },
})

const statelessBase = requirements(modern, {
  'basic/index#result-responses': {
    'result-type-present': 'server MUST give each result a resultType, whatever the server said',
  },
  'basic/index#resulttype': {
    'result-type-absent': 'client MUST take a result without a resultType as complete',
    'result-type-unknown':
      'client MUST treat a resultType that its caller cannot know as an error, not as a result',
  },
  'basic/index#error-codes': {
    'error-codes-former':
      'server MUST NOT answer with -32002 or -32042, which earlier revisions had',
    'error-codes-reserved':
      'both MUST NOT make up codes from -32020 to -32099, nor use those defined for other purposes',
    'error-codes-old-range':
      'both SHOULD NOT use codes from -32000 to -32019 for failures of their own',
  },
  'basic/index#statelessness': {
    'stateless-request':
      'server MUST NOT take version, capabilities or identity from an earlier request',
    'stateless-connection': 'server SHOULD NOT require that related requests share a connection',
    'stateless-handle': 'server MUST refer to what outlives a request by a handle the client sends',
    'stateless-many': 'server SHOULD bear requests of many conversations at once',
    'stateless-process': 'client SHOULD NOT tie the life of a stdio process to one conversation',
  },
  'basic/index#ref-resolution': {
    'schema-ref-not-fetched': 'both MUST NOT fetch what a $ref in a schema names on the network',
  },
  'basic/index#_meta': {
    'meta-sent': 'client MUST send version and capabilities in _meta of each request',
    'meta-client-info': 'client SHOULD name itself in _meta of each request',
    'meta-missing':
      'server MUST refuse a request without version or capabilities: -32602, HTTP 400',
    'meta-capability-missing':
      'server MUST answer -32021, over HTTP with 400, with the capabilities a request lacks',
    'meta-server-info': 'server SHOULD name itself in _meta of each result',
    'meta-self-reported':
      'both SHOULD NOT let clientInfo or serverInfo decide behaviour, nor anything of security',
    'meta-trace-context': 'both MUST keep traceparent, tracestate and baggage in their W3C formats',
  },
  'basic/patterns/index#request-and-response': {
    'server-sends-no-requests': 'server MUST NOT send requests to a client, on any stream',
    'client-sends-no-responses': 'client MUST NOT send responses',
  },
})

const versions = requirements(modern, {
  'basic/versioning#protocol-version-negotiation': {
    'version-unsupported':
      'server MUST answer a version it does not speak with -32022 and those it speaks, HTTP 400',
    'version-retry':
      'client SHOULD try again with a version that -32022 lists, or tell that there is none',
    'version-discover': 'server MUST answer server/discover',
  },
  'basic/versioning#extension-negotiation': {
    'version-extension': 'both MUST do without an extension the other side lacks, or refuse',
  },
  'basic/versioning#backward-compatibility-with-initialization-based-versions': {
    'version-era-cached':
      'client SHOULD remember the era of a server, and probe again when it fails',
  },
})

const lifecycle = requirements(legacy, {
  'basic/lifecycle#initialization': {
    'lifecycle-initialize':
      'client MUST begin with initialize: version, capabilities and who it is',
    'lifecycle-answer': 'server MUST answer initialize with its capabilities and who it is',
    'lifecycle-initialized': 'client MUST send notifications/initialized before anything else',
    'lifecycle-client-waits':
      'client SHOULD NOT send requests but ping before initialize is answered',
    'lifecycle-server-waits':
      'server SHOULD NOT send requests but ping before notifications/initialized',
  },
  'basic/lifecycle#version-negotiation': {
    'version-offered': 'client SHOULD offer the latest version that it speaks',
    'version-agreed':
      'server MUST answer with the version asked for, else with the latest it speaks',
    'version-disconnect': 'client SHOULD disconnect where it does not speak the version answered',
  },
  'basic/lifecycle#operation': {
    'lifecycle-negotiated': 'both MUST use only what was negotiated: version and capabilities',
  },
  'basic/utilities/ping#behavior-requirements': {
    'ping-answered': 'both MUST answer a ping promptly, with an empty result',
  },
})

export const base = [...messages, ...statelessBase, ...versions, ...lifecycle]
