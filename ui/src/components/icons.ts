import type { Component } from 'vue'
import {
  ArrowDown, ArrowLeft, ArrowRight, Bell, Bottom, Check, Close, Cpu, DataLine, Document, Download, Edit, FolderAdd, Histogram,
  Link, List, Location, MapLocation, Menu, Minus, More, Mute, Microphone, OfficeBuilding, Operation, Plus, Refresh, Search, SetUp,
  Setting, SortDown, SortUp, Top, Upload, User, Warning, FullScreen, Clock, Connection, Filter,
} from '@element-plus/icons-vue'

const icons = {
  down: ArrowDown, left: ArrowLeft, right: ArrowRight, alarm: Bell, bottom: Bottom, check: Check, close: Close, device: Cpu,
  point: DataLine, document: Document, download: Download, edit: Edit, new: FolderAdd, load: Histogram, link: Link, list: List,
  place: Location, map: MapLocation, menu: Menu, minus: Minus, more: More, mute: Mute, sound: Microphone, body: OfficeBuilding,
  columns: Operation, plus: Plus, refresh: Refresh, search: Search, rule: SetUp, setting: Setting, desc: SortDown, asc: SortUp,
  top: Top, upload: Upload, user: User, warning: Warning, fit: FullScreen, clock: Clock, source: Connection, filter: Filter,
} satisfies Record<string, Component>

export type IconName = keyof typeof icons

/** Words that entities use for their icons; unknown ones get the document. */
const byEntity: Record<string, IconName> = {
  points: 'point', devices: 'device', objects: 'place', bodies: 'body', districts: 'map', rules: 'rule', alarms: 'alarm',
  unclaimed: 'source', users: 'user', 'map-features': 'map',
}

export const iconOf = (name: IconName): Component => icons[name]
export const entityIcon = (plural: string): IconName => byEntity[plural] ?? 'document'
