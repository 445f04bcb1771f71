// Words of the console. Each page folder has its own zh-CN.json and en.json; the words of codes come from the server.
import { createI18n } from 'vue-i18n'
import { watch } from 'vue'
import { useServerLanguage } from '@/api'
import { usePreference } from '@/composables/preferences'

export type Language = 'zh-CN' | 'en'
type Words = Record<string, unknown>
type Files = Record<string, { default: Words } | Words>

export const language = usePreference<Language>('language', ['zh-CN', 'en'])

/** `../pages/tasks/zh-CN.json` → words below `tasks`; `../locales/zh-CN.json` → words at the root. */
export function gather(files: Files): Words {
  const words: Words = {}
  for (const [path, file] of Object.entries(files)) {
    const content = ('default' in file ? file.default : file) as Words
    const slice = /pages\/([^/]+)\//.exec(path)?.[1]
    if (slice) words[slice] = { ...(words[slice] as Words | undefined), ...content }
    else Object.assign(words, content)
  }
  return words
}

const chinese = gather(
  import.meta.glob(['../locales/zh-CN.json', '../pages/*/zh-CN.json'], { eager: true, import: 'default' }),
)

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN',
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': chinese as Record<string, string> },
  missingWarn: import.meta.env.DEV,
  fallbackWarn: false,
})

/** Loads the words of `wanted` if they are not there yet, and shows them. */
export async function showLanguage(wanted: Language): Promise<void> {
  if (wanted === 'en' && !i18n.global.availableLocales.includes('en' as never)) {
    const { english } = await import('./english')
    i18n.global.setLocaleMessage('en' as never, english as never)
  }
  i18n.global.locale.value = wanted as never
  useServerLanguage(wanted)
  document.documentElement.lang = wanted
}

watch(language, (wanted) => void showLanguage(wanted))
