// Phones, notices and exports: what everybody's day brings beside the main work.
import { callApi, expect, expectAccessible, expectChinese, picture, signInAs, test } from './console'

test('a coordinator sees what is still on phones, shuts a lost one out and takes it back', async ({ page }) => {
  await signInAs(page, 'street01')
  await page.goto('/devices')
  await expect(page.getByRole('row').nth(1)).toBeVisible()
  await expectChinese(page)
  await expectAccessible(page)
  await picture(page, 'devices')
  const lost = page.getByRole('row', { name: /停用/ }).last()
  await lost.getByRole('button', { name: '停用' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '停用' }).click()
  await page.getByText('点击此处撤销').click()
  await expect(page.getByText('已撤销').first()).toBeVisible()
  const after = await callApi<{ items: { revoked_at: string | null }[] }>(page, 'GET', '/api/v1/devices?revoked=true')
  expect(after.items).toEqual([])
})

test('an officer opens what waits for him from his notices, and it is read', async ({ page }) => {
  await signInAs(page, 'market')
  const before = await callApi<{ unread: number }>(page, 'GET', '/api/v1/inbox/count')
  await page.goto('/notices?unread=1')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('通知')
  await expectChinese(page)
  await expectAccessible(page)
  await picture(page, 'notices')
  if (before.unread === 0) return // an earlier run has read them all
  await page.locator('.list button').first().click()
  await expect(page).toHaveURL(/\/cases\//)
  await expect
    .poll(async () => (await callApi<{ unread: number }>(page, 'GET', '/api/v1/inbox/count')).unread)
    .toBeLessThan(before.unread)
})

test('an export is made in the background and its file comes', async ({ page }) => {
  await signInAs(page, 'bureau')
  await callApi(page, 'POST', '/api/v1/exports', {
    kind: 'cases',
    format: 'geojson',
    filters: { category: 'water_vending' },
  })
  await page.goto('/exports')
  const row = page.getByRole('row', { name: /geojson/i }).first()
  await expect(row.getByRole('button', { name: '下载' })).toBeVisible({ timeout: 30_000 })
  await expectAccessible(page)
  await picture(page, 'exports')
  const coming = page.waitForEvent('download')
  await row.getByRole('button', { name: '下载' }).click()
  const file = await coming
  expect(file.suggestedFilename()).toMatch(/\.geojson$/)
})
