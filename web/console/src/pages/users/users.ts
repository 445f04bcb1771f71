// Roles as a form edits them, and passwords made here. Not here: which roles may stand together; the server knows.
import { addDays } from '@/composables/format'
import type { Schema } from '@/api'

export type User = Schema<'User'>
export type Grant = Schema<'RoleGrant'>

/** A role in the form. `until` is the last day it holds, as people say it; the server's end is the first day without. */
export type RoleDraft = { role: Grant['role'] | ''; street: string; department: string; from: string; until: string }

export const draftOf = (role: User['roles'][number]): RoleDraft => ({
  role: role.role as Grant['role'],
  street: role.street_code ?? '',
  department: role.department ?? '',
  from: role.valid_from,
  until: role.valid_to ? addDays(role.valid_to, -1) : '',
})

export const newDraft = (day: string): RoleDraft => ({ role: '', street: '', department: '', from: day, until: '' })

/** What the server gets; lines without a role are left out. */
export function grantsOf(drafts: RoleDraft[]): Grant[] {
  return drafts
    .filter((one) => one.role !== '')
    .map((one) => ({
      role: one.role as Grant['role'],
      street_code: one.street || null,
      department: one.department || null,
      valid_from: one.from || null,
      valid_to: one.until ? addDays(one.until, 1) : null,
    }))
}

// Without letters and digits that are mistaken for one another when they are read from paper.
const LETTERS = 'abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** A temporary password in four groups, easy to read out: 16 signs drawn evenly. */
export function makePassword(
  random: (bytes: Uint8Array) => Uint8Array = (bytes) => crypto.getRandomValues(bytes),
): string {
  const limit = 256 - (256 % LETTERS.length)
  let signs = ''
  while (signs.length < 16) {
    for (const byte of random(new Uint8Array(32)))
      if (byte < limit && signs.length < 16) signs += LETTERS[byte % LETTERS.length]
  }
  return signs.match(/.{4}/g)!.join('-')
}
