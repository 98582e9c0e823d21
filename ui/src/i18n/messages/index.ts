import { common } from './common'
import { alarm } from './alarm'
import { map } from './map'
import { registry } from './registry'
import { rule } from './rule'

export const messages = { ...common, ...alarm, ...map, ...registry, ...rule } as const
export type MessageKey = keyof typeof messages
