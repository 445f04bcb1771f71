// Triage by keyboard, the departments' inbox, arbitration, the list, one case and its sheet: each from a report made for it.
import { type Page } from '@playwright/test'
import { callApi, expect, expectAccessible, expectChinese, picture, signInAs, test } from './console'
import { CLINIC, reportCases, Somebody } from './fieldwork'

type Case = { id: string; status: string; department: string | null; version: number; outcome_code: string | null }
const someName = (what: string): string => `${what}${Math.floor(Math.random() * 1e6)}`
const caseOf = (page: Page, id: string): Promise<Case> => callApi<Case>(page, 'GET', `/api/v1/referrals/${id}`)
const opened = (page: Page, id: string) => page.locator(`[data-case="${id}"]`)
const becomes = (page: Page, id: string, status: string) =>
  expect.poll(async () => (await caseOf(page, id)).status).toBe(status)

test('the bureau decides case after case by keyboard', async ({ page }) => {
  test.slow()
  const made = await reportCases(
    'worker01',
    [1, 2, 3, 4, 5].map(() => ({ name: someName('研判门面') })),
  )
  const [first, second, third, fourth, fifth] = made.map((one) => one.id) as [string, string, string, string, string]
  await signInAs(page, 'bureau')
  await page.goto(`/triage?case=${first}`)
  await expect(opened(page, first)).toBeVisible()
  await expect(page.locator('[aria-current="true"]')).toContainText(made[0]!.site_name)
  await expectAccessible(page)
  await expectChinese(page, /^(putuo|danger|harm|poison)$/)
  await picture(page, 'cases-triage')

  await page.keyboard.press('Enter') // confirm: the next row opens by itself
  await expect(opened(page, second)).toBeVisible()
  await becomes(page, first, 'routed')
  await page.keyboard.press('u')
  await expect(opened(page, first)).toBeVisible()
  await becomes(page, first, 'pending_triage')

  await page.keyboard.press('j')
  await expect(opened(page, second)).toBeVisible()
  await page.keyboard.press('c')
  const dialog = page.getByRole('dialog', { name: '派发' })
  await dialog.getByRole('combobox').first().fill('市场监督')
  await page.keyboard.press('ArrowDown')
  await dialog.getByRole('textbox', { name: '理由' }).fill('无照经营，由市场监管部门主办')
  await picture(page, 'cases-triage-route')
  await page.keyboard.press('Control+Enter')
  await becomes(page, second, 'routed')
  expect((await caseOf(page, second)).department).toBe('putuo.market')

  await expect(opened(page, third)).toBeVisible()
  await page.keyboard.press('d')
  const why = page.getByRole('dialog', { name: '不予派发' })
  await why.getByText('不属实', { exact: true }).click()
  await why.getByRole('textbox', { name: '理由' }).fill('现场为居民自用')
  await page.keyboard.press('Control+Enter')
  await becomes(page, third, 'closed')

  await expect(opened(page, fourth)).toBeVisible()
  await page.keyboard.press(' ')
  await page.keyboard.press('j')
  await page.keyboard.press(' ')
  await page.getByRole('group', { name: '批量操作' }).getByRole('button', { name: '确认派发' }).click()
  await becomes(page, fourth, 'routed')
  await becomes(page, fifth, 'routed')
})

test('a department accepts, answers with material, and gives back', async ({ page }) => {
  test.slow()
  const told = { ...CLINIC }
  const made = await reportCases('worker01', [
    { ...told, name: someName('签收诊所') },
    { ...told, name: someName('退单诊所') },
  ])
  const [kept, returned] = made.map((one) => one.id) as [string, string]
  await signInAs(page, 'health')
  await page.goto(`/inbox?case=${kept}`)
  await expect(opened(page, kept)).toBeVisible()
  await expectAccessible(page)
  await expectChinese(page, /^(putuo|danger|harm|poison)$/)
  await picture(page, 'cases-inbox')
  await page.keyboard.press('a')
  await becomes(page, kept, 'accepted')
  await page.goto(`/inbox?tab=accepted&case=${kept}`)
  await expect(opened(page, kept)).toBeVisible()
  await page.keyboard.press('s')
  await becomes(page, kept, 'handling')
  await page.goto(`/inbox?tab=handling&case=${kept}`)
  await expect(opened(page, kept)).toBeVisible()
  await page.keyboard.press('h')
  const dialog = page.getByRole('dialog', { name: '反馈' })
  await dialog.getByText('属实-当场整改', { exact: true }).click()
  await dialog.getByRole('textbox', { name: '说明', exact: true }).first().fill('已当场停止诊疗活动')
  await dialog.getByRole('button', { name: '登记文书' }).click()
  await dialog.getByRole('textbox', { name: '名称' }).fill('现场检查笔录')
  await dialog.getByRole('textbox', { name: '文号' }).fill('普卫检〔2026〕1号')
  await picture(page, 'cases-inbox-answer')
  await page.keyboard.press('Control+Enter')
  await becomes(page, kept, 'handled')
  expect((await caseOf(page, kept)).outcome_code).toBe('founded_corrected_on_site')

  await page.goto(`/inbox?case=${returned}`)
  await expect(opened(page, returned)).toBeVisible()
  await page.keyboard.press('r')
  const back = page.getByRole('dialog', { name: '退单' })
  await page.keyboard.press('Control+Enter') // nothing chosen yet: it says what is missing and stays
  await expect(back.getByText('此项必填').first()).toBeVisible()
  await back.getByText('不属于本部门职责').click()
  await back.getByRole('textbox', { name: '理由' }).fill('场所无照为主')
  await page.keyboard.press('Control+Enter')
  await becomes(page, returned, 'returned')
})

test('the operations centre rules on a case that was returned twice', async ({ page }) => {
  test.slow()
  const [made] = await reportCases('worker01', [{ ...CLINIC, name: someName('争议诊所') }])
  const act = (who: Somebody, action: string, details: object) =>
    who.post(`/api/v1/referrals/${made!.id}/actions/${action}`, details)
  const [health, market, bureau] = await Promise.all(
    ['health', 'market', 'bureau'].map((name) => Somebody.signIn(name)),
  )
  await act(health!, 'return', {
    return_code: 'not_our_function',
    reason: '无照为主',
    proposed_department: 'putuo.market',
  })
  await signInAs(page, 'bureau')
  await page.goto(`/disputes?case=${made!.id}`)
  await expect(opened(page, made!.id).getByText('无照为主', { exact: true }).first()).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'cases-disputes')
  await act(bureau!, 'route', { department: 'putuo.market', reason: '按退单建议改派' })
  await act(market!, 'return', { return_code: 'not_our_function', reason: '属诊疗活动' })

  await signInAs(page, 'cityops')
  await page.goto(`/arbitration?case=${made!.id}`)
  const open = opened(page, made!.id)
  await expect(open.getByText('属诊疗活动', { exact: true }).first()).toBeVisible()
  await expect(open.getByText('无照为主', { exact: true }).first()).toBeVisible()
  await expectAccessible(page)
  await expectChinese(page, /^(putuo|danger|harm|poison)$/)
  await picture(page, 'cases-arbitration')
  await page.keyboard.press('a')
  const dialog = page.getByRole('dialog', { name: '裁定' })
  await dialog.getByRole('combobox').first().fill('卫生健康')
  await page.keyboard.press('ArrowDown')
  await dialog.getByRole('textbox', { name: '理由' }).fill('未取得许可的诊疗活动由卫健主管')
  await page.keyboard.press('Control+Enter')
  await becomes(page, made!.id, 'routed')
  expect((await caseOf(page, made!.id)).department).toBe('putuo.health')
})

test('cases are found, opened beside the list, whole, and printed', async ({ page }) => {
  test.slow()
  const name = someName('查找诊所')
  const [made] = await reportCases('worker01', [{ ...CLINIC, name }])
  await signInAs(page, 'bureau')
  await page.goto('/cases')
  await page.getByRole('textbox', { name: /搜索场所/ }).fill(name)
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(/q=/)
  await page
    .getByRole('row', { name: new RegExp(name) })
    .getByRole('button')
    .click()
  await expect(opened(page, made!.id)).toBeVisible()
  await page.goto(`/cases?counts=1&case=${made!.id}`)
  await expect(opened(page, made!.id)).toBeVisible()
  await expectAccessible(page)
  await expectChinese(page, /^(putuo|danger|harm|poison)$/)
  await picture(page, 'cases-list')

  await page.getByRole('link', { name: '完整案卷' }).click()
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible()
  await page.getByRole('button', { name: '发起联合处置' }).click()
  await page.getByRole('dialog').getByRole('button', { name: '确定' }).click()
  await expect(page.getByText('未答复').first()).toBeVisible()
  await expectAccessible(page)
  await picture(page, 'cases-one')

  await page.goto(`/cases/${made!.id}/print`)
  await expect(page.getByRole('heading', { name: '案件办理单' })).toBeVisible()
  await expect(page.getByText(name)).toBeVisible()
  await expectAccessible(page)
  await expectChinese(page, /^(putuo|danger|harm|poison|CGCS2000)$/)
  await picture(page, 'cases-print')
})

test('in English and in the dark', async ({ page }) => {
  await signInAs(page, 'bureau')
  await page.addInitScript(() => {
    localStorage.setItem('gridpatrol.language', 'en')
    localStorage.setItem('gridpatrol.theme', 'dark')
  })
  await page.goto('/triage?tab=returned')
  await expect(page.getByRole('heading', { name: 'Triage inbox' })).toBeVisible()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog', { name: 'Keys' })).toBeHidden()
  await expectAccessible(page)
  await picture(page, 'cases-triage-dark')
})
