import { dictOf, labelOf } from '@/api/meta'
import type { Field } from '@/api/types'
import { t } from '@/i18n'

export interface Section { group: string; title: string; fields: Field[] }

/** Fields in the sections of their form, in the order of their first appearance. */
export function sectionsOf(fields: Field[]): Section[] {
  const sections: Section[] = []
  for (const f of fields) {
    const group = f.group || 'basic'
    let s = sections.find((x) => x.group === group)
    if (!s) {
      s = { group, title: group === 'basic' && !dictOf('form_group') ? t('reg.general') : labelOf('form_group', group), fields: [] }
      sections.push(s)
    }
    s.fields.push(f)
  }
  return sections
}
