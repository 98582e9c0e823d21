/* The tables of GB/T 26875.3-2011: commands (table 2), object types and sizes (tables 3 and 8.2), status
 * bits, system, component and analogue types. */
#include "tables.h"
#include "base/rc.h"

#define NO_LENGTH (-1)

static const Gb26875Type types[] = {
    {1, 4, NO_LENGTH, true, 102, OBJECT_UP, T("建筑消防设施系统状态", "system status")},
    {2, 40, NO_LENGTH, true, 22, OBJECT_UP, T("建筑消防设施部件运行状态", "component status")},
    {3, 10, NO_LENGTH, true, 63, OBJECT_UP, T("建筑消防设施部件模拟量值", "component analogue")},
    {4, 4, NO_LENGTH, true, 102, OBJECT_UP, T("建筑消防设施操作信息", "operation at the facility")},
    {5, 4, NO_LENGTH, false, 1, OBJECT_UP, T("建筑消防设施软件版本", "software version of the facility")},
    {6, 3, 2, false, 3, OBJECT_UP, T("建筑消防设施系统配置情况", "configuration of the system")},
    {7, 38, NO_LENGTH, false, 26, OBJECT_UP, T("建筑消防设施部件配置情况", "configuration of components")},
    {8, 2, NO_LENGTH, true, 1, OBJECT_UP, T("建筑消防设施系统时间", "time of the system")},
    {21, 1, NO_LENGTH, true, 1, OBJECT_UP,
     T("用户信息传输装置运行状态", "status of the transmission device")},
    {24, 2, NO_LENGTH, true, 127, OBJECT_UP,
     T("用户信息传输装置操作信息", "operation at the transmission device")},
    {25, 2, NO_LENGTH, false, 1, OBJECT_UP,
     T("用户信息传输装置软件版本", "version of the transmission device")},
    {26, 1, 0, false, 1, OBJECT_UP,
     T("用户信息传输装置配置情况", "configuration of the transmission device")},
    {28, 0, NO_LENGTH, true, 1, OBJECT_UP, T("用户信息传输装置系统时间", "time of the transmission device")},
    {61, 2, NO_LENGTH, false, 102, OBJECT_READ, T("读系统状态", "read system status")},
    {62, 7, NO_LENGTH, false, 102, OBJECT_READ, T("读部件运行状态", "read component status")},
    {63, 7, NO_LENGTH, false, 102, OBJECT_READ, T("读部件模拟量值", "read component analogue")},
    {64, 9, NO_LENGTH, false, 1, OBJECT_READ, T("读操作信息", "read operations")},
    {65, 2, NO_LENGTH, false, 1, OBJECT_READ, T("读软件版本", "read software version")},
    {66, 2, NO_LENGTH, false, 102, OBJECT_READ, T("读系统配置情况", "read configuration of the system")},
    {67, 7, NO_LENGTH, false, 102, OBJECT_READ, T("读部件配置情况", "read configuration of components")},
    {68, 2, NO_LENGTH, false, 1, OBJECT_READ, T("读系统时间", "read time of the system")},
    {81, 1, NO_LENGTH, false, 1, OBJECT_READ, T("读用户信息传输装置运行状态", "read device status")},
    {84, 7, NO_LENGTH, false, 1, OBJECT_READ, T("读用户信息传输装置操作信息记录", "read device operations")},
    {85, 1, NO_LENGTH, false, 1, OBJECT_READ, T("读用户信息传输装置软件版本", "read device version")},
    {86, 1, NO_LENGTH, false, 1, OBJECT_READ, T("读用户信息传输装置配置情况", "read device configuration")},
    {88, 1, NO_LENGTH, false, 1, OBJECT_READ, T("读用户信息传输装置系统时间", "read device time")},
    {89, 1, NO_LENGTH, false, 1, OBJECT_ORDER, T("初始化用户信息传输装置", "initialise the device")},
    {90, 0, NO_LENGTH, true, 1, OBJECT_ORDER, T("同步用户信息传输装置时钟", "set the device's clock")},
    {91, 1, NO_LENGTH, false, 1, OBJECT_ORDER, T("查岗命令", "duty check")},
};

const Gb26875Type *gb26875_type(uint8_t type)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (types[i].type == type) return &types[i];
    return NULL;
}

const char *gb26875_walk(Str data, Gb26875Walk *w)
{
    const unsigned char *p = (const unsigned char *)data.p;
    *w = (Gb26875Walk){0};
    if (data.n < 2) return GB26875_OBJECTS;
    w->type = gb26875_type(p[0]);
    w->count = p[1];
    w->p = p + 2;
    w->end = p + data.n;
    if (!w->type) return GB26875_TYPE;
    return w->count == 0 || w->count > w->type->max ? GB26875_OBJECTS : NULL;
}

bool gb26875_walk_next(Gb26875Walk *w, Gb26875Object *out, const char **why)
{
    *why = NULL;
    size_t left = (size_t)(w->end - w->p);
    if (w->index == w->count) {
        if (left) *why = GB26875_OBJECTS;
        return false;
    }
    size_t n = w->type->body, all;
    *why = GB26875_OBJECTS;
    if (left < n) return false;
    if (w->type->length_at >= 0) n += w->p[w->type->length_at];
    all = n + (w->type->time ? 6 : 0);
    if (left < all) return false;
    *why = NULL;
    *out = (Gb26875Object){.type = w->type, .body = w->p, .n = n, .time = w->type->time ? w->p + n : NULL};
    w->p += all;
    w->index++;
    return true;
}

#define ONLY_ON(zh, en)                                                                                      \
    {                                                                                                        \
        T(zh, en),                                                                                           \
        {                                                                                                    \
            NULL, NULL                                                                                       \
        }                                                                                                    \
    }

const Gb26875Bit gb26875_system_bits[SYSTEM_BITS] = {
    {T("正常运行", "normal operation"), T("测试状态", "test")},
    ONLY_ON("火警", "fire alarm"),
    ONLY_ON("故障", "fault"),
    ONLY_ON("屏蔽", "disabled"),
    ONLY_ON("监管", "supervisory"),
    ONLY_ON("启动", "started"),
    ONLY_ON("反馈", "feedback"),
    ONLY_ON("延时", "delay"),
    ONLY_ON("主电故障", "main power fault"),
    ONLY_ON("备电故障", "backup power fault"),
    ONLY_ON("总线故障", "bus fault"),
    {T("手动状态", "manual"), T("自动状态", "automatic")},
    ONLY_ON("配置改变", "configuration changed"),
    ONLY_ON("复位", "reset"),
};

const Gb26875Bit gb26875_component_bits[COMPONENT_BITS] = {
    {T("正常运行", "normal operation"), T("测试状态", "test")},
    ONLY_ON("火警", "fire alarm"),
    ONLY_ON("故障", "fault"),
    ONLY_ON("屏蔽", "disabled"),
    ONLY_ON("监管", "supervisory"),
    ONLY_ON("启动", "started"),
    ONLY_ON("反馈", "feedback"),
    ONLY_ON("延时", "delay"),
    ONLY_ON("电源故障", "power fault"),
};

const Gb26875Bit gb26875_device_bits[DEVICE_BITS] = {
    {T("正常监视", "normal monitoring"), T("测试状态", "test")},
    ONLY_ON("火警", "fire alarm"),
    ONLY_ON("故障", "fault"),
    ONLY_ON("主电故障", "main power fault"),
    ONLY_ON("备电故障", "backup power fault"),
    ONLY_ON("与监控中心通信信道故障", "link to the centre failed"),
    ONLY_ON("监测连接线路故障", "line to the panel failed"),
};

const Gb26875Bit gb26875_operation_bits[OPERATION_BITS] = {
    ONLY_ON("复位", "reset"),
    ONLY_ON("消音", "mute"),
    ONLY_ON("手动报警", "manual alarm"),
    ONLY_ON("警情消除", "alarm cleared"),
    ONLY_ON("自检", "self-test"),
    ONLY_ON("确认", "confirmed"),
    ONLY_ON("测试", "test"),
};

const Gb26875Bit gb26875_device_operation_bits[OPERATION_BITS] = {
    ONLY_ON("复位", "reset"),
    ONLY_ON("消音", "mute"),
    ONLY_ON("手动报警", "manual alarm"),
    ONLY_ON("警情消除", "alarm cleared"),
    ONLY_ON("自检", "self-test"),
    ONLY_ON("查岗应答", "answer to a duty check"),
    ONLY_ON("测试", "test"),
};

const Gb26875Analogue *gb26875_analogue(uint8_t type)
{
    static const Gb26875Analogue table[] = {
        {1, 1, "", T("事件计数", "event count")},
        {2, 100, "m", T("高度", "height")},
        {3, 10, "℃", T("温度", "temperature")},
        {4, 10, "MPa", T("压力", "pressure")},
        {5, 10, "kPa", T("压力", "pressure")},
        {6, 10, "%LEL", T("气体浓度", "gas concentration")},
        {7, 1, "s", T("时间", "time")},
        {8, 10, "V", T("电压", "voltage")},
        {9, 10, "A", T("电流", "current")},
        {10, 10, "L/s", T("流量", "flow")},
        {11, 10, "m³/min", T("风量", "air volume")},
        {12, 1, "m/s", T("风速", "wind speed")},
    };
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].type == type) return &table[i];
    return NULL;
}

typedef struct Named {
    uint8_t code;
    Text name;
} Named;

static const Text *named(const Named *table, size_t n, uint8_t code)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].code == code) return &table[i].name;
    return NULL;
}

const Text *gb26875_command_name(uint8_t command)
{
    static const Named table[] = {
        {GB26875_CONTROL, T("控制命令", "control")}, {GB26875_SEND, T("发送数据", "send data")},
        {GB26875_CONFIRM, T("确认", "confirm")},     {GB26875_REQUEST, T("请求", "request")},
        {GB26875_REPLY, T("应答", "reply")},         {GB26875_DENY, T("否认", "deny")},
    };
    return named(table, ARRAY_LEN(table), command);
}

const Text *gb26875_system_name(uint8_t system)
{
    static const Named table[] = {
        {0, T("通用", "general")},
        {1, T("火灾报警系统", "fire alarm system")},
        {10, T("消防联动控制器", "linkage controller")},
        {11, T("消火栓系统", "hydrant system")},
        {12, T("自动喷水灭火系统", "sprinkler system")},
        {13, T("气体灭火系统", "gas extinguishing system")},
        {14, T("水喷雾灭火系统（泵启动方式）", "water spray system (pump)")},
        {15, T("水喷雾灭火系统（压力容器启动方式）", "water spray system (pressure vessel)")},
        {16, T("泡沫灭火系统", "foam system")},
        {17, T("干粉灭火系统", "powder system")},
        {18, T("防烟排烟系统", "smoke control system")},
        {19, T("防火门及卷帘系统", "fire doors and shutters")},
        {20, T("消防电梯", "fire lift")},
        {21, T("消防应急广播", "emergency broadcast")},
        {22, T("消防应急照明和疏散指示系统", "emergency lighting and signs")},
        {23, T("消防电源", "power supply")},
        {24, T("消防电话", "fire telephone")},
    };
    return named(table, ARRAY_LEN(table), system);
}

static const Named components[] = {
    {0, T("通用", "general")},
    {1, T("火灾报警控制器", "fire alarm controller")},
    {10, T("可燃气体探测器", "combustible gas detector")},
    {11, T("点型可燃气体探测器", "point gas detector")},
    {12, T("独立式可燃气体探测器", "stand-alone gas detector")},
    {13, T("线型可燃气体探测器", "line gas detector")},
    {16, T("电气火灾监控报警器", "electrical fire panel")},
    {17, T("剩余电流式电气火灾监控探测器", "residual current detector")},
    {18, T("测温式电气火灾监控探测器", "cable temperature detector")},
    {21, T("探测回路", "detection loop")},
    {22, T("火灾显示盘", "fire display panel")},
    {23, T("手动火灾报警按钮", "manual call point")},
    {24, T("消火栓按钮", "hydrant button")},
    {25, T("火灾探测器", "fire detector")},
    {30, T("感温火灾探测器", "heat detector")},
    {31, T("点型感温火灾探测器", "point heat detector")},
    {32, T("点型感温火灾探测器（S 型）", "point heat detector, type S")},
    {33, T("点型感温火灾探测器（R 型）", "point heat detector, type R")},
    {34, T("线型感温火灾探测器", "line heat detector")},
    {35, T("线型感温火灾探测器（S 型）", "line heat detector, type S")},
    {36, T("线型感温火灾探测器（R 型）", "line heat detector, type R")},
    {37, T("光纤感温火灾探测器", "fibre heat detector")},
    {40, T("感烟火灾探测器", "smoke detector")},
    {41, T("点型离子感烟火灾探测器", "ionisation smoke detector")},
    {42, T("点型光电感烟火灾探测器", "optical smoke detector")},
    {43, T("线型光束感烟火灾探测器", "beam smoke detector")},
    {44, T("吸气式感烟火灾探测器", "aspirating smoke detector")},
    {50, T("复合式火灾探测器", "combined detector")},
    {51, T("复合式感烟感温火灾探测器", "smoke and heat detector")},
    {52, T("复合式感光感温火灾探测器", "flame and heat detector")},
    {53, T("复合式感光感烟火灾探测器", "flame and smoke detector")},
    {61, T("紫外火焰探测器", "ultraviolet flame detector")},
    {62, T("红外火焰探测器", "infrared flame detector")},
    {69, T("感光火灾探测器", "flame detector")},
    {74, T("气体探测器", "gas detector")},
    {78, T("图像摄像方式火灾探测器", "video fire detector")},
    {79, T("感声火灾探测器", "acoustic fire detector")},
    {81, T("气体灭火控制器", "gas extinguishing controller")},
    {82, T("消防电气控制装置", "electrical control unit")},
    {83, T("消防控制室图形显示装置", "control room display")},
    {84, T("模块", "module")},
    {85, T("输入模块", "input module")},
    {86, T("输出模块", "output module")},
    {87, T("输入输出模块", "input and output module")},
    {88, T("中继模块", "relay module")},
    {91, T("消防水泵", "fire pump")},
    {92, T("消防水箱", "fire water tank")},
    {95, T("喷淋泵", "sprinkler pump")},
    {96, T("水流指示器", "flow indicator")},
    {97, T("信号阀", "signal valve")},
    {98, T("报警阀", "alarm valve")},
    {99, T("压力开关", "pressure switch")},
    {101, T("阀驱动装置", "valve drive")},
    {102, T("防火门", "fire door")},
    {103, T("防火阀", "fire damper")},
    {104, T("通风空调", "air conditioning")},
    {105, T("泡沫液泵", "foam pump")},
    {106, T("管网电磁阀", "solenoid valve")},
    {111, T("防烟排烟风机", "smoke fan")},
    {113, T("排烟防火阀", "smoke exhaust damper")},
    {114, T("常闭送风口", "supply vent, normally closed")},
    {115, T("排烟口", "smoke vent")},
    {116, T("电控挡烟垂壁", "smoke curtain")},
    {117, T("防火卷帘控制器", "fire shutter controller")},
    {118, T("防火门监控器", "fire door monitor")},
    {121, T("警报装置", "alarm sounder")},
};

const Text *gb26875_component_name(uint8_t type)
{
    return named(components, ARRAY_LEN(components), type);
}
