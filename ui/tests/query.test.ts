import { expect, test } from 'vitest'
import type { Entity, Field } from '../src/api/types'
import { queryText } from '../src/api/http'
import { filterKeys, nextSort, readState, toAddress, toQuery } from '../src/api/query'
import { alarmAddress, alarmQuery, readAlarmFilter } from '../src/components/alarmFilter'
import { changedFields, initialValues, presetValues } from '../src/components/edit'
import { checkField } from '../src/components/validate'

const f = (name: string, type: Field['type'], more: Partial<Field> = {}): Field => ({ name, type, label: { zh: name, en: name }, ...more })
const entity: Entity = {
  name: 'point', plural: 'points', title: { zh: '测点', en: 'Points' }, sort: 'code', can_write: true, actions: [], code_field: 'code', title_field: 'name',
  fields: [
    f('code', 'text', { filter: true, sort: true, required: true, create_only: true, max: 5 }), f('name', 'text', { sort: true }),
    f('period', 'int', { filter: true, min: 1, max: 10 }), f('grade', 'int', { filter: true }), f('seen', 'time', { filter: true, sort: true }),
    f('on', 'bool', { fallback: 'true' }), f('no', 'int', { readonly: true }), f('extra', 'json'),
  ],
}

test('numbers and times are asked as ranges, the grade by its value', () => {
  expect(filterKeys(entity)).toEqual(['code', 'period.gte', 'period.lte', 'grade', 'seen.gte', 'seen.lte'])
})

test('the address bar goes there and back', () => {
  const s = { q: '阀 井', sort: '-seen', filters: { code: 'A', 'period.gte': '3' } }
  expect(readState(entity, toAddress(entity, s))).toEqual(s)
  expect(toQuery(s)).toEqual({ code: 'A', 'period.gte': '3', q: '阀 井', sort: '-seen' })
})

test('what the address bar invents is dropped', () => {
  expect(readState(entity, { sort: '-name; drop', nonsense: '1', code: '', 'period.gte': ['1'], q: 7 })).toEqual({ q: '', sort: 'code', filters: {} })
})

test('sorting turns through three states', () => {
  expect(['code', 'name', '-name'].map((now) => nextSort(now, 'name', 'code'))).toEqual(['name', '-name', 'code'])
})

test('empty parts stay out of a query, others are escaped', () => {
  expect(queryText({ a: '', b: null, c: undefined, d: 0, e: '水&电' })).toBe('?d=0&e=%E6%B0%B4%26%E7%94%B5')
  expect(queryText({})).toBe('')
})

test('open alarms are the three states that people work on', () => {
  const open = readAlarmFilter({ grade: '1' })
  expect(alarmQuery(open)).toMatchObject({ grade: '1', sort: '-raised_at', 'state.in': 'unacknowledged,returned,acknowledged' })
  expect(alarmQuery(readAlarmFilter({ state: 'shelved' }))).toMatchObject({ state: 'shelved' })
  expect(alarmQuery(readAlarmFilter({ state: 'any' }))).not.toHaveProperty('state.in')
  expect(readAlarmFilter(alarmAddress({ ...open, state: 'any', q: 'x' }))).toMatchObject({ grade: '1', state: 'any', q: 'x' })
})

test('a form starts with fallbacks or the address and sends only what changed', () => {
  expect(initialValues(entity, null)).toMatchObject({ on: true, code: null })
  expect(initialValues(entity, null)).not.toHaveProperty('no')
  expect(presetValues(entity, { code: 'A', no: '3', period: '4', other: 'x' })).toEqual({ code: 'A', period: 4 })
  const record = { id: '1', version: 2, code: 'A', name: 'x', on: true }
  expect(changedFields(entity, record, { code: 'B', name: '', on: true })).toEqual({ name: null })
  expect(changedFields(entity, null, { code: 'B', name: '', on: false, extra: '{"a":1}' })).toEqual({ code: 'B', on: false, extra: { a: 1 } })
  expect(changedFields(entity, null, { code: 'B', period: 3 }, (x) => x.name === 'period')).toEqual({ code: 'B' })
})

test.each([
  ['code', '', /请填写/], ['code', 'ABCDEF', /不超过 5/], ['code', '䃥䃥䃥䃥䃥', /^$/], ['period', 'x', /应为数字/], ['period', 1.5, /整数/], ['period', 0, /不小于 1/],
  ['period', 11, /不大于 10/], ['period', null, /^$/], ['extra', '{', /JSON/], ['extra', '{}', /^$/],
])('field %s with %s', (name, value, message) => {
  expect(checkField(entity.fields.find((x) => x.name === name)!, value)).toMatch(message)
})
