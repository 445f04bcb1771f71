// Why a rule did not apply, read from the words in which the rule engine keeps it ("harm is unknown, needs true; …").

/** One objection; the page puts it into the language shown. `other` is shown as it stands. */
export type Why =
  | { kind: 'attribute'; code: string; known: string; needs: string }
  | { kind: 'penalties' | 'referrals'; known: string; needs: string }
  | { kind: 'site' | 'grid' | 'street' | 'district'; known: string }
  | { kind: 'time' | 'outside'; needs: string }
  | { kind: 'severity'; needs: string }
  | { kind: 'taken'; what: string; by: string }
  | { kind: 'other'; text: string }

type Reader = [RegExp, (found: string[]) => Why]
const READERS: Reader[] = [
  [
    /^([a-z_]+) is (\w+), needs (\w+)$/,
    ([code, known, needs]) => ({ kind: 'attribute', code: code!, known: known!, needs: needs! }),
  ],
  [
    /^prior (penalties|referrals) are (\w+), needs (\d+)$/,
    ([kind, known, needs]) => ({ kind: kind as 'penalties', known: known!, needs: needs! }),
  ],
  [/^site kind is (\w+)$/, ([known]) => ({ kind: 'site', known: known! })],
  [/^(grid|street|district) is (\w+)$/, ([kind, known]) => ({ kind: kind as 'grid', known: known! })],
  [/^time of capture is unknown, needs (.+)$/, ([needs]) => ({ kind: 'time', needs: needs! })],
  [/^captured outside (.+)$/, ([needs]) => ({ kind: 'outside', needs: needs! })],
  [/^no finding is (\w+) or worse$/, ([needs]) => ({ kind: 'severity', needs: needs! })],
  [/^(\S+) taken by (\S+)$/, ([what, by]) => ({ kind: 'taken', what: what!, by: by! })],
]

export function readWhy(text: string): Why[] {
  return text.split('; ').map((part) => {
    for (const [pattern, read] of READERS) {
      const found = pattern.exec(part)
      if (found) return read(found.slice(1))
    }
    return { kind: 'other', text: part }
  })
}
