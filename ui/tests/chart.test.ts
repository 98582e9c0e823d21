import { expect, test } from 'vitest'
import { axisRange, csv, labelColumns, split, stats, withGaps, zones, type Limit, type Row } from '../src/chart/data'
import { timeOption } from '../src/chart/option'

const minute = 60_000
const rows: Row[] = [[0, 1], [minute, 2], [2 * minute, 9, 2], [3 * minute, 3, 1], [10 * minute, 4], [11 * minute, null, 2]]

test('bad readings stand apart, uncertain ones stay, gaps become holes', () => {
  const s = split(rows, minute)
  expect(s.bad).toEqual([[2 * minute, 9]])
  expect(s.uncertain).toEqual([[3 * minute, 3]])
  expect(s.line).toEqual([[0, 1], [minute, 2], [3 * minute, 3], [4 * minute, null], [10 * minute, 4]])
})

const every = (from: number, step: number, n: number): Row[] => Array.from({ length: n }, (_, i) => [from + i * step, i])

test('a change of pace is no gap, an outage is one', () => {
  const pace = [...every(0, 5 * minute, 12), ...every(60 * minute, 1000, 60)]
  expect(split(pace).line.filter(([, v]) => v === null)).toEqual([])
  const outage = [...every(0, 1000, 20), ...every(60 * minute, 1000, 20)]
  expect(split(outage).line.filter(([, v]) => v === null)).toHaveLength(1)
  expect(withGaps([[0, 1], [1e9, 2]], 0)).toEqual([[0, 1], [1e9, 2]])
  expect(withGaps([[0, 1], [1e9, 2]], minute)).toHaveLength(3)
})

test('a reading with a gap on both sides is drawn as a spot', () => {
  const alone = split([...every(0, minute, 10), [70 * minute, 7], ...every(140 * minute, minute, 10)])
  expect(alone.lonely).toEqual([[70 * minute, 7]])
})

test('a point that reports every five minutes has no gap in steps of one', () => {
  expect(split(every(0, 5 * minute, 6), minute).line).toHaveLength(6)
})

const limits: Limit[] = [{ grade: 1, limit: 80, dir: 'high' }, { grade: 3, limit: 50, dir: 'high' }, { grade: 2, limit: 5, dir: 'low' }]

test('the axis holds the data and the nearest limit on each side', () => {
  const [lo, hi] = axisRange([20, 30], limits)
  expect(lo).toBeLessThan(5)
  expect(hi).toBeGreaterThan(50)
  expect(hi).toBeLessThan(80)
  expect(axisRange([], [])).toEqual([expect.any(Number), expect.any(Number)])
  const [flatLo, flatHi] = axisRange([7, 7], [])
  expect(flatHi).toBeGreaterThan(flatLo)
})

test('zones reach from limit to limit and end at the axis', () => {
  expect(zones(limits, [0, 100])).toEqual([
    { grade: 3, from: 50, to: 80 }, { grade: 1, from: 80, to: 100 }, { grade: 2, from: 0, to: 5 },
  ])
  expect(zones(limits, [10, 60])).toEqual([{ grade: 3, from: 50, to: 60 }])
})

test('labels too near to each other go into columns', () => {
  expect(labelColumns([0.9, 0.6, 0.58, 0.55], 0.075)).toEqual([0, 0, 1, 2])
})

test('figures of a series leave the bad readings out', () => {
  expect(stats(rows)).toEqual({ n: 4, min: 1, max: 4, mean: 2.5, bad: 2 })
  expect(stats([]).n).toBe(0)
})

test('CSV begins with a mark for spreadsheet programs and keeps the quality', () => {
  expect(csv('A', 'm', [[0, 1.5], [1, null, 2]], String)).toBe('\uFEFFtime,point,value,unit,quality\r\n0,A,1.5,m,0\r\n1,A,,m,2\r\n')
})

test('the axis is in Beijing time', () => {
  const series = { rows, min: [], max: [], step: 0, gap: minute, unit: 'm', truncated: false }
  const option = timeOption({ series, limits, flags: [{ t: 0, grade: 1, text: 'x' }], from: 0, to: minute }) as { xAxis: { min: number }; useUTC: boolean }
  expect(option.useUTC).toBe(true)
  expect(option.xAxis.min).toBe(8 * 3_600_000)
})
