// How distances and shares are written. Pure, so that it can be tested.
export const metres = (m: number): string => (m < 1000 ? `${m} m` : `${(m / 1000).toFixed(1)} km`)

/** Small shares are not nothing. */
export function percent(x: number): string {
  if (x > 0 && x < 0.001) return '< 0.1%'
  return `${Number((x * 100).toFixed(1))}%`
}
