import { h, type Component } from 'vue'
import {
  Calendar, ArrowDown, ArrowLeft, ArrowRight, Bell, Bottom, Check, Close, Cpu, DataLine, Document, Download, Edit, FolderAdd, Histogram,
  Link, List, Location, Memo, Message, Printer, VideoPause, View, MapLocation, Menu, Minus, More, OfficeBuilding, Operation, Plus, Refresh, Search, SetUp,
  Setting, SortDown, SortUp, Top, Upload, User, Warning, FullScreen, Clock, Connection, Filter, Monitor, TrendCharts, Van, Aim, WarnTriangleFilled, Camera,
} from '@element-plus/icons-vue'

/** A loudspeaker, with its waves or crossed out: the library has none. */
function speaker(on: boolean): Component {
  const paths = on ? 'M700 360a220 220 0 0 1 0 304M790 260a360 360 0 0 1 0 504' : 'M680 410l200 204M880 410 680 614'
  return () => h('svg', { viewBox: '0 0 1024 1024', fill: 'none', stroke: 'currentColor', 'stroke-width': 72, 'stroke-linecap': 'round' }, [
    h('path', { d: 'M160 400h150l230-180v584L310 624H160Z', fill: 'currentColor', 'stroke-linejoin': 'round' }), h('path', { d: paths }),
  ])
}

const icons = {
  calendar: Calendar, down: ArrowDown, left: ArrowLeft, right: ArrowRight, alarm: Bell, bottom: Bottom, check: Check, close: Close, device: Cpu,
  point: DataLine, document: Document, download: Download, edit: Edit, new: FolderAdd, load: Histogram, link: Link, list: List,
  place: Location, map: MapLocation, menu: Menu, minus: Minus, more: More, mute: speaker(false), sound: speaker(true), body: OfficeBuilding,
  columns: Operation, plus: Plus, refresh: Refresh, search: Search, rule: SetUp, setting: Setting, desc: SortDown, asc: SortUp,
  top: Top, upload: Upload, user: User, warning: Warning, fit: FullScreen, clock: Clock, source: Connection, filter: Filter, wall: Monitor, chart: TrendCharts, vehicle: Van, fence: Aim,
  danger: WarnTriangleFilled, camera: Camera, desk: Memo, message: Message, print: Printer, pause: VideoPause, view: View,
} satisfies Record<string, Component>

export type IconName = keyof typeof icons

/** Words that entities use for their icons; unknown ones get the document. */
const byEntity: Record<string, IconName> = {
  points: 'point', devices: 'device', objects: 'place', bodies: 'body', districts: 'map', rules: 'rule', alarms: 'alarm',
  unclaimed: 'source', users: 'user', vehicles: 'vehicle', geofences: 'fence', 'map-features': 'map', 'dict-entries': 'document', 'maintenance-windows': 'clock', 'time-limits': 'clock', 'limit-steps': 'list', holidays: 'calendar', 'calendar-years': 'calendar', 'work-times': 'clock', warnings: 'warning', orders: 'desk', dangers: 'warning', supervisions: 'top', 'danger-criteria': 'list', checks: 'view', 'check-plans': 'calendar', 'check-lists': 'list', 'check-items': 'list', 'check-results': 'list', 'patrol-points': 'place', 'grid-cells': 'map', 'grid-rules': 'rule',
}

export const iconOf = (name: IconName): Component => icons[name]
export const entityIcon = (plural: string): IconName => byEntity[plural] ?? 'document'
