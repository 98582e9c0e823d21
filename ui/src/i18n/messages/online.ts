export const online = {
  'online.title': ['在线率', 'Online rate'],
  'online.note': [
    '在用测点中，最近一次读数不早于三个采样周期（至少 5 分钟）的为在线。覆盖率为已监测除以应监测。',
    'A point in service is online when its newest reading is no older than three sampling periods (at least 5 minutes). Coverage is monitored ÷ must be monitored.',
  ],
  'online.online': ['在线测点', 'Points online'],
  'online.rate': ['在线率', 'Online rate'],
  'online.coverage': ['监测覆盖率', 'Coverage'],
  'online.total': ['在用测点', 'In service'],
  'online.offline': ['离线', 'Offline'],
  'online.field': ['专业', 'Field'],
  'online.district': ['区县', 'District'],
  'online.elsewhere': ['未归属', 'Not assigned'],
  'online.byField': ['按专业', 'By field'],
  'online.byDistrict': ['按区县', 'By district'],
  'online.none': ['还没有在用测点', 'No point is in service yet'],
  'online.none.note': ['导入测点或认领来源后，这里显示在线情况。', 'Import points or claim sources; their state appears here.'],
} as const
