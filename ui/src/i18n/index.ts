// Two languages, every text in both: a message is a pair [Chinese, English], so that neither can be forgotten.
import { computed, ref } from 'vue'
import { messages, type MessageKey } from './messages'

export type Lang = 'zh' | 'en'
export interface Text { zh: string; en: string }

const STORE = 'anlan.lang'

function stored(): Lang {
  try {
    return localStorage.getItem(STORE) === 'en' ? 'en' : 'zh'
  } catch {
    return 'zh'
  }
}

export const lang = ref<Lang>(stored())
export const isZh = computed(() => lang.value === 'zh')

export function setLang(l: Lang): void {
  lang.value = l
  try {
    localStorage.setItem(STORE, l)
  } catch {
    // Private windows may refuse storage: the choice then lasts until the page is closed.
  }
  document.documentElement.lang = l === 'zh' ? 'zh-CN' : 'en'
}

export function t(key: MessageKey, params?: Record<string, string | number>): string {
  const text = messages[key][lang.value === 'zh' ? 0 : 1]
  if (!params) return text
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))
}

/** A text that came from the server in both languages. */
export function tx(text: Partial<Text> | string | null | undefined): string {
  if (!text) return ''
  if (typeof text === 'string') return text
  return (lang.value === 'zh' ? text.zh || text.en : text.en || text.zh) ?? ''
}

/** How the basis of a proposed figure begins, in either language. */
export const PROPOSED = /^(默认值|default)/

export type { MessageKey }
