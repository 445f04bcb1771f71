// Rows of each list as the map's panes show them. Not here: what they are narrowed by (filters.ts).
import { computed, type Ref } from 'vue'
import { client, unwrap } from '@/api'
import { usePages } from '@/composables/pages'
import { useFormat } from '@/composables/format'
import { useWords } from '@/composables/words'
import { useWorkflow } from '@/composables/workflow'
import { SEVERITIES, type SeverityRank } from '@/components/map/points/types'
import type { Kind } from '@/components/map/palette'
import { i18n } from '@/app/i18n'
import type { Schema } from '@/api'

export type Row = {
  id: string
  name: string
  category: string
  severity: SeverityRank
  emergency: boolean
  status: string
  when: string
}
type Asked = Record<string, string>
type Raw = Schema<'ReportSummary'> | Schema<'Case'> | Schema<'Site'> | Schema<'Task'>
const LIMIT = 50

function fetchPage(
  kind: Kind,
  asked: Asked,
  cursor: string | undefined,
): Promise<{ items: Raw[]; next_cursor?: string | null }> {
  const query = { ...asked, limit: LIMIT, cursor } as object
  switch (kind) {
    case 'reports':
      return unwrap(client.GET('/api/v1/reports', { params: { query } }))
    case 'referrals':
      return unwrap(client.GET('/api/v1/cases', { params: { query } }))
    case 'sites':
      return unwrap(client.GET('/api/v1/sites', { params: { query } }))
    case 'tasks':
      return unwrap(client.GET('/api/v1/tasks', { params: { query } }))
  }
}

export function useRows(kind: Ref<Kind>, asked: Ref<Asked>) {
  const { label } = useWords()
  const { status } = useWorkflow()
  const { shortTime } = useFormat()
  const t = i18n.global.t as (key: string) => string
  const pages = usePages<Raw>(
    computed(() => ['map', 'rows', kind.value, asked.value]),
    (cursor) => fetchPage(kind.value, asked.value, cursor),
  )
  const rank = (code: string | null | undefined): SeverityRank =>
    Math.max(SEVERITIES.indexOf((code ?? 'none') as (typeof SEVERITIES)[number]), 0) as SeverityRank

  function rowOf(raw: Raw): Row {
    const common = { category: raw.category, severity: 0 as SeverityRank, emergency: false }
    if ('report_id' in raw && 'department' in raw)
      return {
        ...common,
        id: raw.id,
        name: raw.site_name || raw.site_address || t('map.noSite'),
        severity: rank(raw.severity),
        emergency: raw.emergency,
        status: status('referral', raw.status),
        when: shortTime(raw.captured_at),
      }
    if ('report_id' in raw)
      return {
        ...common,
        id: raw.report_id,
        name: raw.site_name || raw.site_address || t('map.noSite'),
        severity: rank(raw.severity),
        status: label('ReportStatus', raw.status),
        when: shortTime(raw.captured_at),
      }
    if ('due_at' in raw)
      return { ...common, id: raw.id, name: raw.title, status: status('task', raw.status), when: shortTime(raw.due_at) }
    return {
      ...common,
      id: raw.id,
      name: raw.name,
      status: label('SiteStatus', raw.status),
      when: shortTime(raw.last_visited_at),
    }
  }
  return { ...pages, rows: computed(() => pages.items.value.map(rowOf)) }
}
