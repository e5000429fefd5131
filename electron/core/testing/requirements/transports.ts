import { bothEras, legacy, modern, requirements } from './define.ts'

const stdio = requirements(bothEras, {
  'basic/transports#stdio': {
    'stdio-supported': 'client SHOULD support stdio',
    'stdio-lines': 'both MUST write one message a line, without line breaks inside',
    'stdio-stdout': 'server MUST NOT write anything but messages to stdout',
    'stdio-stdin': 'client MUST NOT write anything but messages to the stdin of a server',
    'stdio-stderr': 'client SHOULD NOT take what a server writes to stderr for errors',
  },
  'basic/transports/stdio#shutdown': {
    'stdio-shutdown': 'client SHOULD end a server by closing its stdin, waiting, then by force',
  },
})

const modernStdio = requirements(modern, {
  'basic/transports/stdio#receiving-messages': {
    'stdio-subscription-id': 'client MUST tell notifications of subscriptions apart by their id',
  },
  'basic/transports/stdio#shutdown': {
    'stdio-end-of-input': 'server SHOULD exit promptly when its stdin ends',
  },
  'basic/transports/stdio#unexpected-termination': {
    'stdio-restart': 'client SHOULD restart a server that exited unexpectedly',
  },
  'basic/transports/stdio#backward-compatibility': {
    'stdio-probe':
      'client SHOULD send server/discover before anything else where it speaks both eras',
    'stdio-probe-fallback':
      'client MUST NOT let one error code alone decide the fall back to initialize',
  },
})

const http = requirements(bothEras, {
  'basic/transports#streamable-http': {
    'http-one-path': 'server MUST offer one path for all messages: POST, and GET in the legacy era',
  },
  'basic/transports/streamable-http#security-endpoint': {
    'http-origin-403':
      'server MUST check Origin on each connection, and answer a foreign one with 403',
    'http-loopback': 'server SHOULD bind to loopback only when it runs locally',
    'http-authenticated': 'server SHOULD authenticate each connection',
  },
  'basic/transports/streamable-http#sending-messages': {
    'http-post': 'client MUST send each message as a POST of its own, and nothing but one message',
    'http-accept': 'client MUST accept and read JSON and event streams',
    'http-202': 'server MUST answer what is no request with 202 and no body, if it accepts it',
    'http-not-accepted': 'server MUST answer what it does not accept with an error status',
    'http-content-type': 'server MUST answer a request with one JSON object or an event stream',
  },
  'basic/transports/streamable-http#receiving-messages': {
    'http-related': 'server MUST send on the stream of a request only what belongs to that request',
    'http-stream-end': 'server SHOULD end the stream of a request with its response',
  },
})

const legacyStreams = requirements(legacy, {
  'basic/transports#sending-messages-to-the-server': {
    'http-primed': 'server SHOULD begin an event stream with an event that has an id and no data',
    'http-retry':
      'server SHOULD send retry before it closes the connection of a stream that goes on',
    'http-retry-heeded': 'client MUST wait as long as retry says before it connects again',
    'http-reconnect': 'client SHOULD connect again to a stream whose connection was closed',
    'http-disconnect': 'server SHOULD NOT take a disconnect for a cancellation',
    'cancel-http-sent': 'client SHOULD send notifications/cancelled to cancel',
  },
  'basic/transports#listening-for-messages-from-the-server': {
    'http-get': 'server MUST answer GET with an event stream, or 405',
    'http-get-unrelated': 'server SHOULD send on the GET stream only what belongs to no request',
    'http-get-no-answers':
      'server MUST NOT send a response on the GET stream unless one is resumed',
  },
  'basic/transports#multiple-connections': {
    'http-one-stream': 'server MUST NOT send a message on more than one stream',
  },
  'basic/transports#resumability-and-redelivery': {
    'http-event-id': 'server MUST make event ids unique in a session',
    'http-event-id-stream': 'server SHOULD let an event id tell its stream',
    'http-resume': 'client SHOULD resume by GET with Last-Event-ID',
    'http-resume-stream': 'server MUST NOT replay what belongs to another stream',
  },
})

const sessions = requirements(legacy, {
  'basic/transports#session-management': {
    'session-id-random': 'server SHOULD make session ids globally unique and unguessable',
    'session-id-ascii': 'server MUST make session ids of visible ASCII only',
    'session-id-secret': 'client MUST keep the session id that a server gave it to itself',
    'session-id-sent': 'client MUST send the session id with each further request',
    'session-id-missing': 'server SHOULD answer a request that lacks the session id with 400',
    'session-ended': 'server MUST answer requests of a session that ended with 404',
    'session-renewed': 'client MUST begin a new session after 404',
    'session-deleted': 'client SHOULD end a session that it no longer needs by DELETE',
  },
  'basic/transports#protocol-version-header': {
    'version-header-sent': 'client MUST send MCP-Protocol-Version, as negotiated, once initialized',
    'version-header-absent':
      'server SHOULD serve a request without version in that of its session, else 2025-03-26',
    'version-header-invalid':
      'server MUST answer MCP-Protocol-Version that it does not speak with 400',
  },
})

const sse = requirements(bothEras, {
  'basic/transports/streamable-http#httpsse-transport-2024-11-05': {
    'sse-served': 'server SHOULD keep the two addresses of HTTP+SSE for older clients',
    'sse-fallback': 'client SHOULD fall back to HTTP+SSE after 400, 404 or 405 to its first POST',
  },
})

export const transports = [...stdio, ...modernStdio, ...http, ...legacyStreams, ...sessions, ...sse]
