// Keys for those who have 300 rows before lunch. They rest while somebody types or a dialog is open.
import { onMounted, onUnmounted } from 'vue'

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  return !!element?.closest?.(
    'input:not([type="checkbox"]), textarea, select, [contenteditable], [role="dialog"], .el-overlay, .el-popper',
  )
}

/** Enter and space belong to the button or link that has the focus, unless it stands in a list that leaves them to us. */
function isPressed(event: KeyboardEvent): boolean {
  if (event.key !== 'Enter' && event.key !== ' ') return false
  const element = event.target as HTMLElement | null
  return !!element?.closest?.('button, a[href], summary, [role="button"]') && !element.closest('[data-keys]')
}

/** Name of a key press: `j`, `Shift+J`, `Ctrl+Enter`, `Escape`. */
export function keyName(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  return [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.shiftKey && event.key.length > 1 ? 'Shift' : '', key]
    .filter(Boolean)
    .join('+')
}

export function useShortcuts(keys: Shortcuts): void {
  const listen = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.altKey || event.isComposing || isTyping(event.target) || isPressed(event))
      return
    const handler = keys[keyName(event)]
    if (!handler) return
    event.preventDefault()
    handler(event)
  }
  onMounted(() => document.addEventListener('keydown', listen))
  onUnmounted(() => document.removeEventListener('keydown', listen))
}
