/* Devices. Whether a device's own clock can be trusted decides which time its readings carry, so a change of
 * `arrival_time` renews the points' registry: the device does not know the points' slice and reaches its hook
 * through the kernel. */
#include "mod/device.h"

static const DictEntry kinds[] = {
    {"gas_detector", T("燃气监测仪", "Gas detector"), NULL, NULL},
    {"toxic_detector", T("有毒气体探测器", "Toxic gas detector"), NULL, NULL},
    {"pressure_gauge", T("压力变送器", "Pressure transmitter"), NULL, NULL},
    {"flow_meter", T("流量计", "Flow meter"), NULL, NULL},
    {"level_gauge", T("液位计", "Level gauge"), NULL, NULL},
    {"thermometer", T("温度传感器", "Thermometer"), NULL, NULL},
    {"noise_logger", T("漏失噪声记录仪", "Leak noise logger"), NULL, NULL},
    {"analyser", T("水质分析仪", "Water quality analyser"), NULL, NULL},
    {"rain_gauge", T("雨量计", "Rain gauge"), NULL, NULL},
    {"weather_station", T("气象站", "Weather station"), NULL, NULL},
    {"accelerometer", T("加速度计", "Accelerometer"), NULL, NULL},
    {"strain_gauge", T("应变计", "Strain gauge"), NULL, NULL},
    {"displacement", T("位移计", "Displacement gauge"), NULL, NULL},
    {"inclinometer", T("倾角计", "Inclinometer"), NULL, NULL},
    {"crack_gauge", T("裂缝计", "Crack gauge"), NULL, NULL},
    {"cable_force", T("索力计", "Cable force gauge"), NULL, NULL},
    {"weigh_bridge", T("动态称重", "Weigh-in-motion"), NULL, NULL},
    {"gnss", T("北斗监测站", "GNSS station"), NULL, NULL},
    {"piezometer", T("渗压计", "Piezometer"), NULL, NULL},
    {"cover_terminal", T("井盖监测终端", "Manhole cover monitor"), NULL, NULL},
    {"lift_terminal", T("电梯物联网终端", "Lift monitor"), NULL, NULL},
    {"user_transmitter", T("用户信息传输装置", "User information transmitter"), NULL, NULL},
    {"fire_detector", T("火灾探测器", "Fire detector"), NULL, NULL},
    {"electric_fire", T("电气火灾监控", "Electrical fire monitor"), NULL, NULL},
    {"vehicle_terminal", T("车载终端", "Vehicle terminal"), NULL, NULL},
    {"camera", T("视频", "Camera"), NULL, NULL},
    {"counter", T("客流计数器", "People counter"), NULL, NULL},
    {"fire_terminal", T("消防物联终端", "Fire terminal"), NULL, NULL},
    {"settlement_gauge", T("沉降计", "Settlement gauge"), NULL, NULL},
    {"collector", T("数据采集仪", "Data collector"), NULL, NULL},
    {"rtu", T("遥测终端", "RTU"), NULL, NULL},
    {"dcs", T("集散控制系统", "DCS"), NULL, NULL},
    {"plc", T("可编程控制器", "PLC"), NULL, NULL},
    {"gateway", T("采集网关", "Gateway"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};

static const DictEntry protocols[] = {
    {"line", T("InfluxDB 行协议", "InfluxDB line protocol"), NULL, NULL},
    {"json", T("HTTP JSON", "HTTP JSON"), NULL, NULL},
    {"mqtt", T("MQTT", "MQTT"), NULL, NULL},
    {"hj212", T("HJ 212-2017", "HJ 212-2017"), NULL, NULL},
    {"gb26875", T("GB/T 26875.3", "GB/T 26875.3"), NULL, NULL},
    {"jt808", T("JT/T 808", "JT/T 808"), NULL, NULL},
    {"modbus", T("Modbus TCP", "Modbus TCP"), NULL, NULL},
    {"csv", T("CSV 补录", "CSV back-fill"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("设备编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120, T("设备名称", "Name"),
     T("", ""), NULL, "basic", NULL},
    {"kind", F_ENUM, F_FILTER | F_LIST, "device_kind", 0, 0, T("设备类型", "Kind"), T("", ""), NULL, "basic",
     NULL},
    {"protocol", F_ENUM, F_FILTER | F_LIST, "protocol", 0, 0, T("接入协议", "Protocol"), T("", ""), NULL,
     "basic", NULL},
    {"parent", F_REF, F_FILTER | F_INDEX, "devices", 0, 0, T("上级设备", "Parent device"),
     T("网关或传输装置", "its gateway or transmitter"), NULL, "basic", NULL},
    {"object", F_REF, F_FILTER | F_LIST | F_INDEX, "objects", 0, 0, T("所属对象", "Object"), T("", ""), NULL,
     "place", NULL},
    {"maker", F_TEXT, F_FILTER | F_SEARCH, NULL, 0, 100, T("生产厂家", "Maker"), T("", ""), NULL, "technical",
     NULL},
    {"model", F_TEXT, F_FILTER | F_SEARCH, NULL, 0, 100, T("型号", "Model"), T("", ""), NULL, "technical",
     NULL},
    {"serial", F_TEXT, F_FILTER | F_SEARCH, NULL, 0, 100, T("出厂编号", "Serial number"), T("", ""), NULL,
     "technical", NULL},
    {"installed_at", F_TIME, F_FILTER | F_SORT, NULL, 0, 0, T("安装时间", "Installed"), T("", ""), NULL,
     "technical", NULL},
    {"arrival_time", F_BOOL, F_FILTER, NULL, 0, 0, T("以到达时间为准", "Use arrival time"),
     T("设备时钟不可信时选是，读数取到达平台的时间",
       "yes when the device's clock cannot be trusted: readings take the time of "
       "their arrival"),
     NULL, "technical", "false"},
    {"in_service", F_BOOL, F_FILTER | F_LIST, NULL, 0, 0, T("在用", "In service"), T("", ""), NULL,
     "technical", "true"},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

#define CHAIN_MOST 8

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    int64_t up = rec_i64(e, rec, "parent");
    for (int depth = 0; up; depth++) {
        if (up == rec->id || depth == CHAIN_MOST)
            return FAIL_FIELD(w->ctx, "parent", "cycle", 0, "上级设备形成了循环",
                              "the parent devices form a circle");
        Record *parent;
        TRY(store_get(w, e, up, &parent));
        up = rec_i64(e, parent, "parent");
    }
    return 0;
}

static void committed(Kernel *k, const Entity *e)
{
    (void)e;
    const Entity *points = kernel_entity(k, "points");
    if (points && points->committed) points->committed(k, points);
}

const Entity device_entity = {
    .name = "device",
    .plural = "devices",
    .title = T("设备", "Devices"),
    .icon = T("", "device"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "device.read",
    .write_perm = "device.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .searched = true,
    .scope = {.kind = SCOPE_VIA, .via = "object"},
    .validate = validate,
    .committed = committed,
};

static const Entity *const entities[] = {&device_entity};
static const Perm perms[] = {
    {"device.read", T("查看设备", "See devices"), "watch office dept town inspector leader system audit"},
    {"device.write", T("维护设备", "Change devices"), "office dept system"},
};
static const Dict dicts[] = {
    {"device_kind", T("设备类型", "Kinds of devices"), kinds, ARRAY_LEN(kinds), false},
    {"protocol", T("接入协议", "Protocols"), protocols, ARRAY_LEN(protocols), false},
};

const Module mod_device = {
    .name = "device",
    .title = T("设备", "Devices"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
};
