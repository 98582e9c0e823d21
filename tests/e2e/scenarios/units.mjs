// A small place of the tests' own: a district with its watch, an owner, a department and a town, each with an officer who can sign in;
// a gas station with a rule; whom a warning goes to, and time limits short enough to be seen passing.
import { session } from '../lib/http.mjs'

export const UNIT_PASSWORD = 'Chain-2026-anlan'
const FIRST_PASSWORD = 'First-2026-anlan'

const bodies = (p, district) => [
  { code: `${p}-WATCH`, name: '临江区监测中心', kind: 'institution', district, contact: '周岚', phone: '0990-6600110' },
  { code: `${p}-DEPT`, name: '临江区住房和城乡建设局', kind: 'department', district, lines: 'gas', contact: '韩立', phone: '0990-6600111' },
  { code: `${p}-TOWN`, name: '临江街道办事处', kind: 'town', district, contact: '吴桐', phone: '0990-6600112' },
  { code: `${p}-GAS`, name: '临江燃气有限公司', kind: 'operator', district, contact: '沈兰', phone: '0990-6600113' },
]
const officers = (p) => [
  { name: `${p}-watch`, full_name: '周明', roles: 'watch', body: `${p.toUpperCase()}-WATCH` },
  { name: `${p}-office`, full_name: '陈平', roles: 'office', body: `${p.toUpperCase()}-WATCH` },
  { name: `${p}-dept`, full_name: '韩青', roles: 'dept', body: `${p.toUpperCase()}-DEPT` },
  { name: `${p}-town`, full_name: '吴敏', roles: 'town', body: `${p.toUpperCase()}-TOWN` },
  { name: `${p}-gas`, full_name: '沈晖', roles: 'enterprise', body: `${p.toUpperCase()}-GAS` },
]

/** One minute to sign; urged when it is over, supervised six seconds later. */
async function limits(office, district) {
  const { key, id } = await office.call('POST', '/api/time-limits', {
    code: 'order.sign', name: '处置单签收（临江区）', grade: 2, district, amount: 1, unit: 'minute', basis: '默认值，演练用',
  })
  const rungs = [['urge', 100, 'turn'], ['supervise', 110, 'above']]
  for (const [i, [kind, share, who]] of rungs.entries()) {
    await office.call('POST', '/api/limit-steps', { limit: key ?? id, position: i + 1, kind, percent: share, recipient: who })
  }
}

/** A password that somebody else has set is good for one thing: to set one's own. */
async function enrol(security, server, user) {
  await security.call('POST', '/api/users', { ...user, password: FIRST_PASSWORD })
  const own = await session(server, user.name, FIRST_PASSWORD)
  await own.call('POST', '/api/session/password', { old: FIRST_PASSWORD, new: UNIT_PASSWORD })
}

/** prefix in lower case: names of accounts; in upper case: codes of what they work on. */
export async function makeUnits(api, server, prefix, district) {
  const P = prefix.toUpperCase()
  const office = await session(server, 'office')
  const security = await session(server, 'security')
  await api.call('POST', '/api/districts', { code: district, name: '临江区', parent: '990100', level: 'county' })
  for (const b of bodies(P, district)) await api.call('POST', '/api/bodies', b)
  for (const u of officers(prefix)) await enrol(security, server, { ...u, district })
  const like = (await api.get('/api/objects?kind=gas_governor&limit=1')).items[0]
  await api.call('POST', '/api/objects', { code: `${P}-SITE`, name: '临江路调压站', kind: 'gas_governor', district, lon: like?.lon ?? 117.1, lat: (like?.lat ?? 31.1) + 0.003, owner: `${P}-GAS` })
  for (const [i, name] of ['站内甲烷', '阀井甲烷', '门口甲烷'].entries()) {
    await api.call('POST', '/api/points', { code: `${P}-${i + 1}`, name: `临江路调压站${name}`, object: `${P}-SITE`, quantity: 'ch4', unit: '%VOL', interval_s: 60 })
  }
  await api.call('POST', '/api/rules', {
    code: `${P}-HIGH`, name: '站内浓度', point: `${P}-*`, kind: 'level', dir: 'high', limit1: 9, limit2: 5, deadband: 0.5, response: '关阀、通风、疏散',
    cause: '阀门泄漏', consequence: '爆炸', response_minutes: 15, basis: '默认值',
  })
  await office.call('POST', '/api/warning-routes', { code: `${P}-R1`, name: '燃气行业部门', line: 'gas', district, role: 'department', body: `${P}-DEPT` })
  await office.call('POST', '/api/warning-routes', { code: `${P}-R2`, name: '属地', district, role: 'district' })
  await limits(office, district)
  return { officer: (role) => ({ name: `${prefix}-${role}`, password: UNIT_PASSWORD }) }
}
