// Sizes of files and disks in decimal units, as disks are sold: 512 B, 1.4 MB, 240 GB.
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

export function bytesText(n: number | null): string {
  if (n === null || !Number.isFinite(n)) return '—'
  let size = Math.abs(n)
  let unit = 0
  while (Number(size.toPrecision(3)) >= 1000 && unit < UNITS.length - 1) {
    size /= 1000
    unit++
  }
  const text = unit === 0 ? Math.round(size).toString() : size >= 100 ? size.toFixed(0) : size.toFixed(size >= 10 ? 1 : 2)
  return `${n < 0 ? '−' : ''}${text} ${UNITS[unit]!}`
}
