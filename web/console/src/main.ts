// Starts the console.
import { createApp } from 'vue'
import { VueQueryPlugin } from '@tanstack/vue-query'
import 'element-plus/theme-chalk/base.css'
import 'element-plus/theme-chalk/dark/css-vars.css'
import './app/style.css'
import App from './app/App.vue'
import { i18n, language, showLanguage } from './app/i18n'
import { queryClient } from './app/queries'
import { router } from './app/router'

await showLanguage(language.value)
createApp(App).use(i18n).use(VueQueryPlugin, { queryClient }).use(router).mount('#app')
