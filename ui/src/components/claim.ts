/** A proposal for the code of a point from the key of its source. "json:GAS-0009" → GAS-0009; "line:ch4,site=北门#v" → ch4-北门. */
export function codeFromKey(key: string): string {
  const colon = key.indexOf(':')
  const scheme = key.slice(0, colon)
  const rest = key.slice(colon + 1)
  if (scheme === 'json' || scheme === 'mqtt') return rest.replace(/^anlan\//, '')
  const [head = '', field = ''] = rest.split('#')
  const [meas = '', ...tags] = head.split(',')
  const point = tags.find((x) => x.startsWith('point='))
  if (point) return point.slice('point='.length)
  const values = tags.map((x) => x.slice(x.indexOf('=') + 1))
  const last = field && field !== 'v' && field !== 'value' ? [field] : []
  return [meas, ...values, ...last].join('-').replace(/[\s"'/]/g, '').slice(0, 64)
}
