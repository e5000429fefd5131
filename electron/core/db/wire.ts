/** A message of PostgreSQL's wire protocol, as its documentation has them in "Message Formats". */
export function wireMessage(type: string, body: string): Buffer {
  const length = Buffer.byteLength(body)
  const message = Buffer.allocUnsafe(5 + length)
  message.write(type, 'latin1')
  message.writeInt32BE(4 + length, 1)
  message.write(body, 5)
  return message
}
