// House rules of the front: one client talks to the server, no inline style (the page's policy forbids it), small files.
import vue from 'eslint-plugin-vue'
import { defineConfigWithVueTs, vueTsConfigs } from '@vue/eslint-config-typescript'

const NO_NETWORK = ['fetch', 'XMLHttpRequest', 'EventSource', 'WebSocket'].map((name) => ({
  name,
  message: 'Only api/ talks to the server.',
}))
const NO_STORAGE = ['localStorage', 'sessionStorage'].map((name) => ({
  name,
  message: 'Preferences go through composables/preferences.ts; nothing secret is ever stored.',
}))

export default defineConfigWithVueTs(
  { ignores: ['shared/api/schema.d.ts', 'node_modules/**', 'test-results/**'] },
  vue.configs['flat/recommended'],
  vueTsConfigs.recommended,
  {
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'no-restricted-globals': ['error', ...NO_NETWORK, ...NO_STORAGE],
      'no-restricted-imports': ['error', { paths: [{ name: 'openapi-fetch', message: 'Import from @/api.' }] }],
      'no-console': 'error',
      eqeqeq: 'error',
      'vue/no-static-inline-styles': 'error',
      'vue/no-v-html': 'error',
      'vue/multi-word-component-names': 'off',
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/require-default-prop': 'off', // an optional prop of TypeScript is undefined, and says so
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/block-order': ['error', { order: ['script', 'template', 'style'] }],
      'vue/component-api-style': ['error', ['script-setup']],
    },
  },
  {
    files: ['console/src/api/**', 'console/vite.config.ts', 'tests/**'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-imports': 'off' },
  },
  { files: ['console/src/composables/preferences.ts'], rules: { 'no-restricted-globals': ['error', ...NO_NETWORK] } },
  { files: ['tests/**', '**/*.test.ts'], rules: { 'max-lines-per-function': 'off' } },
)
