import { expect, test } from 'vitest'
import { openOutbound, parseAllowed } from './outbound.ts'

const to = (...addresses: string[]) => {
  const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  return () => Promise.resolve(found)
}
const resolve = (addresses: string[], allow: string[] = []) =>
  openOutbound({ allow, lookup: to(...addresses) }).resolve('host.example')

test.each([
  ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.1.2.3', '172.31.0.1', '192.168.0.1'],
  ...['169.254.169.254', '100.64.0.1', '100.100.100.200', '224.0.0.1', '255.255.255.255'],
  ...['192.0.0.192', '198.18.0.1', '203.0.113.1', '240.0.0.1', '168.63.129.16'],
  ...['::1', '::', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd00:ec2::254', 'ff02::1'],
  ...['::ffff:127.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '64:ff9b::a9fe:a9fe', '2001:db8::1'],
  ...['2002:7f00:1::', '2001::1', 'no address'],
])('%s is not on the public internet', async (address) => {
  await expect(resolve([address])).rejects.toMatchObject({ code: 'ADDRESS_NOT_ALLOWED' })
  await expect(resolve(['8.8.8.8', address])).rejects.toThrow('"host.example" is not on')
})

test.each(['8.8.8.8', '1.1.1.1', '2606:4700::1111', '64:ff9b::808:808', '::ffff:8.8.8.8'])(
  '%s is',
  async (address) => expect((await resolve([address]))[0]?.address).toBe(address),
)

test('nothing that is refused is told', async () => {
  await expect(resolve(['10.1.2.3'])).rejects.toSatisfy((error) => !String(error).includes('10.'))
})

test('addresses, ranges and names can be allowed, and nothing beside them', async () => {
  expect(await resolve(['10.1.2.3'], ['10.1.0.0/16'])).toHaveLength(1)
  expect(await resolve(['::ffff:10.1.2.3'], ['10.1.2.3'])).toHaveLength(1)
  expect(await resolve(['10.1.2.3', '::1'], ['Host.Example'])).toHaveLength(2)
  expect(await resolve(['::1'], ['::1'])).toHaveLength(1)
  await expect(resolve(['10.2.2.3'], ['10.1.0.0/16'])).rejects.toThrow('not on')
  await expect(resolve(['10.1.2.3', '10.2.2.3'], ['10.1.0.0/16'])).rejects.toThrow('not on')
  await expect(resolve(['10.1.2.3'], ['other.example', '::/0'])).rejects.toThrow('not on')
})

test('an address in a URL is judged as one that a name leads to', () => {
  const { refuseLiteral } = openOutbound({ allow: ['10.0.0.1'], lookup: to() })
  for (const host of ['127.0.0.1', '[::1]', '[::ffff:7f00:1]', '169.254.169.254']) {
    expect(() => refuseLiteral(host)).toThrow('not on the public internet')
  }
  // As URLs are written by people who want to get past this.
  const odd = [
    '2130706433',
    '0x7f000001',
    '0177.1',
    '127.1',
    '0',
    '①②⑦.0.0.1',
    '[::ffff:127.0.0.1]',
  ]
  for (const host of odd) {
    expect(() => refuseLiteral(new URL(`http://${host}/`).hostname)).toThrow('not on')
  }
  for (const host of ['8.8.8.8', '10.0.0.1', '[2606:4700::1111]', 'localhost']) refuseLiteral(host)
})

test('what is inside is known by name, too', async () => {
  expect(await openOutbound({ allow: ['x'], lookup: to('10.0.0.1') }).isInside('x')).toBe(true)
  expect(await openOutbound({ allow: [], lookup: to('8.8.8.8') }).isInside('x')).toBe(false)
  expect(await openOutbound({ allow: [], lookup: to() }).isInside('[::1]')).toBe(true)
  const fails = () => Promise.reject(new Error('ENOTFOUND'))
  expect(await openOutbound({ allow: [], lookup: fails }).isInside('x')).toBe(false)
})

test('lists of what is allowed are read, and mistakes in them are named', () => {
  const allow = ['10.0.0.0/8', 'fd00::/8', '127.0.0.1', 'mcp.internal', 'db_1']
  expect(parseAllowed(` ${allow.join(' , ')},`)).toEqual({ allow, problem: null })
  for (const part of ['10.0.0.0/33', 'http://x', '*', '10.0.0', '1']) {
    expect(parseAllowed(`127.0.0.1,${part}`).problem).toBe(part)
  }
})
