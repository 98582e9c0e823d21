import { common } from './common'
import { alarm } from './alarm'
import { charts } from './charts'
import { cockpit } from './cockpit'
import { evidence } from './evidence'
import { gateways } from './gateways'
import { health } from './health'
import { map } from './map'
import { online } from './online'
import { registry } from './registry'
import { rule } from './rule'
import { vehicles } from './vehicles'
import { trial } from './trial'

export const messages = { ...common, ...alarm, ...map, ...online, ...registry, ...rule, ...trial, ...charts, ...evidence, ...gateways, ...health, ...cockpit, ...vehicles } as const
export type MessageKey = keyof typeof messages
