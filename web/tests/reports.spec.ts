// Looking at reports: the queue by keyboard with undo, the list by its filters, one report whole.
import { callApi, expect, expectAccessible, expectChinese, picture, signInAs, test } from './console'

type Queue = { total: number; items: { report_id: string; site_name: string | null }[] }
const QUEUE = '/api/v1/reports/review?limit=100'

test('a coordinator looks at a report by keys, and takes it back', async ({ page }) => {
  await signInAs(page, 'bureau')
  const before = await callApi<Queue>(page, 'GET', QUEUE)
  test.skip(before.items.length === 0, 'nobody left anything to look at')
  await page.goto('/reports/review')
  const list = page.getByRole('list', { name: '上报复核' })
  await expect(list.locator('[aria-current]')).toHaveCount(1)
  await expect(page.locator('[data-report]')).toBeVisible()
  await picture(page, 'reports-review')
  await expectAccessible(page)
  await expectChinese(page)
  const opened = await page.locator('[data-report]').getAttribute('data-report')
  await page.keyboard.press('r')
  await expect(page.locator(`[data-report="${opened}"]`)).toHaveCount(0)
  const after = await callApi<Queue>(page, 'GET', QUEUE)
  expect(after.items.map((one) => one.report_id)).not.toContain(opened)
  await page.keyboard.press('u')
  await expect(page.locator(`[data-report="${opened}"]`)).toBeVisible()
  const again = await callApi<Queue>(page, 'GET', QUEUE)
  expect(again.items.map((one) => one.report_id)).toContain(opened)
})

test('the list keeps its filters in the address, and opens a report beside it and whole', async ({ page }) => {
  await signInAs(page, 'street01')
  await page.goto('/reports?outcome=problem')
  const rows = page.locator('.el-table__row')
  await expect(rows.first()).toBeVisible()
  await picture(page, 'reports-list')
  await expectAccessible(page)
  await expectChinese(page)
  await rows.first().locator('a.name').click()
  const drawer = page.getByRole('dialog', { name: '上报详情' })
  await expect(drawer.locator('[data-report]')).toBeVisible()
  await expect(page).toHaveURL(/outcome=problem&open=/)
  await drawer.getByRole('link', { name: '完整页面' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.locator('[data-report]')).toBeVisible()
  await picture(page, 'reports-one')
  await expectAccessible(page)
  await expectChinese(page)
})
