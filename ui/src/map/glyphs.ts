// The sign of a field in a 16 × 16 box, for the map and the layer rail. A field without a sign of its own gets the first
// letter of its name.
export const fieldPath: Record<string, string> = {
  gas: 'M8.2 1.2c.5 2.4 4 4.2 4 8a4.2 4.2 0 0 1-8.4 0c0-1.7.9-2.7 1.7-3.5.2 1 .6 1.5 1.2 1.7-.3-2.4.3-4.6 1.5-6.200Z',
  water: 'M8 1.500c2.4 3 4.3 5.2 4.3 7.700a4.3 4.3 0 0 1-8.6 0C3.7 6.7 5.6 4.5 8 1.500Z',
  drainage: 'M1.5 6.200c1.6 0 1.6-1.6 3.250-1.600S6.4 6.2 8 6.200s1.6-1.6 3.250-1.6 1.650 1.6 3.250 1.600v2c-1.6 0-1.6-1.6-3.250-1.600S9.6 8.2 8 8.2 6.4 6.6 4.750 6.6 3.1 8.2 1.5 8.200Zm0 4.600c1.6 0 1.6-1.6 3.250-1.600S6.4 10.8 8 10.800s1.6-1.6 3.250-1.6 1.650 1.6 3.250 1.600v2c-1.6 0-1.6-1.6-3.250-1.600s-1.650 1.6-3.250 1.6-1.6-1.6-3.250-1.6-1.650 1.6-3.250 1.600Z',
  heat: 'M6.2 3a1.8 1.8 0 0 1 3.6 0v5.400a3.5 3.5 0 1 1-3.6 0Z',
  bridge: 'M1 5h14v2h-1.500v5.500h-2V11a3.5 3.5 0 0 0-7 0v1.500h-2V7H1Z',
  tunnel: 'M1.8 13.500V8a6.2 6.2 0 0 1 12.4 0v5.500h-2.600V8a3.6 3.6 0 0 0-7.2 0v5.500Z',
  gallery: 'M2 2.500h12v11H2Zm2 2v7h3.200v-7Zm4.8 0v7H12v-7Z',
  power: 'M9.3 1.2 3.3 9h3.500l-.9 5.800L12.7 7H9.100Z',
  fire: 'M6.5 1.500h3v1.500h1.700v2h-.7v1h1.300v2.500h-1.300v3.500h1v2h-7v-2h1V8.500H4.200V6h1.300V5h-.7V3h1.700Z',
  lift: 'M8 1.5 12.2 6.700H3.800ZM8 14.5 3.8 9.300h8.400Z',
  slope: 'M.8 13.5 5.8 4l2.7 4.500L10.3 6l4.9 7.500Z',
  geology: 'M.8 13.5 5.8 4l2.7 4.500L10.3 6l4.9 7.500Z',
  weather: 'M4.5 12.500a3 3 0 0 1-.2-6A4.2 4.2 0 0 1 12.3 7a2.8 2.8 0 0 1-.3 5.500Z',
  manhole: 'M8 2.500a5.5 5.5 0 1 1 0 11 5.5 5.5 0 0 1 0-11ZM4.5 7v2h7V7Z',
  construction: 'M2 13.500V6l6-4 6 4v7.500H9.500V9h-3v4.500Z',
  chemical: 'M6 1.500h4v1.700h-.7v3l4 6.300v1.500H2.700v-1.500l4-6.300v-3H6Z',
  crowd: 'M8 2a2.4 2.4 0 1 1 0 4.8A2.4 2.4 0 0 1 8 2ZM3.2 13.8c0-3.2 2.1-5.6 4.8-5.6s4.8 2.4 4.8 5.6Z',
  traffic: 'M3 9.5 4.5 4.500h7L13 9.500v4h-2v-1.500H5v1.500H3ZM5.3 6l-.8 2.700h7L10.7 6Z',
}

/** Fields that share the sign of a kindred one. */
const kin: Record<string, string> = {
  flood: 'drainage', reservoir: 'drainage', vessel: 'drainage', metro: 'tunnel', building: 'construction', hazmat: 'traffic', lightning: 'power',
  mine: 'geology', tailings: 'geology', earthquake: 'geology', pipeline: 'gallery', tank: 'chemical',
}

/** A field's sign by its code or by a part of it: "gas_network" has the sign of "gas". */
export function glyphOf(field: string): string | undefined {
  const exact = fieldPath[kin[field] ?? field]
  if (exact) return exact
  const part = Object.keys(fieldPath).find((k) => field.split(/[-_.]/).includes(k))
  return part ? fieldPath[part] : undefined
}
