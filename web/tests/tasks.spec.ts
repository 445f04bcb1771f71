// Board and tasks: what a street coordinator does in a morning, in the browser, with its effect asked for through the API.
import type { Page } from '@playwright/test'
import { callApi, expect, expectAccessible, expectChinese, picture, signInAs, test } from './console'

type Task = {
  id: string
  code: string
  title: string
  status: string
  assignee_id: string | null
  due_at: string | null
}
type Feature = { id: string; properties: { lead: { id: string } | null } }
const DUE = '2099-12-31T23:59:59+08:00'

const myGrids = async (page: Page): Promise<Feature[]> => {
  const me = await callApi<{ roles: { street_code: string | null }[] }>(page, 'GET', '/api/v1/session/me')
  const street = me.roles.find((one) => one.street_code)!.street_code
  const found = await callApi<{ features: Feature[] }>(page, 'GET', `/api/v1/grids?street=${street}&geometry=false`)
  return found.features
}
const newTask = async (page: Page, values: object = {}): Promise<Task> => {
  const grid = (await myGrids(page)).find((one) => one.properties.lead)!
  const body = {
    category: 'water_vending',
    grid_code: grid.id,
    due_at: DUE,
    title: `试验任务 ${Date.now()}`,
    ...values,
  }
  return callApi<Task>(page, 'POST', '/api/v1/tasks', body)
}
const show = (page: Page, id: string): Promise<Task> => callApi<Task>(page, 'GET', `/api/v1/tasks/${id}`)
const cancel = (page: Page, ids: string[]): Promise<unknown> =>
  callApi(page, 'POST', '/api/v1/tasks/bulk/cancel', { items: ids.map((id) => ({ id })), reason: '试验结束' })
const openWords = (page: Page, words: string, view = 'list'): Promise<unknown> =>
  page.goto(`/tasks?view=${view}&q=${encodeURIComponent(words)}`)

/** Chooses in a list that has no field to type into: its text lies over the input. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).click({ force: true })
  await page.getByRole('option', { name: option }).click()
}

test('the board leads to the list behind each number', async ({ page }) => {
  await signInAs(page, 'street01')
  await page.goto('/')
  const card = page.locator('[data-card=tasks_submitted]')
  const count = await card.locator('.number').innerText()
  await expect(page.getByText(/更新于/)).toBeVisible()
  await expectChinese(page)
  await expectAccessible(page)
  await picture(page, 'board-coordinator')
  await card.getByRole('link').click()
  await expect(page).toHaveURL(/\/tasks\?status=submitted/)
  await expect(page.getByRole('button', { name: `已提交 ${count}` })).toHaveAttribute('aria-pressed', 'true')
})

test('every role has a board of its own', async ({ page }) => {
  for (const [user, card] of [
    ['bureau', 'to_triage'],
    ['market', 'to_accept'],
    ['cityops', 'disputes'],
    ['admin', 'users_without_role'],
    ['auditor', 'events_unsealed'],
  ] as const) {
    await signInAs(page, user)
    await page.goto('/')
    await expect(page.locator(`[data-card=${card}]`)).toBeVisible()
    await expectChinese(page)
    if (user === 'bureau') await picture(page, 'board-bureau')
  }
})

test('a task is made with the worker whom duty proposes, and taken back', async ({ page }) => {
  await signInAs(page, 'street01')
  await page.goto('/tasks/new')
  await page.getByText('网格', { exact: true }).first().click()
  await page.getByRole('combobox', { name: '网格', exact: true }).click()
  await page.getByRole('option').first().click()
  await choose(page, '类别', '现制现售水')
  await expect(page.getByText(/推荐 .+主责/)).toBeVisible()
  await expectChinese(page)
  await expectAccessible(page)
  await picture(page, 'tasks-new')
  await page.getByRole('button', { name: '保存并下达' }).click()
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}/)
  const id = page.url().split('/').at(-1)!.split('?')[0]!
  const made = await show(page, id)
  expect([made.status, made.assignee_id !== null]).toEqual(['assigned', true])
  await expect(page.getByRole('heading', { name: made.title.split('：')[0]! })).toBeVisible()
  await picture(page, 'tasks-detail')
  await page.getByText('点击此处撤销').click()
  await expect.poll(async () => (await show(page, id)).status).toBe('cancelled')
})

test('tasks are chosen by keys and given out together; the drawer tells what happened', async ({ page }) => {
  await signInAs(page, 'street01')
  const words = `成批 ${Date.now()}`
  const made = [await newTask(page, { title: `${words} 一` }), await newTask(page, { title: `${words} 二` })]
  await openWords(page, words)
  const rows = page.locator('tbody tr')
  await expect(rows).toHaveCount(2)
  await page.getByRole('heading', { name: '巡查任务' }).click()
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await expect(page.getByText('已选 2 项')).toBeVisible()
  await picture(page, 'tasks-list')
  await page.getByRole('button', { name: '下达 / 改派（2）' }).click()
  const dialog = page.getByRole('dialog', { name: '下达 2 项任务' })
  await dialog.getByRole('combobox', { name: '网格员' }).click()
  await page.getByRole('option').filter({ hasText: '主责' }).first().click()
  await dialog.getByRole('button', { name: '下达', exact: true }).click()
  await expect(page.getByText('已下达 2 项任务')).toBeVisible()
  for (const task of made) expect((await show(page, task.id)).status).toBe('assigned')
  await rows.first().press('Enter')
  const drawer = page.getByRole('dialog').filter({ hasText: '办理记录' })
  await expect(drawer.getByText('待下达')).toBeVisible()
  await drawer.getByRole('button', { name: '取消', exact: true }).click()
  await page.getByLabel('原因').fill('试验结束')
  await page.getByRole('button', { name: '确定' }).click()
  await expect(drawer.getByText('原因：试验结束')).toBeVisible()
  await cancel(page, made.map((one) => one.id)) // prettier-ignore
})

test('the board of tasks takes a drop on a worker and says why it refuses another', async ({ page }) => {
  await signInAs(page, 'street01')
  const words = `看板 ${Date.now()}`
  const task = await newTask(page, { title: words })
  await openWords(page, words, 'board')
  const card = page.getByRole('article', { name: words })
  await expect(card).toBeVisible()
  await expectChinese(page)
  await expectAccessible(page)
  await card.dragTo(page.locator('section[data-status=accepted]'))
  await expect(page.getByText('“待下达”的任务不能移到“已接受”。')).toBeVisible()
  await card.dragTo(page.locator('[data-worker]').first())
  await expect(page.locator('section[data-status=assigned]').getByRole('article', { name: words })).toBeVisible()
  expect((await show(page, task.id)).status).toBe('assigned')
  await page.getByRole('button', { name: `任务 ${task.code} 的操作` }).press('Enter')
  await page.getByRole('menuitem', { name: '取消' }).press('Enter')
  await page.getByLabel('原因').fill('试验结束')
  await page.getByRole('button', { name: '确定' }).click()
  await expect.poll(async () => (await show(page, task.id)).status).toBe('cancelled')
  if (process.env.SCREENS) {
    await page.goto('/tasks?view=board')
    await expect(page.getByRole('article').first()).toBeVisible()
    await picture(page, 'tasks-board')
  }
})

test('proposals are accepted with their reasons', async ({ page }) => {
  await signInAs(page, 'street01')
  const task = await newTask(page)
  await page.goto('/tasks/proposals')
  const row = page.getByRole('row').filter({ hasText: task.title })
  await expect(row).toContainText('主责')
  await expectChinese(page)
  await picture(page, 'tasks-proposals')
  await page.getByRole('checkbox', { name: '全选' }).uncheck()
  await row.getByRole('checkbox').check()
  await page.getByRole('button', { name: '下达选中的 1 项' }).click()
  await expect(row).toHaveCount(0)
  expect((await show(page, task.id)).assignee_id).not.toBeNull()
  await cancel(page, [task.id])
})

test('a file is judged, mended in the page and taken over as a whole', async ({ page }) => {
  await signInAs(page, 'street01')
  const [first, second] = await myGrids(page)
  await page.goto('/tasks/import')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: '下载模板' }).click()
  expect((await download).suggestedFilename()).toBe('任务导入模板.xlsx')
  const words = `导入 ${Date.now()}`
  const table = `网格编码,巡查类别,任务名称\n${first!.id},现制现售水,${words}\n1${second!.id.slice(1)},现制现售水,${words}\n`
  const file = { name: '任务.csv', mimeType: 'text/csv', buffer: Buffer.from(table) }
  await page.locator('input[type=file]').setInputFiles(file)
  await expect(page.getByText('1 处问题')).toBeVisible()
  await expect(page.getByRole('button', { name: '创建 2 项任务' })).toBeDisabled()
  await expectChinese(page)
  await expectAccessible(page)
  await picture(page, 'tasks-import')
  await page.getByLabel('第 3 行，网格编码').fill(second!.id)
  await page.getByRole('button', { name: '重新检查' }).click()
  await expect(page.getByText('全部正确，可以导入')).toBeVisible()
  await page.getByRole('button', { name: '创建 2 项任务' }).click()
  await expect(page.locator('#page').getByRole('heading', { name: '已创建 2 项任务' })).toBeVisible()
  const found = await callApi<{ items: Task[] }>(page, 'GET', `/api/v1/tasks?q=${encodeURIComponent(words)}`)
  expect(found.items).toHaveLength(2)
  await cancel(page, found.items.map((one) => one.id)) // prettier-ignore
})

test('an area drawn on the map becomes tasks, spread over days, and is taken back', async ({ page }) => {
  await signInAs(page, 'street01')
  await page.goto('/tasks/draw')
  await page.getByText('网格', { exact: true }).first().click()
  await choose(page, '类别', '现制现售水')
  await choose(page, '类型', '投诉核查')
  const map = (await page.getByRole('application').boundingBox())!
  const at = (x: number, y: number): [number, number] => [map.x + map.width * x, map.y + map.height * y]
  await page.getByRole('button', { name: '手绘' }).click()
  await page.mouse.move(...at(0.04, 0.16))
  await page.mouse.down()
  for (const corner of [at(0.96, 0.16), at(0.96, 0.96), at(0.04, 0.96), at(0.04, 0.2)]) await page.mouse.move(...corner, { steps: 6 }) // prettier-ignore
  await page.mouse.up()
  await expect(page.getByText(/范围内 \d+ 处/)).toBeVisible()
  const boxes = page.getByRole('list', { name: '范围内的场所或网格' }).getByRole('checkbox')
  for (const box of await boxes.all()) await box.setChecked(true)
  await page.getByRole('spinbutton', { name: '天' }).fill('2')
  await page.getByRole('spinbutton', { name: '天' }).press('Enter')
  await expectChinese(page)
  await expectAccessible(page)
  await picture(page, 'tasks-draw')
  const count = await boxes.count()
  expect(count).toBeGreaterThan(1)
  const answered = page.waitForResponse((one) => one.url().endsWith('/tasks/bulk'))
  await page.getByRole('button', { name: `创建 ${count} 项任务` }).click()
  const { items } = (await (await answered).json()) as { items: Task[] }
  const days = new Set(await Promise.all(items.map(async (one) => (await show(page, one.id)).due_at)))
  expect([items.length, days.size]).toEqual([count, 2])
  await page.getByRole('button', { name: `撤销这 ${count} 项` }).click()
  await expect.poll(async () => (await show(page, items[0]!.id)).status).toBe('cancelled')
})

test('the map chooses tasks by what is in view, in the dark and in English too', async ({ page }) => {
  await signInAs(page, 'street01')
  const words = `地图 ${Date.now()}`
  const task = await newTask(page, { title: words })
  await openWords(page, words, 'map')
  await expect(page.getByText('地图上 1 项任务')).toBeVisible()
  await page.getByRole('button', { name: '当前视野' }).click()
  await expect(page.getByText('已选 1 项')).toBeVisible()
  await expectAccessible(page)
  await page.getByRole('button', { name: '切换到深色' }).click()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'English' }).click()
  await expect(page.getByText('1 chosen')).toBeVisible()
  await page.getByRole('button', { name: 'Cancel (1)' }).click()
  await page.getByLabel('Reason').fill('only a trial')
  await page
    .getByRole('button', { name: 'OK', exact: true })
    .or(page.getByRole('button', { name: 'Confirm' }))
    .click()
  await expect.poll(async () => (await show(page, task.id)).status).toBe('cancelled')
})

test('a task that was declined shows why and is given to somebody else', async ({ page, context }) => {
  await signInAs(page, 'street01')
  const task = await newTask(page, { by_responsibility: true })
  const holder = await callApi<{ assignee_name: string }>(page, 'GET', `/api/v1/tasks/${task.id}`)
  const workers = await callApi<{ items: { id: string; username: string; name: string }[] }>(
    page,
    'GET',
    '/api/v1/tasks/workers',
  )
  const username = workers.items.find((one) => one.name === holder.assignee_name)!.username
  await context.clearCookies()
  await signInAs(page, username)
  await callApi(page, 'POST', `/api/v1/tasks/${task.id}/actions/decline`, { reason: '今日培训' })
  await context.clearCookies()
  await signInAs(page, 'street01')
  await page.goto(`/tasks/${task.id}`)
  const drawer = page.getByRole('dialog').filter({ hasText: '办理记录' })
  await expect(drawer.getByRole('alert')).toContainText('今日培训')
  await drawer.getByRole('button', { name: '下达' }).click()
  await page
    .getByRole('dialog', { name: /^下达：/ })
    .getByText('按网格责任分别下达')
    .click()
  await page
    .getByRole('dialog', { name: /^下达：/ })
    .getByRole('button', { name: '下达', exact: true })
    .click()
  await expect.poll(async () => (await show(page, task.id)).status).toBe('assigned')
  await cancel(page, [task.id])
})
