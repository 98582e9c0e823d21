import { t, type MessageKey } from '@/i18n'
export const qualityWord = (q: number): string => t(`point.quality.${Math.min(2, Math.max(0, q))}` as MessageKey)
