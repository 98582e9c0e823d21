import { lang, type Lang } from '../src/i18n'

export function setLangForTest(l: Lang): void {
  lang.value = l
}
