/* The code tables of HJ 212-2017: commands (table 9 and 2005's), systems (table 5), field suffixes, data
 * flags, and the commonest factors of HJ 524-2009 (air) and HJ 525-2009 (water) beside the short codes that
 * devices of 2005 send. The factor and flag names were written down from knowledge of the standards, without
 * their text at hand; they are for people's eyes only and decide nothing. */
#include "tables.h"
#include "base/rc.h"

static const Hj212Command commands[] = {
    {1000, HJ212_OTHER, false, T("设置超时时间及重发次数", "set time-out and retries")},
    {1011, HJ212_OTHER, false, T("提取现场机时间", "get the device's time")},
    {1012, HJ212_OTHER, false, T("设置现场机时间", "set the device's time")},
    {1013, HJ212_CALIBRATE, true, T("现场机时间校准请求", "the device asks for time calibration")},
    {1061, HJ212_OTHER, false, T("提取实时数据间隔", "get interval of real-time data")},
    {1062, HJ212_OTHER, false, T("设置实时数据间隔", "set interval of real-time data")},
    {1063, HJ212_OTHER, false, T("提取分钟数据间隔", "get interval of minute data")},
    {1064, HJ212_OTHER, false, T("设置分钟数据间隔", "set interval of minute data")},
    {1072, HJ212_OTHER, false, T("设置现场机访问密码", "set the device's password")},
    {2011, HJ212_DATA, false, T("污染物实时数据", "real-time data of pollutants")},
    {2012, HJ212_OTHER, true, T("停止察看污染物实时数据", "stop real-time data")},
    {2021, HJ212_DATA, false, T("设备运行状态数据", "running state of devices")},
    {2022, HJ212_OTHER, true, T("停止察看设备运行状态", "stop running state")},
    {2031, HJ212_DATA, false, T("污染物日历史数据", "day data of pollutants")},
    {2041, HJ212_DATA, false, T("设备运行时间日历史数据", "running time of devices by day")},
    {2051, HJ212_DATA, false, T("污染物分钟数据", "minute data of pollutants")},
    {2061, HJ212_DATA, false, T("污染物小时数据", "hour data of pollutants")},
    {2081, HJ212_OTHER, false, T("数采仪开机时间", "start time of the data logger")},
    {3011, HJ212_OTHER, false, T("零点校准、量程校准", "zero and span calibration")},
    {3012, HJ212_OTHER, false, T("即时采样", "sample now")},
    {3013, HJ212_OTHER, false, T("启动清洗、反吹", "start cleaning")},
    {3014, HJ212_OTHER, false, T("比对采样", "comparison sampling")},
    {3015, HJ212_OTHER, false, T("超标留样", "keep a sample above the limit")},
    {3016, HJ212_OTHER, false, T("设置采样时间周期", "set sampling period")},
    {3017, HJ212_OTHER, false, T("提取采样时间周期", "get sampling period")},
    {3018, HJ212_OTHER, false, T("提取出样时间", "get time of analysis")},
    {3019, HJ212_OTHER, false, T("提取设备唯一标识", "get serial number of a device")},
    {3020, HJ212_OTHER, false, T("现场机信息", "information of the device")},
    {3021, HJ212_OTHER, false, T("设置现场机参数", "set parameters of the device")},
    {9011, HJ212_ANSWER, false, T("请求应答", "answer to a request")},
    {9012, HJ212_ANSWER, false, T("执行结果", "result of a request")},
    {9013, HJ212_ANSWER, false, T("通知应答", "answer to a notice")},
    {9014, HJ212_ANSWER, false, T("数据应答", "answer to data")},
    {9015, HJ212_HEARTBEAT, false, T("心跳", "heartbeat")},
    {9021, HJ212_HEARTBEAT, false, T("登录或心跳（2005 版）", "log-in or heartbeat (2005)")},
};

const Hj212Command *hj212_command(int cn)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (commands[i].cn == cn) return &commands[i];
    return NULL;
}

Hj212Kind hj212_kind(int cn)
{
    const Hj212Command *c = hj212_command(cn);
    return c ? c->kind : HJ212_UNKNOWN;
}

static const Hj212Suffix suffixes[] = {
    {"Rtd", SUFFIX_VALUE, T("实时值", "real-time value")},
    {"ZsRtd", SUFFIX_VALUE, T("折算实时值", "converted real-time value")},
    {"Min", SUFFIX_VALUE, T("最小值", "minimum")},
    {"Avg", SUFFIX_VALUE, T("平均值", "mean")},
    {"Max", SUFFIX_VALUE, T("最大值", "maximum")},
    {"ZsMin", SUFFIX_VALUE, T("折算最小值", "converted minimum")},
    {"ZsAvg", SUFFIX_VALUE, T("折算平均值", "converted mean")},
    {"ZsMax", SUFFIX_VALUE, T("折算最大值", "converted maximum")},
    {"Cou", SUFFIX_VALUE, T("累计值", "total")},
    {"RS", SUFFIX_VALUE, T("运行状态", "running state")},
    {"RT", SUFFIX_VALUE, T("运行时间", "running time")},
    {"Data", SUFFIX_VALUE, T("噪声值", "noise value")},
    {"DayData", SUFFIX_VALUE, T("昼间噪声值", "noise value by day")},
    {"NightData", SUFFIX_VALUE, T("夜间噪声值", "noise value by night")},
    {"Flag", SUFFIX_FLAG, T("数据标记", "data flag")},
    {"SampleTime", SUFFIX_SAMPLE_TIME, T("采样时间", "sample time")},
    {"EFlag", SUFFIX_TEXT, T("设备标志", "device flag")},
    {"Info", SUFFIX_TEXT, T("现场端信息", "information")},
    {"SN", SUFFIX_TEXT, T("设备唯一标识", "serial number")},
};

const Hj212Suffix *hj212_suffix(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(suffixes); i++)
        if (str_is(name, suffixes[i].name)) return &suffixes[i];
    return NULL;
}

typedef struct Named {
    const char *code;
    Text name;
} Named;

static const Text *named(const Named *table, size_t n, Str code)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(code, table[i].code)) return &table[i].name;
    return NULL;
}

const Text *hj212_system_name(Str st)
{
    static const Named table[] = {
        {"21", T("地表水质量监测", "surface water quality")},
        {"22", T("空气质量监测", "air quality")},
        {"23", T("声环境质量监测", "environmental noise")},
        {"24", T("地下水质量监测", "groundwater quality")},
        {"25", T("土壤质量监测", "soil quality")},
        {"26", T("海水质量监测", "sea water quality")},
        {"27", T("挥发性有机物监测", "volatile organic compounds")},
        {"31", T("大气环境污染源", "air pollution source")},
        {"32", T("地表水体环境污染源", "water pollution source")},
        {"33", T("地下水体环境污染源", "groundwater pollution source")},
        {"34", T("海洋环境污染源", "sea pollution source")},
        {"35", T("土壤环境污染源", "soil pollution source")},
        {"36", T("声环境污染源", "noise source")},
        {"37", T("振动环境污染源", "vibration source")},
        {"38", T("放射性环境污染源", "radiation source")},
        {"39", T("工地扬尘污染源", "construction dust")},
        {"41", T("电磁环境污染源", "electromagnetic source")},
        {"91", T("系统交互", "system interaction")},
    };
    return named(table, ARRAY_LEN(table), st);
}

const Text *hj212_flag_name(Str flag)
{
    static const Named table[] = {
        {"N", T("正常", "normal")},
        {"F", T("停运", "stopped")},
        {"M", T("维护", "maintenance")},
        {"S", T("手工输入", "entered by hand")},
        {"D", T("故障", "fault")},
        {"C", T("校准", "calibration")},
        {"T", T("超测定上限", "over the measuring range")},
        {"B", T("通讯异常", "communication fault")},
    };
    return named(table, ARRAY_LEN(table), flag);
}

static const Named factors[] = {
    {"w00000", T("污水", "waste water")},
    {"w01001", T("pH 值", "pH")},
    {"w01002", T("色度", "colour")},
    {"w01003", T("浑浊度", "turbidity")},
    {"w01006", T("溶解性总固体", "total dissolved solids")},
    {"w01009", T("溶解氧", "dissolved oxygen")},
    {"w01010", T("水温", "water temperature")},
    {"w01012", T("悬浮物", "suspended solids")},
    {"w01014", T("电导率", "conductivity")},
    {"w01017", T("五日生化需氧量", "BOD5")},
    {"w01018", T("化学需氧量", "COD")},
    {"w01019", T("高锰酸盐指数", "permanganate index")},
    {"w01020", T("总有机碳", "total organic carbon")},
    {"w20111", T("总汞", "total mercury")},
    {"w20115", T("总镉", "total cadmium")},
    {"w20116", T("总铬", "total chromium")},
    {"w20117", T("六价铬", "hexavalent chromium")},
    {"w20119", T("总砷", "total arsenic")},
    {"w20120", T("总铅", "total lead")},
    {"w20121", T("总镍", "total nickel")},
    {"w20122", T("总铜", "total copper")},
    {"w20123", T("总锌", "total zinc")},
    {"w21001", T("总氮", "total nitrogen")},
    {"w21003", T("氨氮", "ammonia nitrogen")},
    {"w21011", T("总磷", "total phosphorus")},
    {"w21016", T("总氰化物", "total cyanide")},
    {"w21017", T("氟化物", "fluoride")},
    {"w21019", T("硫化物", "sulfide")},
    {"w22001", T("石油类", "petroleum oils")},
    {"w23002", T("挥发酚", "volatile phenols")},
    {"a00000", T("废气", "waste gas")},
    {"a01001", T("气温", "air temperature")},
    {"a01002", T("湿度", "humidity")},
    {"a01006", T("气压", "air pressure")},
    {"a01007", T("风速", "wind speed")},
    {"a01008", T("风向", "wind direction")},
    {"a01011", T("烟气流速", "flue gas speed")},
    {"a01012", T("烟气温度", "flue gas temperature")},
    {"a01013", T("烟气压力", "flue gas pressure")},
    {"a01014", T("烟气湿度", "flue gas humidity")},
    {"a05002", T("甲烷", "methane")},
    {"a05024", T("臭氧", "ozone")},
    {"a19001", T("氧气含量", "oxygen")},
    {"a21001", T("氨", "ammonia")},
    {"a21002", T("氮氧化物", "nitrogen oxides")},
    {"a21003", T("一氧化氮", "nitric oxide")},
    {"a21004", T("二氧化氮", "nitrogen dioxide")},
    {"a21005", T("一氧化碳", "carbon monoxide")},
    {"a21018", T("氟化物", "fluorides")},
    {"a21024", T("氯化氢", "hydrogen chloride")},
    {"a21026", T("二氧化硫", "sulfur dioxide")},
    {"a21028", T("硫化氢", "hydrogen sulfide")},
    {"a24088", T("非甲烷总烃", "non-methane hydrocarbons")},
    {"a25002", T("苯", "benzene")},
    {"a25003", T("甲苯", "toluene")},
    {"a25005", T("二甲苯", "xylenes")},
    {"a34001", T("总悬浮颗粒物", "total suspended particles")},
    {"a34002", T("可吸入颗粒物 PM10", "PM10")},
    {"a34004", T("细颗粒物 PM2.5", "PM2.5")},
    {"a34013", T("烟尘", "smoke dust")},
    {"a99054", T("挥发性有机物", "volatile organic compounds")},
    {"LA", T("A 声级", "A-weighted sound level")},
    {"Leq", T("等效声级", "equivalent sound level")},
    {"Ld", T("昼间等效声级", "equivalent sound level by day")},
    {"Ln", T("夜间等效声级", "equivalent sound level by night")},
    {"Ldn", T("昼夜等效声级", "day-night sound level")},
    {"001", T("pH 值（2005 版）", "pH (2005)")},
    {"011", T("化学需氧量（2005 版）", "COD (2005)")},
    {"060", T("氨氮（2005 版）", "ammonia nitrogen (2005)")},
    {"065", T("总氮（2005 版）", "total nitrogen (2005)")},
    {"101", T("总磷（2005 版）", "total phosphorus (2005)")},
    {"B01", T("污水（2005 版）", "waste water (2005)")},
    {"B02", T("废气（2005 版）", "waste gas (2005)")},
    {"01", T("烟尘（2005 版）", "smoke dust (2005)")},
    {"02", T("二氧化硫（2005 版）", "sulfur dioxide (2005)")},
    {"03", T("氮氧化物（2005 版）", "nitrogen oxides (2005)")},
    {"S01", T("氧气含量（2005 版）", "oxygen (2005)")},
    {"S02", T("烟气流速（2005 版）", "flue gas speed (2005)")},
    {"S03", T("烟气温度（2005 版）", "flue gas temperature (2005)")},
    {"S05", T("烟气湿度（2005 版）", "flue gas humidity (2005)")},
    {"S08", T("烟气压力（2005 版）", "flue gas pressure (2005)")},
};

const Text *hj212_factor_name(Str code)
{
    return named(factors, ARRAY_LEN(factors), code);
}
