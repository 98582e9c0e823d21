/* The list of subsystems. A new one is a folder under src/mod and a line here. */
#include "app.h"
#include "gateway/http.h"
#include "gateway/link.h"
#include "gateway/mqtt_module.h"
#include "mod/alarm.h"
#include "mod/body.h"
#include "mod/briefing.h"
#include "mod/campaign.h"
#include "mod/check.h"
#include "mod/cockpit.h"
#include "mod/consequence.h"
#include "mod/danger.h"
#include "mod/device.h"
#include "mod/district.h"
#include "mod/document.h"
#include "mod/duty.h"
#include "mod/enterprise.h"
#include "mod/grid.h"
#include "mod/hazard.h"
#include "mod/indicator.h"
#include "mod/map.h"
#include "mod/meeting.h"
#include "mod/modbus.h"
#include "mod/notify.h"
#include "mod/object.h"
#include "mod/paper.h"
#include "mod/people.h"
#include "mod/point.h"
#include "mod/public.h"
#include "mod/risk.h"
#include "mod/rule.h"
#include "mod/shift.h"
#include "mod/source.h"
#include "mod/task.h"
#include "mod/upkeep.h"
#include "mod/vehicle.h"
#include "mod/view.h"
#include "mod/warning.h"

/* one a line, so that two new ones do not meet in a merge */
/* clang-format off */
const Module *const app_modules[] = {
    &mod_district,
    &mod_body,
    &mod_object,
    &mod_device,
    &mod_point,
    &mod_rule,
    &mod_alarm,
    &mod_source,
    &mod_map,
    &mod_cockpit,
    &mod_vehicle,
    &gateway_http,
    &gateway_link,
    &gateway_mqtt,
    &gateway_hj212,
    &gateway_gb26875,
    &gateway_jt808,
    &gateway_modbus,
    &mod_modbus,
    &mod_warning,
    &mod_people,
    &mod_shift,
    &mod_notify,
    &mod_danger,
    &mod_enterprise,
    &mod_briefing,
    &mod_public,
    &mod_check,
    &mod_grid,
    &mod_risk,
    &mod_campaign,
    &mod_hazard,
    &mod_consequence,
    &mod_paper,
    &mod_upkeep,
    &mod_indicator,
    &mod_duty,
    &mod_task,
    &mod_document,
    &mod_meeting,
    &mod_view,
};
/* clang-format on */
const size_t app_nmodules = ARRAY_LEN(app_modules);
