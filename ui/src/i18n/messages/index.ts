import { common } from './common'
import { account } from './account'
import { alarm } from './alarm'
import { briefing } from './briefing'
import { campaign } from './campaign'
import { charts } from './charts'
import { check } from './check'
import { cockpit } from './cockpit'
import { consequence } from './consequence'
import { danger } from './danger'
import { document } from './document'
import { duty } from './duty'
import { evidence } from './evidence'
import { gateways } from './gateways'
import { indicator } from './indicator'
import { health } from './health'
import { ledger } from './ledger'
import { limits } from './limits'
import { map } from './map'
import { matter } from './matter'
import { meeting } from './meeting'
import { online } from './online'
import { people } from './people'
import { paper } from './paper'
import { registry } from './registry'
import { risk } from './risk'
import { rule } from './rule'
import { upkeep } from './upkeep'
import { vehicles } from './vehicles'
import { watch } from './watch'
import { trial } from './trial'

export const messages = {
  ...common,
  ...account,
  ...alarm,
  ...briefing,
  ...campaign,
  ...charts,
  ...check,
  ...cockpit,
  ...consequence,
  ...danger,
  ...document,
  ...duty,
  ...evidence,
  ...gateways,
  ...health,
  ...indicator,
  ...ledger,
  ...limits,
  ...map,
  ...matter,
  ...meeting,
  ...online,
  ...people,
  ...paper,
  ...registry,
  ...risk,
  ...rule,
  ...trial,
  ...upkeep,
  ...vehicles, ...watch,
} as const
export type MessageKey = keyof typeof messages
