// What every browser test has: a page signed in as somebody, and an eye on what must never happen.
import AxeBuilder from '@axe-core/playwright'
import { expect, test as base, type Page } from '@playwright/test'
import { fileURLToPath } from 'node:url'

export { expect }

const PASSWORD = process.env.DEMO_PASSWORD ?? ''
const SCREENS = fileURLToPath(new URL('../../api_docs/screens/', import.meta.url))

/** Sign in as `username` of the demo district, with the cookie of the console. */
export async function signInAs(page: Page, username: string): Promise<void> {
  const answer = await page.request.post('/api/v1/session/web', { data: { username, password: PASSWORD } })
  expect(answer.ok(), `${username} signs in: ${answer.status()} ${await answer.text()}`).toBe(true)
}

/** A call of the API with the page's own session, as the console makes it. */
export async function callApi<T>(page: Page, method: 'GET' | 'POST', path: string, data?: unknown): Promise<T> {
  const me = await (await page.request.get('/api/v1/session/me')).json()
  const answer = await page.request.fetch(path, { method, data, headers: { 'X-CSRF-Token': me.csrf_token } })
  expect(answer.ok(), `${method} ${path}: ${answer.status()} ${await answer.text()}`).toBe(true)
  return (await answer.json()) as T
}

type Watch = { expectedProblems: number[] }

/** `page` fails the test on script errors, refused policies, English labels without words, and answers of 500. */
export const test = base.extend<{ watch: Watch }>({
  watch: [
    async ({ page }, use) => {
      const seen: string[] = []
      const watch: Watch = { expectedProblems: [] }
      page.on('pageerror', (error) => seen.push(`script: ${error.message}`))
      page.on('console', (message) => {
        const text = message.text()
        if (message.type() === 'error' && !text.startsWith('Failed to load resource')) seen.push(`console: ${text}`)
      })
      page.on('response', (answer) => {
        const status = answer.status()
        if (status < 400 || watch.expectedProblems.includes(status)) return
        if (status === 401 && answer.url().endsWith('/session/me')) return
        seen.push(`${status}: ${answer.request().method()} ${answer.url()}`)
      })
      page.on('request', (request) => {
        const url = new URL(request.url())
        if (
          url.protocol.startsWith('http') &&
          url.origin !== new URL(page.url() === 'about:blank' ? request.url() : page.url()).origin
        )
          seen.push(`another host was asked: ${request.url()}`)
      })
      await use(watch)
      expect(seen).toEqual([])
    },
    { auto: true },
  ],
})

/** No serious finding of axe on what is shown. */
export async function expectAccessible(page: Page, without: string[] = []): Promise<void> {
  let builder = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'])
  for (const selector of without) builder = builder.exclude(selector)
  const { violations } = await builder.analyze()
  const serious = violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')
  expect(serious.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)).toEqual([])
}

// Names that are written the same in Chinese.
const NOT_ENGLISH =
  /^(English|GridPatrol|Excel|CSV|GeoJSON|GeoPackage|GPKG|Shapefile|GBK|QGIS|OGC|API|GPS|PDF|PNG|ID|URL|WMTS|XYZ|PMTiles|YAML|Webhook|webhook|CloudEvents|HTTP|HTTPS|TOTP|OpenLayers|km|min|max|EPSG|CGCS|SHA|zip|xlsx|Tab|Enter|Esc|Ctrl|Shift)$/

/** Chinese text that is cut off without saying its whole, and English words left over. */
export async function expectChinese(page: Page, allowed: RegExp = /^$/): Promise<void> {
  const found = await page.evaluate(() => {
    const cut: string[] = []
    const words: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      const text = [...element.childNodes]
        .filter((node) => node.nodeType === 3)
        .map((node) => node.textContent!.trim())
        .join(' ')
      if (!text || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue
      if (element.closest('.only-read-aloud, code, pre, [lang=en], script, style, [data-any-language]')) continue
      const isCut = element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflow === 'hidden'
      if (isCut && !element.closest('[title]') && /[\u4e00-\u9fff]/.test(text)) cut.push(text.slice(0, 60))
      words.push(...(text.match(/(?<![\w.@/:-])[A-Za-z]{3,}(?![\w.@/:-])/g) ?? []))
    }
    return { cut, words: [...new Set(words)] }
  })
  expect(found.cut, 'cut off').toEqual([])
  expect(
    found.words.filter((word) => !NOT_ENGLISH.test(word) && !allowed.test(word)),
    'English left over',
  ).toEqual([])
}

/** A picture of the page for api_docs/screens, where SCREENS is set; the test does not depend on it. */
export async function picture(page: Page, name: string): Promise<void> {
  if (!process.env.SCREENS) return
  await page.waitForLoadState('networkidle')
  await page.screenshot({ path: `${SCREENS}${name}.png`, animations: 'disabled' })
}
