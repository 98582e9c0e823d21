import { common } from './common'
import { alarm } from './alarm'
import { map } from './map'
import { online } from './online'
import { registry } from './registry'
import { rule } from './rule'

export const messages = { ...common, ...alarm, ...map, ...online, ...registry, ...rule } as const
export type MessageKey = keyof typeof messages
