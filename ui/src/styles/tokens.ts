// The colours of the house, in one place: CSS variables, map and charts are all made from here, and a test
// computes their contrast. Grade colours mean a grade and nothing else.

export const light = {
  page: '#F4F6F8',
  panel: '#FFFFFF',
  line: '#D9DFE6',
  text: '#1B2733',
  secondary: '#5B6B7B',
  accent: '#1F5FBF',
  'accent-pale': '#E8F0FB',
  hover: '#EEF3F8',
  danger: '#C62828',
  'field-line': '#8291A1',
  'button-line': '#B4C0CB',
  ok: '#2E6B4F',
  /** What wants care and is no grade: overdue, unsure. */
  warn: '#8A3B05',
} as const

/** The same on a telephone, which is read in the sun: every text at 7:1 and more on every ground above. */
export const sun = {
  ...light,
  secondary: '#3F4C59',
  accent: '#15468F',
  danger: '#981B1B',
  'field-line': '#66747F',
  'button-line': '#8291A1',
  ok: '#1F513A',
  warn: '#7A3500',
} as const

/** The wall. */
export const dark = {
  page: '#0E1621',
  panel: '#15212F',
  line: '#24364A',
  text: '#E6EDF5',
  secondary: '#A3B5C8',
  ok: '#6FBF9A',
} as const
/** Grades as text, marks and fills on a dark ground; on a fill stands the page's colour. */
export const gradeDark = { 1: '#EF5350', 2: '#F5923E', 3: '#F2C037', 4: '#5AA2EA' } as const
/** The same at arm's length, in the sun. */
export const gradeDarkSun = { 1: '#FF9A97', 2: '#F9A65E', 3: '#F2C037', 4: '#8CC0F5' } as const
export const mapDark = {
  ground: '#0E1621',
  land: '#15212F',
  green: '#16281F',
  water: '#133049',
  'water-ink': '#6E9CC4',
  road: '#2A3C50',
  'road-edge': '#0E1621',
  district: '#5B7590',
  label: '#A9BACB',
  building: '#1B2A3A',
} as const

/** 1 red Ⅰ … 4 blue Ⅳ, as text and marks on a light ground. */
export const gradeInk = { 1: '#C62828', 2: '#B54E07', 3: '#856600', 4: '#2B6CB0' } as const
/** As a filled ground, with the ink that stands on it. */
export const gradeFill = {
  1: { ground: '#C62828', ink: '#FFFFFF' },
  2: { ground: '#F08A3C', ink: '#1B2733' },
  3: { ground: '#F2C037', ink: '#1B2733' },
  4: { ground: '#2B6CB0', ink: '#FFFFFF' },
} as const
/** Both on a telephone. */
export const gradeInkSun = { 1: '#981B1B', 2: '#7A3500', 3: '#5C4600', 4: '#1B4A80' } as const
export const gradeFillSun = {
  1: { ground: '#981B1B', ink: '#FFFFFF' },
  2: { ground: '#F7A968', ink: '#1B2733' },
  3: { ground: '#F2C037', ink: '#1B2733' },
  4: { ground: '#1B4A80', ink: '#FFFFFF' },
} as const
/** Pale zones behind a chart; always with the limit written beside them. */
export const gradeZone = { 1: '#FBE9E9', 2: '#FDEFE4', 3: '#FCF6E0', 4: '#E9F1F9' } as const

export const map = {
  land: '#EEF1EE',
  water: '#CFE3F2',
  'water-ink': '#3E6F94',
  road: '#FFFFFF',
  'road-edge': '#CBD3DA',
  district: '#9AA8B5',
  label: '#3C4B59',
  halo: '#FFFFFF',
  building: '#E1E6E6',
} as const

/** Pipes by trade: thin lines under the points. None of them is a grade colour. */
export const trade: Record<string, string> = {
  gas: '#B0862F',
  water: '#4D8FAC',
  drainage: '#7D8A86',
  sewage: '#7D8A86',
  heat: '#A0627A',
  power: '#7A6BA8',
  communication: '#5E8A7A',
  gallery: '#77808A',
  oil: '#6B5B4B',
}
export const tradeOther = '#87919B'

/** For what is drawn on a canvas; the page itself has the same in base.css. */
export const fontStack = "-apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', system-ui, sans-serif"

export type Grade = 1 | 2 | 3 | 4

/** What is held in the hand: narrow, or pointed at with a finger. base.css asks the same. */
export const HANDHELD = '(max-width: 760px), (pointer: coarse)'

function paint(root: HTMLElement, bright: boolean): void {
  for (const [name, value] of Object.entries(bright ? sun : light)) root.style.setProperty(`--${name}`, value)
  for (const g of [1, 2, 3, 4] as const) {
    const fill = (bright ? gradeFillSun : gradeFill)[g]
    root.style.setProperty(`--grade-${g}`, (bright ? gradeInkSun : gradeInk)[g])
    root.style.setProperty(`--grade-${g}-ground`, fill.ground)
    root.style.setProperty(`--grade-${g}-ink`, fill.ink)
    root.style.setProperty(`--grade-${g}-zone`, gradeZone[g])
  }
}

export const handheld = (): boolean => window.matchMedia(HANDHELD).matches

/** Puts the colours on the document as CSS variables, and again when it changes hands. */
export function applyTokens(root: HTMLElement): void {
  const held = window.matchMedia(HANDHELD)
  paint(root, held.matches)
  held.addEventListener('change', () => { paint(root, held.matches) })
}
