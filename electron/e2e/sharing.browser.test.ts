import type { Page } from 'playwright-core'
import { expect, test, vi } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { openTempAccounts } from '../core/testing/temp-accounts.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp } from './open-app.ts'
import { signIn, WITH_ACCOUNTS } from './people.ts'

// A start of the whole product takes seconds.
vi.setConfig({ testTimeout: 90_000 })

const LOOK_ONLY = 'Somebody else shares this: you may use it as it is.'

test('what somebody shares comes to others as it is, and goes when it is kept again', async () => {
  await using app = await openApp({ place: 'browser', isOutside: true, env: WITH_ACCOUNTS })
  const { page, admin } = app
  const { ben } = await openTempAccounts(app)
  await admin.settings.set.mutate({ membersRunPrograms: true })
  const server = await ben.trpc.servers.create.mutate(echoServer({ name: 'notes' }))
  const namespace = await ben.trpc.namespaces.create.mutate({
    name: 'work',
    servers: [{ serverId: server.id }],
  })
  await page.reload()
  await signIn(page, 'ben')
  await page.getByRole('link', { name: 'Your account: ben' }).waitFor()
  const other = await app.anotherBrowser()
  await signIn(other, 'cara')
  await other.getByRole('link', { name: 'Your account: cara' }).waitFor()
  const show = (one: Page, address: string) =>
    one.evaluate((hash) => (window.location.hash = hash), `#${address}`)

  // Until it is shared there is nothing for others.
  await show(other, '/servers')
  await other.getByText('No servers yet.').waitFor()
  await show(page, `/servers?selected=${server.id}`)
  const own = page.getByRole('complementary', { name: 'notes' })
  await own.getByText('Nobody else sees it.').waitFor()
  const share = own.getByRole('switch', { name: 'Share with all accounts' })
  await share.click({ force: true })
  await own.getByText(/Everybody here may use it as it is/).waitFor()

  const row = other.getByRole('row', { name: /notes/ })
  await row.getByText('shared', { exact: true }).waitFor()
  const onOff = row.getByRole('switch')
  expect(await onOff.isDisabled()).toBe(true)
  expect(await row.getByTitle(LOOK_ONLY).count()).toBe(1)
  await row.getByText('notes').click()
  const theirs = other.getByRole('complementary', { name: 'notes' })
  await theirs.getByText(LOOK_ONLY).waitFor()
  expect(await theirs.getByRole('switch').count()).toBe(0)
  expect(await theirs.getByRole('button', { name: 'Start again' }).isDisabled()).toBe(true)
  await theirs.getByRole('tab', { name: 'Configuration' }).click()
  await theirs.getByText(/may hold secrets/).waitFor()
  expect(await accessibilityProblems(other)).toEqual([])
  // Keys do no more than buttons do: nothing is asked of the core that it would refuse.
  await other.getByRole('grid', { name: 'Servers' }).focus()
  await other.keyboard.press('Delete')
  await other.keyboard.press(' ')
  expect(await other.getByRole('alert').count()).toBe(0)

  await show(page, `/namespaces?selected=${namespace.id}`)
  const namespaces = page.getByRole('navigation', { name: 'Namespaces' })
  await namespaces.getByRole('switch', { name: 'Share with all accounts' }).click({ force: true })
  await namespaces.getByText(/Everybody here may use it as it is/).waitFor()
  expect(await accessibilityProblems(page)).toEqual([])
  await show(other, `/namespaces?selected=${namespace.id}`)
  await other.getByText(LOOK_ONLY).waitFor()
  const tools = other.getByRole('grid', { name: /work/ }).getByRole('switch')
  await tools.first().waitFor()
  for (const tool of await tools.all()) expect(await tool.isDisabled()).toBe(true)
  expect(await accessibilityProblems(other)).toEqual([])
  expect(await ben.trpc.servers.list.query()).toMatchObject([{ name: 'notes', enabled: true }])

  await namespaces.getByRole('switch', { name: 'Share with all accounts' }).click({ force: true })
  await other.getByText(LOOK_ONLY).waitFor({ state: 'detached' })
})
