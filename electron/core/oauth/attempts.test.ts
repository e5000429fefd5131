import { expect, test } from 'vitest'
import { openAttempts, type Attempt } from './attempts.ts'

const attemptOf = (accountId: string): Attempt => ({
  serverId: `of-${accountId}`,
  url: 'https://mcp.example/',
  startedBy: { key: `account:${accountId}`, accountId },
  place: {
    issuer: 'https://mcp.example',
    metadata: {
      issuer: 'https://mcp.example',
      authorization_endpoint: 'https://mcp.example/authorize',
      token_endpoint: 'https://mcp.example/token',
      response_types_supported: ['code'],
    },
    resource: 'https://mcp.example',
    scope: null,
  },
  client: {
    kind: 'registered',
    issuer: 'https://mcp.example',
    redirectUrl: 'http://127.0.0.1/oauth/callback',
    information: { client_id: 'x' },
  },
  scope: null,
  codeVerifier: 'v',
})

test('who begins sign-ins without end pushes out their own, and of others none', () => {
  const attempts = openAttempts(() => 0)
  attempts.add('of ada', attemptOf('ada'))
  for (let count = 0; count < 1_500; count += 1) attempts.add(`ben ${count}`, attemptOf('ben'))
  expect(attempts.find('of ada')).not.toBeNull()
  expect(attempts.find('ben 1479')).toBeNull()
  expect(attempts.find('ben 1480')).not.toBeNull()
  // All together are limited, too.
  for (let count = 0; count < 1_000; count += 1) {
    attempts.add(`many ${count}`, attemptOf(String(count)))
  }
  expect(attempts.find('of ada')).toBeNull()
  expect(attempts.find('many 0')).not.toBeNull()
})
