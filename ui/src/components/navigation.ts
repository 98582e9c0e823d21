// What the rail offers: few things always in sight, the rest behind "more", in groups. An entry is there when the user may use it.
import { computed } from 'vue'
import { entityOf, meta } from '@/api/meta'
import { matterKinds } from '@/api/matters'
import { may, user } from '@/api/session'
import type { MessageKey } from '@/i18n'
import { waiting } from '@/live/board'
import { todoCount } from '@/live/desk'
import { unclaimedCount } from '@/live/sources'
import type { IconName } from './icons'

export type NavGroup = 'main' | 'watch' | 'data' | 'manage' | 'own'
export interface NavItem {
  key: MessageKey
  icon: IconName
  to: string
  /** Names of the routes under it; a route with :plural counts as its name, a colon and the plural too. */
  names: string[]
  group: NavGroup
  /** The plural of an entity, or a permission, without which it is not offered. */
  need?: string
  perm?: string
  count?: number
  /** Counts something that calls. */
  urgent?: boolean
  /** Not in the phone's bar, where five have room; it stands behind "more" there. */
  desk?: boolean
}

const kinds = computed(() => (meta.value ? matterKinds() : []))

export const navItems = computed<NavItem[]>(() => {
  void meta.value
  void user.value
  const all: NavItem[] = [
    { key: 'nav.desk', icon: 'desk', to: '/desk', names: ['desk', 'search'], group: 'main', count: todoCount.value },
    { key: 'nav.map', icon: 'map', to: '/', names: ['map'], group: 'main' },
    { key: 'nav.alarms', icon: 'alarm', to: '/alarms', names: ['alarms', 'alarm'], group: 'main', need: 'alarms', count: waiting.value.length, urgent: true },
    { key: 'nav.warnings', icon: 'warning', to: '/matters/warnings', names: ['matters:warnings', 'matter:warnings', 'matters:orders', 'matter:orders'], group: 'main', need: 'warnings' },
    { key: 'nav.dangers', icon: 'danger', to: '/matters/dangers', names: ['matters:dangers', 'matter:dangers', 'matters:supervisions', 'matter:supervisions', 'danger-figures', 'danger-lists', 'report', 'place'], group: 'main', need: 'dangers' },
    { key: 'nav.tasks', icon: 'check', to: '/tasks/board', names: ['task-board', 'matters:tasks', 'matter:tasks', 'register:task-series'], group: 'main', need: 'tasks', desk: true },
    { key: 'nav.checks', icon: 'view', to: '/matters/checks', names: ['matters:checks', 'matter:checks', 'check', 'check-figures', 'check-plan', 'register:check-plans', 'register:check-lists', 'register:check-items'], group: 'main', need: 'checks', desk: true },
    { key: 'nav.registry', icon: 'list', to: '/registers', names: ['registers', 'register', 'create', 'edit', 'point'], group: 'main', desk: true },
    { key: 'nav.risk', icon: 'fit', to: '/risk', names: ['risk', 'risk-unit', 'risk-assess', 'consequence', 'consequence-new', 'register:consequences', 'register:protected-targets', 'register:safety-checks', 'register:risk-units', 'matters:risk-assessments', 'matter:risk-assessments', 'matters:risk-unit-requests', 'matter:risk-unit-requests', 'matters:risk-reviews', 'matter:risk-reviews'], group: 'data', need: 'risk-units' },
    { key: 'nav.campaigns', icon: 'document', to: '/matters/risk-campaigns', names: ['matters:risk-campaigns', 'matter:risk-campaigns', 'matters:campaign-parts', 'matter:campaign-parts'], group: 'data', need: 'risk-campaigns' },
    { key: 'nav.duties', icon: 'calendar', to: '/duties', names: ['duties', 'duty-figures', 'duty-list', 'matters:duties', 'matter:duties', 'register:duty-lists', 'register:duty-items', 'register:duty-records'], group: 'data', need: 'duties' },
    { key: 'nav.charts', icon: 'chart', to: '/charts', names: ['charts'], group: 'watch', need: 'points' },
    { key: 'nav.watch', icon: 'user', to: '/watch', names: ['watch', 'matters:handovers', 'matter:handovers'], group: 'watch', need: 'bodies', perm: 'duty.read' },
    { key: 'nav.cockpit', icon: 'wall', to: '/cockpit', names: ['cockpit'], group: 'watch', need: 'alarms' },
    { key: 'nav.lead', icon: 'view', to: '/lead', names: ['lead'], group: 'watch', perm: 'lead.read' },
    { key: 'nav.briefings', icon: 'document', to: '/matters/briefings', names: ['matters:briefings', 'matter:briefings'], group: 'watch', need: 'briefings' },
    { key: 'nav.load', icon: 'load', to: '/alarms/load', names: ['load'], group: 'watch', need: 'alarms' },
    { key: 'nav.health', icon: 'device', to: '/health', names: ['health', 'online'], group: 'watch', need: 'points' },
    { key: 'nav.rules', icon: 'rule', to: '/registers/rules', names: ['register:rules', 'rule-copy', 'rule-versions'], group: 'data', need: 'rules' },
    { key: 'nav.unclaimed', icon: 'source', to: '/unclaimed', names: ['unclaimed'], group: 'data', need: 'unclaimed', count: unclaimedCount.value },
    { key: 'nav.gateways', icon: 'link', to: '/gateways', names: ['gateways', 'gateway'], group: 'data', perm: 'gateway.read' },
    { key: 'nav.limits', icon: 'clock', to: '/settings/limits', names: ['limits'], group: 'manage', need: 'time-limits' },
    { key: 'nav.calendar', icon: 'calendar', to: '/settings/calendar', names: ['calendar'], group: 'manage', need: 'holidays' },
    { key: 'nav.hazards', icon: 'danger', to: '/matters/major-hazards', names: ['matters:major-hazards', 'matter:major-hazards', 'register:hazard-substances', 'register:safety-commitments'], group: 'data', need: 'major-hazards' },
    { key: 'nav.enterprises', icon: 'body', to: '/enterprises', names: ['enterprises', 'enterprise'], group: 'data', need: 'bodies' },
    { key: 'nav.meetings', icon: 'calendar', to: '/meetings', names: ['meetings', 'matters:meetings', 'matter:meetings', 'register:meeting-rules'], group: 'data', need: 'meetings' },
    { key: 'nav.indicators', icon: 'chart', to: '/indicators', names: ['indicators'], group: 'data', need: 'indicator-plans' },
    { key: 'nav.patrols', icon: 'place', to: '/registers/patrol-points', names: ['register:patrol-points'], group: 'data', need: 'patrol-points' },
    { key: 'nav.grid', icon: 'map', to: '/grid', names: ['grid'], group: 'data', need: 'grid-cells' },
    { key: 'nav.criteria', icon: 'list', to: '/registers/danger-criteria', names: ['register:danger-criteria'], group: 'data', need: 'danger-criteria' },
    { key: 'nav.documents', icon: 'document', to: '/documents', names: ['documents', 'document-read', 'document-compare', 'register:documents', 'register:document-items', 'register:unit-aliases'], group: 'data', need: 'documents' },
    { key: 'nav.bodies', icon: 'user', to: '/bodies', names: ['bodies'], group: 'data', need: 'bodies', perm: 'person.read' },
    { key: 'nav.users', icon: 'user', to: '/settings/users', names: ['users'], group: 'manage', need: 'users' },
    { key: 'nav.tokens', icon: 'link', to: '/settings/tokens', names: ['tokens'], group: 'manage', need: 'tokens' },
    { key: 'nav.permissions', icon: 'setting', to: '/settings/permissions', names: ['permissions'], group: 'manage', need: 'grants' },
    { key: 'paper.templates', icon: 'document', to: '/settings/papers', names: ['templates'], group: 'manage', need: 'paper-templates', perm: 'paper.template' },
    { key: 'nav.account', icon: 'user', to: '/account', names: ['account', 'notify'], group: 'own' },
    { key: 'nav.channels', icon: 'source', to: '/settings/channels', names: ['channels'], group: 'manage', need: 'channels' },
    { key: 'nav.upkeep', icon: 'setting', to: '/upkeep', names: ['upkeep'], group: 'manage', perm: 'upkeep.read' },
    { key: 'nav.ledger', icon: 'document', to: '/ledger', names: ['ledger'], group: 'main', perm: 'ledger.read' },
    { key: 'nav.notices', icon: 'message', to: '/notifications', names: ['notices'], group: 'own' },
    { key: 'nav.settings', icon: 'setting', to: '/settings', names: ['settings'], group: 'own' },
  ]
  return all.filter((i) => (!i.need || entityOf(i.need)) && (!i.perm || may(i.perm)) && (i.to !== '/desk' || kinds.value.length > 0))
})

export const NAV_GROUPS: readonly { id: NavGroup; key: MessageKey }[] = [
  { id: 'watch', key: 'nav.group.watch' }, { id: 'data', key: 'nav.group.data' }, { id: 'manage', key: 'nav.group.manage' }, { id: 'own', key: 'nav.group.own' },
]
