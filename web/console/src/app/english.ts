// The English words, in a file of their own that only those load who ask for them.
import { gather } from './i18n'

export const english = gather(
  import.meta.glob(['../locales/en.json', '../pages/*/en.json'], { eager: true, import: 'default' }),
)
