// Light, dark, or as the machine is set.
import { computed, ref, watchEffect } from 'vue'
import { usePreference } from '@/composables/preferences'

export const theme = usePreference<'auto' | 'light' | 'dark'>('theme', ['auto', 'light', 'dark'])
const machine = window.matchMedia('(prefers-color-scheme: dark)')
const machineIsDark = ref(machine.matches)
machine.addEventListener('change', (event) => (machineIsDark.value = event.matches))

export const isDark = computed(() => theme.value === 'dark' || (theme.value === 'auto' && machineIsDark.value))

watchEffect(() => document.documentElement.classList.toggle('dark', isDark.value))
