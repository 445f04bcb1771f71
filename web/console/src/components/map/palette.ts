// Colours of maps. A canvas cannot read the page's variables, so they stand here once, for paper (light) and for dark.
// Checked for the three common kinds of colour blindness: shades run from light to dark, marks differ in lightness too.

export type Look = 'light' | 'dark'

export const GROUND_COLOURS = {
  light: {
    sea: '#e9eef2',
    land: '#fbfcfb',
    grid: '#c3ccd6',
    street: '#8c9bac',
    district: '#5f7186',
    halo: 'rgba(95, 113, 134, 0.16)',
    text: '#4a5869',
    quiet: '#6c7a8a',
    textHalo: 'rgba(255, 255, 255, 0.92)',
    chosen: '#0b57d0',
    hover: 'rgba(11, 87, 208, 0.10)',
    drawn: '#c2410c',
    drawnFill: 'rgba(194, 65, 12, 0.08)',
  },
  dark: {
    sea: '#14181d',
    land: '#1d232a',
    grid: '#39434e',
    street: '#5f6d7c',
    district: '#8695a6',
    halo: 'rgba(134, 149, 166, 0.14)',
    text: '#c9d3de',
    quiet: '#93a1b0',
    textHalo: 'rgba(20, 24, 29, 0.9)',
    chosen: '#8ab8ff',
    hover: 'rgba(138, 184, 255, 0.14)',
    drawn: '#ffb38a',
    drawnFill: 'rgba(255, 179, 138, 0.12)',
  },
} as const

/** Little to much. Cool, so that marks in warm colours stand out on them. */
export const SHADES = {
  light: ['#dcefeb', '#abd8d3', '#75babf', '#3f93a5', '#1f6884'],
  dark: ['#20393e', '#245660', '#2f7885', '#4aa3ad', '#8fd3d0'],
} as const

/** Much less, via the same, to much more. */
export const TURNS = {
  light: ['#1f6f8b', '#6fb0c2', '#c4e0e6', '#f4f3ef', '#f5d3ae', '#e39a54', '#b35806'],
  dark: ['#6fc7e0', '#3a8ba3', '#26505e', '#2a2f36', '#64452a', '#b06d2d', '#f2a95c'],
} as const

/** How grave; also told by size and, for emergencies, by a second ring. */
export const SEVERITY_COLOURS = {
  light: { none: '#7b8794', low: '#7b8794', medium: '#e0a100', high: '#d9480f', emergency: '#a30d2d' },
  dark: { none: '#9aa6b2', low: '#9aa6b2', medium: '#f4c542', high: '#ff7a3d', emergency: '#ff4d6d' },
} as const
/** What is drawn upon these. */
export const SEVERITY_INK = { none: '#fff', low: '#fff', medium: '#2b2200', high: '#fff', emergency: '#fff' } as const

export type Kind = 'reports' | 'referrals' | 'sites' | 'tasks'

export const KIND_COLOURS: Record<Look, Record<Kind, { fill: string; ink: string; edge: string }>> = {
  light: {
    referrals: { fill: '#243447', ink: '#ffffff', edge: '#ffffff' },
    reports: { fill: '#ffffff', ink: '#243447', edge: '#8796a6' },
    sites: { fill: '#0b7a6b', ink: '#ffffff', edge: '#ffffff' },
    tasks: { fill: '#6b4fb5', ink: '#ffffff', edge: '#ffffff' },
  },
  dark: {
    referrals: { fill: '#e8edf3', ink: '#18202a', edge: '#12161b' },
    reports: { fill: '#2a333e', ink: '#e8edf3', edge: '#93a1b0' },
    sites: { fill: '#3fb8a5', ink: '#06231f', edge: '#12161b' },
    tasks: { fill: '#ab93ee', ink: '#1b1038', edge: '#12161b' },
  },
}
