import type { Text } from '@/i18n'
import type { Grade } from '@/styles/tokens'

export type { Grade }

export type FieldType = 'text' | 'int' | 'real' | 'bool' | 'time' | 'enum' | 'ref' | 'json'

export interface Field {
  name: string
  type: FieldType
  required?: boolean
  unique?: boolean
  readonly?: boolean
  create_only?: boolean
  filter?: boolean
  sort?: boolean
  search?: boolean
  list?: boolean
  long?: boolean
  /** Written, never read: a password. */
  secret?: boolean
  /** The program's own number: shown to nobody. */
  inner?: boolean
  /** Sent with stars unless the role needs it whole; each unmasking is in the ledger. */
  mask?: boolean
  ref?: string
  min?: number
  max?: number
  label: Text
  help?: Partial<Text>
  unit?: string | null
  group?: string | null
  fallback?: string | null
}

export type ActionFlag = 'reason' | 'turn' | 'confirm' | 'main' | 'evidence'
export interface ActionMeta {
  name: string
  label: Text
  can: boolean
  params: Field[]
  /** A transition of a flow: the states it leaves, the one it enters (null: it stays), and how it is to be offered. */
  from?: string[]
  to?: string | null
  flags?: ActionFlag[]
}
export interface FlowState { name: string; label: Text; final?: boolean; initial?: boolean }

export interface Entity {
  name: string
  plural: string
  title: Text
  icon?: string
  code_field?: string | null
  title_field?: string | null
  sort?: string | null
  can_write: boolean
  /** It has masked fields, and this user may ask for one whole. */
  can_unmask?: boolean
  /** Found by the common search; a matter always is. */
  searched?: boolean
  /** Papers can be made of its records. */
  papers?: boolean
  fields: Field[]
  actions: ActionMeta[]
  /** There when its records are matters: they have a state, somebody whose turn it is, clocks and an end. */
  flow?: { state: string; states: FlowState[] } | null
}

export interface DictEntry { code: string; label: Text; parent?: string | null; extra?: unknown }
export interface Dict { title: Text; entries: DictEntry[] }
export interface Meta { entities: Entity[]; dicts: Record<string, Dict> }

/** A record as the server sends it: its fields beside the common members. */
export interface Rec {
  id: string
  version: number
  created_at?: string
  updated_at?: string
  titles?: Record<string, string>
  actions?: string[]
  [field: string]: unknown
}

export interface Page<T = Rec> { items: T[]; next: string | null; count: number; count_exact: boolean }

/** The clock of the state that a matter is in. */
export interface RunningClock {
  limit: string
  title?: string | Text | null
  started_at: string
  due_at: string
  paused: boolean
  /** Reckoned by Monday to Friday, because the year's holidays are not entered yet. */
  provisional: boolean
  /** How much of the time is used: 1 is the end, more is late. */
  share: number
}

/** A record of an entity with a flow. */
export interface Matter extends Rec {
  state_label?: string
  turn?: string | null
  turn_title?: string | null
  chase?: number
  clock?: RunningClock | null
  files?: number
}

export interface Named { id: string; code: string; name: string }
export interface User {
  name: string
  full_name: string
  roles: string[]
  perms: string[]
  body?: Named | null
  district?: Named | null
  person?: Named | null
  /** Masked. */
  phone?: string
  acting?: { for: string; until: string; full_name?: string } | null
}
export interface Hello {
  name: string
  version: string
  demo?: boolean
  accounts?: { name: string; full_name: string }[]
  password?: string
  token?: string
}

export type AlarmState =
  | 'normal' | 'unacknowledged' | 'acknowledged' | 'returned' | 'shelved' | 'suppressed' | 'out-of-service'

/** What an alarm rests on: the points of an expression as they were then, or the fences that were broken. */
export interface AlarmOperand { id?: string; code: string; name: string; unit: string; function: string; window_ms: number; value: number | null }
export interface AlarmFence { id: string; code: string; name: string; rule: string; grade: Grade; limit_kmh?: number }
export interface AlarmFacts {
  expr?: string
  operands?: AlarmOperand[]
  fences?: AlarmFence[]
  speed?: number | null
  vehicle?: { id: string; code: string; name: string }
  speed_point?: string
}
export interface Alarm extends Rec {
  point: string
  rule: string
  grade: Grade
  worst_grade?: Grade
  state: AlarmState
  raised_at: string
  value: number | null
  reason: Text
  facts?: AlarmFacts | null
  count: number
}

export type AlarmEventName = 'raise' | 'escalate' | 'ease' | 'return' | string
export interface AlarmEvent extends Alarm { event: AlarmEventName }

export interface Table { columns: string[]; rows: unknown[][] }
export interface Latest { t: number; v: number | null; q: number; grade: Grade | null }

export interface Readings {
  unit?: string
  step?: number | string | null
  columns: string[]
  /** t, v, q; of a band also least and greatest */
  rows: [number, number | null, number?, (number | null)?, (number | null)?][]
  next?: string | null
}

/** An entry of the ledger about a record. */
export interface HistoryEntry {
  n: number
  t: string
  who: string | null
  full_name: string | null
  peer: string | null
  action: string
  why: string | null
  changes: { field: string; before: unknown; after: unknown }[]
}
