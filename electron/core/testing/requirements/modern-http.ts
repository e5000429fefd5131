import { modern, requirements } from './define.ts'

const requests = requirements(modern, {
  'basic/transports/streamable-http#receiving-messages': {
    'http-unbuffered': 'server SHOULD send X-Accel-Buffering: no with an event stream',
  },
  'basic/transports/streamable-http#cancellation': {
    'cancel-http-close':
      'server MUST take a closed stream for a cancellation, stop, and send no more for it',
  },
  'basic/transports/streamable-http#protocol-version-header': {
    'http-unknown-method': 'server MUST answer a method that it does not have with 404 and -32601',
  },
  'basic/transports/streamable-http#standard-request-headers': {
    'http-headers-sent':
      'client MUST send the version, Mcp-Method, and Mcp-Name where there is a name or URI',
  },
  'basic/transports/streamable-http#case-sensitivity': {
    'http-headers-case':
      'both MUST compare names of headers without regard to case, values with it',
  },
  'basic/transports/streamable-http#backward-compatibility': {
    'http-probe': 'client SHOULD read the body of a 400 before it falls back to initialize',
  },
  'basic/transports/streamable-http#earlier-streamable-http-revisions': {
    'http-session-ignored':
      'server SHOULD ignore Mcp-Session-Id and Last-Event-ID on modern requests, and give no session',
  },
})

const validation = requirements(modern, {
  'basic/transports/streamable-http#server-validation': {
    'http-headers-checked':
      'server MUST refuse a header that is missing or differs from the body: 400 and -32020',
    'http-headers-decoded': 'server MUST decode base64 values before it compares',
    'http-param-numeric': 'server SHOULD compare integers as numbers',
  },
  'basic/transports/streamable-http#server-behavior-for-custom-headers': {
    'http-param-checked':
      'server MUST refuse an Mcp-Param header that is missing or differs from its argument',
    'http-param-null': 'server MUST NOT expect the header of an argument that is null or absent',
    'http-param-characters': 'server MUST refuse an Mcp-Param header with invalid characters',
    'http-param-unknown': 'server MUST ignore an Mcp-Param header that no parameter asks for',
  },
})

const mirroring = requirements(modern, {
  'basic/transports/streamable-http#value-encoding': {
    'http-base64-name': 'client MUST send a name that a header cannot hold in base64',
    'http-base64-param':
      'client MUST send in base64 arguments that a header cannot hold, or that look like base64',
  },
  'basic/transports/streamable-http#custom-headers-from-tool-parameters': {
    'http-param-sent':
      'client MUST send the arguments that a tool marks with x-mcp-header as headers',
  },
  'basic/transports/streamable-http#client-behavior': {
    'http-param-omitted': 'client MUST omit the header of an argument that is null or absent',
    'http-param-relisted':
      'client SHOULD list tools anew after -32020, and try again with new headers',
  },
  'basic/transports/streamable-http#schema-extension': {
    'http-param-invalid':
      'client MUST leave out tools of HTTP servers whose x-mcp-header is invalid',
    'http-param-warned': 'client SHOULD log which tool it left out for its x-mcp-header, and why',
  },
})

export const modernHttp = [...requests, ...validation, ...mirroring]
