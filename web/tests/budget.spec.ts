// First load: from opening the address to the board, as a browser fetches it with packing. Not timed; what it costs is counted.
import { expect, test } from './console'

const MOST_KILOBYTES = 400

test('sign-in to board stays within the budget of the first load', async ({ page, watch }) => {
  watch.expectedProblems.push(401)
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  const address = new Map<string, string>()
  const packed = new Map<string, number>()
  cdp.on('Network.responseReceived', ({ requestId, response }) => address.set(requestId, response.url))
  cdp.on('Network.loadingFinished', ({ requestId, encodedDataLength }) =>
    packed.set(requestId, (packed.get(requestId) ?? 0) + encodedDataLength),
  )
  await page.goto('/')
  await page.locator('input[name=username]').fill('street01')
  await page.locator('input[name=password]').fill(process.env.DEMO_PASSWORD ?? '')
  await page.locator('button[type=submit]').click()
  await expect(page.locator('[data-card=tasks_overdue]')).toBeVisible()
  await page.waitForLoadState('networkidle')

  const files = [...packed].map(([id, bytes]) => ({ url: address.get(id) ?? '', bytes }))
  const total = files.reduce((sum, one) => sum + one.bytes, 0) / 1024
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)
  const largest = files.sort((one, other) => other.bytes - one.bytes).slice(0, 5)
  test.info().annotations.push({ type: 'first load', description: `${total.toFixed(0)} KB, first paint ${paint} ms` })
  expect(total, `largest: ${largest.map((one) => `${one.url} ${one.bytes}`).join(', ')}`).toBeLessThan(MOST_KILOBYTES)
  const heavy = files.filter((one) => /echarts|jspdf|MapCanvas|MapFeatures|\/ol[-.]/.test(one.url))
  expect(heavy.map((one) => one.url)).toEqual([])
})
