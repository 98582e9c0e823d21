import { createRouter, createWebHistory, type RouteRecordRaw } from 'vue-router'
import { resume, user } from '@/api/session'
import { homePath } from '@/home'

const routes: RouteRecordRaw[] = [
  { path: '/login', name: 'login', component: () => import('@/pages/LoginPage.vue'), meta: { open: true } },
  { path: '/activate', name: 'activate', component: () => import('@/pages/ActivatePage.vue'), meta: { open: true } },
  { path: '/', name: 'map', component: () => import('@/pages/MapPage.vue'), meta: { full: true } },
  { path: '/desk', name: 'desk', component: () => import('@/pages/DeskPage.vue') },
  { path: '/matters/:plural', name: 'matters', component: () => import('@/pages/MattersPage.vue') },
  { path: '/matters/:plural/:id', name: 'matter', component: () => import('@/pages/MatterPage.vue') },
  { path: '/report', name: 'report', component: () => import('@/pages/ReportPage.vue') },
  { path: '/q/:code', name: 'place', component: () => import('@/pages/PlacePage.vue') },
  { path: '/check/:id', name: 'check', component: () => import('@/pages/CheckPage.vue') },
  { path: '/checks/figures', name: 'check-figures', component: () => import('@/pages/CheckFiguresPage.vue') },
  { path: '/check-plans/:id', name: 'check-plan', component: () => import('@/pages/CheckPlanPage.vue') },
  { path: '/risk', name: 'risk', component: () => import('@/pages/RiskMapPage.vue'), meta: { full: true } },
  { path: '/risk/consequences', name: 'consequence-new', component: () => import('@/pages/ConsequencePage.vue'), meta: { full: true } },
  { path: '/risk/consequences/:id', name: 'consequence', component: () => import('@/pages/ConsequencePage.vue'), meta: { full: true } },
  { path: '/risk/units/:id', name: 'risk-unit', component: () => import('@/pages/RiskUnitPage.vue') },
  { path: '/risk/units/:id/assess', name: 'risk-assess', component: () => import('@/pages/RiskAssessPage.vue') },
  { path: '/duties', name: 'duties', component: () => import('@/pages/DutiesPage.vue') },
  { path: '/duties/lists/:id', name: 'duty-list', component: () => import('@/pages/DutyListPage.vue') },
  { path: '/duties/figures', name: 'duty-figures', component: () => import('@/pages/DutyFiguresPage.vue') },
  { path: '/grid', name: 'grid', component: () => import('@/pages/GridPage.vue') },
  { path: '/dangers/figures', name: 'danger-figures', component: () => import('@/pages/DangerFiguresPage.vue') },
  { path: '/dangers/lists', name: 'danger-lists', component: () => import('@/pages/DangerListsPage.vue') },
  { path: '/indicators', name: 'indicators', component: () => import('@/pages/IndicatorsPage.vue') },
  { path: '/documents', name: 'documents', component: () => import('@/pages/DocumentsPage.vue') },
  { path: '/documents/:id/read', name: 'document-read', component: () => import('@/pages/DocumentReadPage.vue'), meta: { full: true } },
  { path: '/documents/:id/compare', name: 'document-compare', component: () => import('@/pages/DocumentComparePage.vue') },
  { path: '/meetings', name: 'meetings', component: () => import('@/pages/MeetingsPage.vue') },
  { path: '/source/:plural/:id', name: 'source', component: () => import('@/pages/SourcePage.vue') },
  { path: '/tasks/board', name: 'task-board', component: () => import('@/pages/TaskBoardPage.vue') },
  { path: '/enterprises', name: 'enterprises', component: () => import('@/pages/EnterprisesPage.vue') },
  { path: '/enterprises/:id', name: 'enterprise', component: () => import('@/pages/EnterprisePage.vue') },
  { path: '/lead', name: 'lead', component: () => import('@/pages/LeadPage.vue') },
  { path: '/public', name: 'public', component: () => import('@/pages/PublicPage.vue'), meta: { open: true } },
  { path: '/search', name: 'search', component: () => import('@/pages/SearchPage.vue') },
  { path: '/notifications', name: 'notices', component: () => import('@/pages/NoticesPage.vue') },
  { path: '/alarms', name: 'alarms', component: () => import('@/pages/AlarmsPage.vue') },
  { path: '/alarms/load', name: 'load', component: () => import('@/pages/LoadPage.vue') },
  { path: '/alarms/:id', name: 'alarm', component: () => import('@/pages/AlarmPage.vue') },
  { path: '/vehicles/:id', name: 'vehicle', component: () => import('@/pages/VehiclePage.vue') },
  { path: '/points/:id', name: 'point', component: () => import('@/pages/PointPage.vue') },
  { path: '/online', name: 'online', component: () => import('@/pages/OnlinePage.vue') },
  { path: '/upkeep', name: 'upkeep', component: () => import('@/pages/UpkeepPage.vue') },
  { path: '/health', name: 'health', component: () => import('@/pages/HealthPage.vue') },
  { path: '/charts', name: 'charts', component: () => import('@/pages/ChartsPage.vue') },
  { path: '/cockpit', name: 'cockpit', component: () => import('@/pages/CockpitPage.vue') },
  { path: '/registers/rules/:id/copy', name: 'rule-copy', component: () => import('@/pages/RuleCopyPage.vue') },
  { path: '/registers/rules/:id/versions', name: 'rule-versions', component: () => import('@/pages/RuleVersionsPage.vue') },
  { path: '/registers', name: 'registers', component: () => import('@/pages/RegistersPage.vue') },
  { path: '/registers/:plural', name: 'register', component: () => import('@/pages/RegisterPage.vue') },
  { path: '/registers/:plural/new', name: 'create', component: () => import('@/pages/EditPage.vue') },
  { path: '/registers/:plural/:id/edit', name: 'edit', component: () => import('@/pages/EditPage.vue') },
  { path: '/gateways', name: 'gateways', component: () => import('@/pages/GatewaysPage.vue') },
  { path: '/gateways/:name', name: 'gateway', component: () => import('@/pages/GatewayPage.vue') },
  { path: '/vehicles', redirect: '/registers/vehicles' },
  { path: '/unclaimed', name: 'unclaimed', component: () => import('@/pages/UnclaimedPage.vue') },
  { path: '/settings/limits', name: 'limits', component: () => import('@/pages/LimitsPage.vue') },
  { path: '/settings/calendar', name: 'calendar', component: () => import('@/pages/CalendarPage.vue') },
  { path: '/account', name: 'account', component: () => import('@/pages/AccountPage.vue') },
  { path: '/account/notices', name: 'notify', component: () => import('@/pages/NotifyPage.vue') },
  { path: '/settings/users', name: 'users', component: () => import('@/pages/UsersPage.vue') },
  { path: '/settings/tokens', name: 'tokens', component: () => import('@/pages/TokensPage.vue') },
  { path: '/settings/permissions', name: 'permissions', component: () => import('@/pages/PermissionsPage.vue') },
  { path: '/bodies', name: 'bodies', component: () => import('@/pages/BodiesPage.vue') },
  { path: '/ledger', name: 'ledger', component: () => import('@/pages/LedgerPage.vue') },
  { path: '/settings', name: 'settings', component: () => import('@/pages/SettingsPage.vue') },
  { path: '/watch', name: 'watch', component: () => import('@/pages/WatchPage.vue') },
  { path: '/settings/channels', name: 'channels', component: () => import('@/pages/ChannelsPage.vue') },
  { path: '/settings/papers', name: 'templates', component: () => import('@/pages/TemplatesPage.vue') },
  { path: '/verify/:code?', name: 'verify', component: () => import('@/pages/VerifyPage.vue'), meta: { open: true } },
  { path: '/:rest(.*)*', name: 'nothing', component: () => import('@/pages/NothingPage.vue') },
]

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

let asked = false

/** The bare address was typed or bookmarked: everybody begins where his work stands. A reload stays where it is. */
function arriving(to: { fullPath: string }, first: boolean): boolean {
  const entry = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined
  return first && to.fullPath === '/' && entry?.type === 'navigate'
}

router.beforeEach(async (to) => {
  const first = !asked
  if (first) {
    asked = true
    await resume()
  }
  if (to.meta.open) return user.value && to.name === 'login' ? homePath() : true
  if (user.value && arriving(to, first) && homePath() !== '/') return homePath()
  return user.value ? true : { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
})
