// Choosing rows of a list: one, a stretch from the one chosen last, or all.
import { computed, type Ref } from 'vue'
import type { TaskMark } from './moves'

/** The rows from `from` to `to`, whichever comes first. */
export function stretch<Row extends { id: string }>(rows: Row[], from: string | null, to: string): Row[] {
  const ends = [rows.findIndex((one) => one.id === from), rows.findIndex((one) => one.id === to)].sort((a, b) => a - b)
  return ends[0]! < 0 ? rows.filter((one) => one.id === to) : rows.slice(ends[0], ends[1]! + 1)
}

export function useSelection(rows: Ref<TaskMark[]>, selected: Ref<TaskMark[]>) {
  let last: string | null = null
  const ids = computed(() => new Set(selected.value.map((one) => one.id)))
  const isChosen = (row: { id: string }): boolean => ids.value.has(row.id)
  const areAllChosen = computed(() => rows.value.length > 0 && rows.value.every(isChosen))

  /** Chooses or leaves `row`; with `isStretch` all from the one chosen last to it become what it becomes. */
  const choose = (row: TaskMark, isStretch: boolean): void => {
    const wanted = isStretch ? stretch(rows.value, last, row.id) : [row]
    const isLeft = isChosen(row)
    last = row.id
    const concerned = new Set(wanted.map((one) => one.id))
    const others = selected.value.filter((one) => !concerned.has(one.id))
    selected.value = isLeft ? others : [...others, ...wanted]
  }
  const chooseAll = (): void => {
    selected.value = areAllChosen.value ? [] : [...rows.value]
  }
  return { isChosen, areAllChosen, choose, chooseAll }
}
