export { HttpRefusal } from './http-failure.ts'
export { openSse } from './sse-transport.ts'
export { openStreamableHttp } from './streamable-http-transport.ts'
