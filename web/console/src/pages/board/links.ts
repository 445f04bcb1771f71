// Which page of the console shows the list behind a number. The server names the list and its query; a page that the console
// does not have, or that this person may not open, is none.
import type { Got } from '@/api'

export type Board = Got<'/api/v1/board'>
export type Card = Board['cards'][number]
export type Link = Card['link']
type Place = { path: string; query: Record<string, string> }

/** By the list's name, the pages that may show it, the best first; they take the query of the list as it is. */
const PAGES: Record<string, string[]> = {
  tasks: ['/tasks'],
  review: ['/reports/review', '/reports'],
  quarantine: ['/quarantine'],
  devices: ['/devices'],
  grids_without_lead: ['/responsibilities', '/grids'],
  cases: ['/cases'],
  clock_requests: ['/clock-requests', '/disputes'],
  responsibilities: ['/responsibilities'],
  users: ['/users'],
  webhooks: ['/webhooks'],
  calendar: ['/calendar'],
  rule_sets: ['/rule-sets', '/rules'],
  seals: ['/seals', '/audit'],
}
/** Numbers that have a desk of their own, where work goes on rather than a list. */
const DESKS: Record<string, string[]> = {
  to_triage: ['/triage'],
  returned: ['/triage'],
  disputes: ['/arbitration', '/disputes'],
  to_accept: ['/inbox'],
  to_start: ['/inbox'],
  in_handling: ['/inbox'],
}
/** Words that mean the same on a page as in the query of its list. */
const OWN_QUERY: Record<string, Record<string, string>> = {
  phones_unsent: { only: 'unsent' },
  grids_without_lead: { without_lead: 'true' },
}

/** Where a number leads, or null; `mayOpen` says whether a path is a page this person may open. */
export function placeOf(key: string, link: Link, mayOpen: (path: string) => boolean): Place | null {
  const path = [...(DESKS[key] ?? []), ...(PAGES[link.page] ?? [])].find(mayOpen)
  return path ? { path, query: { ...link.query, ...OWN_QUERY[key] } } : null
}
