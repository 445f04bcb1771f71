// What a person prefers on this machine: language, theme, width of the menu. Nothing secret, nothing of a case.
import { ref, watch, type Ref } from 'vue'

const PREFIX = 'gridpatrol.'

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name)
  } catch {
    return null // storage may be switched off: preferences then last as long as the page
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value)
  } catch {
    // as above
  }
}

/** A choice among `allowed` that is remembered on this machine; the first is the default. */
export function usePreference<T extends string>(name: string, allowed: readonly [T, ...T[]]): Ref<T> {
  const kept = read(name)
  const value = ref(allowed.find((one) => one === kept) ?? allowed[0]) as Ref<T>
  watch(value, (now) => write(name, now))
  return value
}
