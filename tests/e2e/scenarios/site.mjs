// Stations of the tests' own beside the city's first hospital: three points each, a rule that calls, a body that answers for it.
export const SENTENCE = /6\.5\s*%VOL\s*≥\s*5/

/** prefix names the codes: CALL-SITE, CALL-1 … */
export async function makeSite(api, prefix, station) {
  const places = await api.get('/api/map/layers/place')
  const hospital = places.features.find((f) => f.properties.kind === 'hospital')
  const [lon, lat] = hospital.geometry.coordinates
  await api.call('POST', '/api/bodies', { code: `${prefix}-BODY`, name: `澜江燃气${station}公司`, kind: 'operator', contact: '李调度', phone: '0990-7654321' })
  await api.call('POST', '/api/objects', { code: `${prefix}-SITE`, name: `${station}调压站`, kind: 'gas_governor', lon, lat: lat + 0.002, owner: `${prefix}-BODY` })
  const names = ['站内甲烷', '阀井甲烷', '门口甲烷']
  for (const [i, name] of names.entries()) {
    await api.call('POST', '/api/points', { code: `${prefix}-${i + 1}`, name: `${station}调压站${name}`, object: `${prefix}-SITE`, quantity: 'ch4', unit: '%VOL', interval_s: 60 })
  }
  await api.call('POST', '/api/rules', {
    code: `${prefix}-HIGH`, name: '站内浓度', point: `${prefix}-*`, kind: 'level', dir: 'high', limit1: 9, limit2: 5, deadband: 0.5, response: '关阀、通风、疏散', cause: '阀门泄漏',
    consequence: '爆炸', response_minutes: 15, basis: '默认值',
  })
  return { hospital: hospital.properties.name }
}
