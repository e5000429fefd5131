import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES } from './open-app.ts'

/** A program that reads what the window's address describes, and is told when it calls too often. */

const FILE = configFileOf([echoServer()], { auth: { apiKey: false } })

for (const { place, title } of PLACES) {
  test(`a program finds the tools by OpenAPI, and is limited by two fields, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    page.setDefaultTimeout(25_000)
    await app.goTo('/endpoints')
    await page.getByRole('grid', { name: 'Endpoints' }).getByText('default').first().click()

    const url = `${app.url}/metamcp/default/api`
    const shown = await page.getByTitle(/\/openapi\.json$/).getAttribute('title')
    expect(shown).toBe(`${url}/openapi.json`)
    const document = (await (await fetch(shown ?? '')).json()) as { paths: object }
    expect(Object.keys(document.paths)).toContain('/echo__echo')
    const call = async () => {
      const headers = { 'content-type': 'application/json', 'user-agent': 'program/1' }
      const body = JSON.stringify({ message: 'hi' })
      return (await fetch(`${url}/echo__echo`, { method: 'POST', headers, body })).status
    }
    expect([await call(), await call(), await call()]).toEqual([200, 200, 200])
    const limits = async () => (await app.admin.endpoints.list.query())[0]?.rateLimit

    await page.getByText('Nothing is limited.').waitFor()
    await page.getByLabel('All clients together').fill('600')
    // What is no limit is told, and not stored.
    await page.getByLabel('Each client').fill('0')
    await page.keyboard.press('Enter')
    await page.getByText('A whole number from 1 to 1,000,000, or nothing.').waitFor()
    await page.getByLabel('Each client').fill('2')
    await page.keyboard.press('Enter')
    await expect.poll(limits).toEqual({ perMinute: 600, perClientPerMinute: 2 })
    await page.getByText('HTTP 429').waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    expect([await call(), await call(), await call()]).toEqual([200, 200, 429])

    // Taking both away ends the limits.
    await page.getByLabel('Each client').fill('')
    await page.getByLabel('All clients together').fill('')
    await page.keyboard.press('Enter')
    await expect.poll(limits).toBeNull()
    expect(await call()).toBe(200)
  })
}
