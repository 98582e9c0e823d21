import { watchEffect } from 'vue'
import { lang, t } from '@/i18n'
import { waiting } from './board'

/** The browser tab shows how many alarms wait, so that another window in front does not hide them. */
export function startTitle(): () => void {
  return watchEffect(() => {
    void lang.value
    const n = waiting.value.length
    document.title = n > 0 ? t('app.waiting', { n, title: t('app.name') }) : t('app.name')
  })
}
