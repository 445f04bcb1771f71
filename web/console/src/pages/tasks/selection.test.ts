import { describe, expect, it } from 'vitest'
import { ref } from 'vue'
import type { TaskMark } from './moves'
import { useSelection } from './selection'

const rows = ref(['a', 'b', 'c', 'd'].map((id) => ({ id }) as TaskMark))
const chosen = (selected: { value: TaskMark[] }): string => selected.value.map((one) => one.id).sort().join('') // prettier-ignore

describe('choosing rows', () => {
  it('takes a stretch in either direction, and lets one go again', () => {
    const selected = ref<TaskMark[]>([])
    const { choose } = useSelection(rows, selected)
    choose(rows.value[2]!, false)
    choose(rows.value[0]!, true)
    expect(chosen(selected)).toBe('abc')
    choose(rows.value[1]!, false)
    expect(chosen(selected)).toBe('ac')
  })
  it('takes a single row where no stretch has begun', () => {
    const selected = ref<TaskMark[]>([])
    useSelection(rows, selected).choose(rows.value[3]!, true)
    expect(chosen(selected)).toBe('d')
  })
  it('takes all, then none', () => {
    const selected = ref<TaskMark[]>([])
    const { chooseAll, areAllChosen } = useSelection(rows, selected)
    chooseAll()
    expect([chosen(selected), areAllChosen.value]).toEqual(['abcd', true])
    chooseAll()
    expect(chosen(selected)).toBe('')
  })
})
