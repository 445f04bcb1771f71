// What stands in the bar besides the account: slices add their own parts (search, notices) by a file bar.ts in their folder.
import type { Component } from 'vue'
import { defineAsyncComponent } from 'vue'

export type BarPart = { side: 'left' | 'right'; order: number; load: () => Promise<{ default: Component }> }

const files = import.meta.glob<{ part: BarPart }>('../pages/*/bar.ts', { eager: true })
const parts = Object.values(files)
  .map((file) => file.part)
  .sort((one, other) => one.order - other.order)
const on = (side: BarPart['side']): Component[] =>
  parts.filter((part) => part.side === side).map((part) => defineAsyncComponent(part.load))

export const bar = { left: on('left'), right: on('right') }
