import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { echoServer } from '../core/testing/echo-definition.ts'
import { configFileOf } from '../core/testing/temp-core.ts'
import { accessibilityProblems } from './accessibility.ts'
import { openApp, PLACES } from './open-app.ts'

const search = {
  name: 'search_issues',
  description: 'Finds issues',
  annotations: { readOnlyHint: true },
  inputSchema: {
    type: 'object',
    properties: {
      query: { type: 'string', minLength: 2 },
      limit: { type: 'integer', default: 20 },
    },
    required: ['query'],
  },
}
const remove = {
  name: 'delete_repo',
  description: 'Deletes a repository',
  annotations: { destructiveHint: true },
  inputSchema: { type: 'object' },
}
const FILE = configFileOf([
  echoServer({ name: 'github', extraTools: [search, remove] }),
  echoServer({ name: 'suite', conformance: true }),
  echoServer({ name: 'huge', tools: 2_000, bare: true }),
])

const resultOf = (page: Page) => page.getByRole('region', { name: 'Result', exact: true })
const tools = (page: Page) => page.getByRole('grid', { name: 'Tools' })
const field = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true })

async function choose(page: Page, target: string): Promise<void> {
  const picker = page.getByRole('combobox', { name: 'What to inspect' })
  await picker.click()
  await picker.fill(target)
  await page.getByRole('option', { name: target, exact: true }).last().click()
}

for (const { place, title } of PLACES) {
  test(`a tool is found, filled in, run and run again, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    page.setDefaultTimeout(25_000)
    await app.goTo('/inspector')
    await choose(page, 'github')
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('issues find')
    await tools(page).getByText('search_issues').click()

    await field(page, 'query').waitFor()
    // What does not fit is said at its field, and nothing is sent.
    await page.keyboard.press('ControlOrMeta+Enter')
    await page.getByText('needs a value').first().waitFor()
    await expect
      .poll(() => field(page, 'query').evaluate((one) => one.matches(':focus')))
      .toBe(true)
    await page.keyboard.type('a')
    await page.getByText('at least 2 characters').first().waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await page.keyboard.type('b')
    await page.keyboard.press('ControlOrMeta+Enter')
    await resultOf(page).getByText('search_issues {"query":"ab","limit":20}').waitFor()
    await resultOf(page).getByText('Raw', { exact: true }).click()
    await resultOf(page).getByText('"content"').waitFor()

    // What was filled in is still there after another page, and comes back from the history.
    await field(page, 'query').fill('changed')
    await app.goTo('/keys')
    await app.goTo('/inspector?filter=search_issues')
    await tools(page).getByText('search_issues').click()
    await field(page, 'query').waitFor()
    expect(await field(page, 'query').inputValue()).toBe('changed')
    await page.getByRole('button', { name: /search_issues \d/ }).click()
    await expect.poll(() => field(page, 'query').inputValue()).toBe('ab')
    expect(await page.getByRole('button', { name: /search_issues \d/ }).count()).toBe(1)

    await page.getByRole('searchbox', { name: 'Search tools' }).fill('delete')
    await tools(page).getByText('delete_repo').click()
    await page.getByRole('button', { name: 'Run delete_repo' }).waitFor()
  })

  test(`questions are answered by hand, and a run can be cancelled, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    page.setDefaultTimeout(25_000)
    const { id } = (await app.admin.servers.list.query()).find(({ name }) => name === 'suite') ?? {}
    const open = (item: string) => app.goTo(`/inspector?target=server:${id}&tab=tools&item=${item}`)
    await open('test_elicitation_sep1034_defaults')
    await page.getByRole('button', { name: /^Run( |$)/ }).click()
    const question = page.getByRole('region', { name: 'Question of suite' })
    await question.getByText('suite asks you:').waitFor()
    if (place === 'browser') expect(await accessibilityProblems(page)).toEqual([])
    await question.getByRole('textbox', { name: 'name' }).fill('Ada')
    await question.getByRole('button', { name: 'Answer' }).click()
    await resultOf(page)
      .getByText(/"name":"Ada"/)
      .waitFor()

    await open('test_sampling')
    await field(page, 'prompt').fill('Say hello')
    await page.getByRole('button', { name: /^Run( |$)/ }).click()
    await question.getByRole('textbox', { name: 'Answer as the model' }).fill('Hello')
    await question.getByRole('button', { name: 'Answer' }).click()
    await resultOf(page).getByText(/Hello/).waitFor()

    await open('never')
    await page.getByRole('button', { name: /^Run( |$)/ }).click()
    await page.getByRole('button', { name: /^Cancel · \d+ s$/ }).click()
    await resultOf(page).getByText('Cancelled, also at the server.').waitFor()

    await open('test_image_content')
    await page.getByRole('button', { name: /^Run( |$)/ }).click()
    const image = resultOf(page).getByRole('img', { name: 'Image from test_image_content' })
    const width = () => image.evaluate((one) => (one as HTMLImageElement).naturalWidth)
    await expect.poll(width).toBeGreaterThan(0)
  })

  test(`two thousand tools are found as one types, ${title}`, async () => {
    await using app = await openApp({ place, file: FILE })
    const { page } = app
    page.setDefaultTimeout(25_000)
    const { id } = (await app.admin.servers.list.query()).find(({ name }) => name === 'huge') ?? {}
    await app.goTo(`/inspector?target=server:${id}`)
    await tools(page).getByText('tool_000').waitFor()
    expect(await tools(page).getByRole('row').count()).toBeLessThan(60)
    await page.getByRole('searchbox', { name: 'Search tools' }).fill('tool_1999')
    await tools(page).getByText('tool_1999').click()
    await page.getByRole('heading', { name: 'tool_1999' }).waitFor()
  })
}
