// Signing in and out as a person does it, the second factor with a real code, and the frame around every page.
import { createHmac } from 'node:crypto'
import { callApi, expect, expectAccessible, expectChinese, picture, signInAs, test } from './console'

const PASSWORD = process.env.DEMO_PASSWORD ?? ''

/** The code of RFC 6238 for a base32 secret at a moment: SHA-1, 6 digits, steps of 30 seconds. */
function codeOf(secret: string, at = Date.now()): string {
  const bits = [...secret]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const hash = createHmac('sha1', key).update(counter).digest()
  const offset = hash[19]! & 15
  return String((hash.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

test('a stranger is asked to sign in, told why he may not, and led to the page he wanted', async ({ page, watch }) => {
  watch.expectedProblems.push(401)
  await page.goto('/calendar?year=2025')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await expectChinese(page)
  await expectAccessible(page)
  await picture(page, 'session-sign-in')
  await page.getByLabel('账号').fill('bureau')
  await page.getByLabel('密码', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: '登录' }).click()
  await expect(page.getByRole('alert')).toContainText('密码')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/calendar?year=2025')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('工作日历')

  const cookies = await page.context().cookies()
  const session = cookies.find((one) => one.name === 'gridpatrol_session')!
  expect([session.httpOnly, session.sameSite]).toEqual([true, 'Lax'])
  // nothing by which somebody could act as this person lies where a script can read it
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toMatch(
    /token|csrf|password/i,
  )

  await page.getByRole('button', { name: /账号：/ }).click()
  await page.getByRole('menuitem', { name: '退出登录' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  expect((await page.request.get('/api/v1/session/me')).status()).toBe(401)
})

test('a session that ended elsewhere leads back to the page after signing in anew', async ({ page, watch }) => {
  watch.expectedProblems.push(401)
  await signInAs(page, 'street03')
  await page.goto('/notices')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('通知')
  await callApi(page, 'GET', '/api/v1/session/me')
  await page.context().clearCookies()
  await page.getByText('只看未读').click()
  await expect(page).toHaveURL(/\/sign-in\?.*ended=1/)
  await expect(page.getByRole('alert')).toContainText('过期')
})

test('the second factor is set up with a real code and asked for at the next sign-in', async ({ page, watch }) => {
  watch.expectedProblems.push(401)
  await signInAs(page, 'partners')
  await page.goto('/account')
  const card = page.locator('section', { has: page.getByRole('heading', { name: '两步验证' }) })
  await card.getByLabel('密码').fill(PASSWORD)
  await card.getByRole('button', { name: '开始设置' }).click()
  await expect(card.getByRole('img', { name: /二维码/ })).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'session-second-factor')
  const secret = (await card.locator('code').textContent())!.trim()
  await card.getByLabel('动态验证码').fill(codeOf(secret))
  await card.getByRole('button', { name: '开启' }).click()
  await expect(card.getByRole('listitem')).toHaveCount(10)
  const recovery = (await card.getByRole('listitem').first().textContent())!.trim()

  await page.context().clearCookies()
  await page.goto('/sign-in')
  await page.getByLabel('账号').fill('partners')
  await page.getByLabel('密码', { exact: true }).fill(PASSWORD)
  await page.keyboard.press('Enter')
  await expect(page.getByLabel('动态验证码')).toBeFocused()
  await page.getByLabel('动态验证码').fill(recovery)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL('/')

  // as it was, so that the test can run again
  await page.goto('/account')
  await card.getByLabel('密码').fill(PASSWORD)
  await card.getByLabel('动态验证码').fill(codeOf(secret, Date.now() + 30_000))
  await card.getByRole('button', { name: '关闭两步验证' }).click()
  await expect(card.getByRole('button', { name: '开始设置' })).toBeVisible()
})

test('pages that are nobody’s and pages that are not yours say so', async ({ page }) => {
  await signInAs(page, 'health')
  await page.goto('/no-such-page')
  await expect(page.getByText('没有这个页面')).toBeVisible()
  await page.goto('/devices')
  await expect(page.getByText('此页面不在您的职责范围内')).toBeVisible()
  await expect(page.getByRole('navigation').getByText('手机设备')).toHaveCount(0)
})

test('language and theme change at once and are remembered', async ({ page }) => {
  await signInAs(page, 'admin')
  await page.goto('/calendar')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('工作日历')
  await expectChinese(page, /^chinesecalendar$/)
  await picture(page, 'calendar')
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Working calendar')
  await page.getByRole('button', { name: 'Switch to dark' }).click()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Working calendar')
  await expect(page.locator('html')).toHaveClass(/dark/)
  await expectAccessible(page)
  await picture(page, 'calendar-dark')
})
