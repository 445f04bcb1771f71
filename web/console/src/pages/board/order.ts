// Orders of the board.

/** Whose time ends first comes first; what has no end comes last. */
export function byDue(one: { due_at?: string | null }, other: { due_at?: string | null }): number {
  return (one.due_at ? Date.parse(one.due_at) : Infinity) - (other.due_at ? Date.parse(other.due_at) : Infinity) || 0
}
