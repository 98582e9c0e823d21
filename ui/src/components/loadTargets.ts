// What the figures of the load should be: data of the city (dictionary "alarm_target"), first filled with what ISA-18.2 recommends.
import { entryOf } from '@/api/meta'

export interface Target { target: number; most: number }

export function targetOf(code: string): Target | null {
  const extra = entryOf('alarm_target', code)?.extra as Partial<Target> | null | undefined
  return typeof extra?.target === 'number' && typeof extra.most === 'number' ? { target: extra.target, most: extra.most } : null
}

/** The share a grade should have of all alarms. */
export function mixOf(grade: number): number | null {
  const extra = entryOf('alarm_target', 'mix')?.extra as Record<string, number> | null | undefined
  return typeof extra?.[grade] === 'number' ? extra[grade] : null
}

export type Standing = 'good' | 'near' | 'bad'
export const standing = (value: number, t: Target): Standing => (value <= t.target ? 'good' : value <= t.most ? 'near' : 'bad')
