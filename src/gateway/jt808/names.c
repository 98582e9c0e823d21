/* Names of messages, additional items, alarm and status bits (JT/T 808-2019 tables 5, 23…27 and chapter 8).
 */
#include "names.h"

static const Jt808Name messages[] = {
    {0x0001, T("终端通用应答", "Terminal general answer")},
    {0x0002, T("终端心跳", "Heartbeat")},
    {0x0003, T("终端注销", "Terminal signs off")},
    {0x0004, T("查询服务器时间请求", "Asks the server's time")},
    {0x0005, T("终端补传分包请求", "Asks for missing packets")},
    {0x0100, T("终端注册", "Terminal registration")},
    {0x0102, T("终端鉴权", "Terminal authentication")},
    {0x0104, T("查询终端参数应答", "Terminal parameters")},
    {0x0107, T("查询终端属性应答", "Terminal properties")},
    {0x0108, T("终端升级结果通知", "Result of an upgrade")},
    {0x0200, T("位置信息汇报", "Position report")},
    {0x0201, T("位置信息查询应答", "Answer with a position")},
    {0x0301, T("事件报告", "Event report")},
    {0x0302, T("提问应答", "Answer to a question")},
    {0x0303, T("信息点播/取消", "Information on demand")},
    {0x0500, T("车辆控制应答", "Answer to vehicle control")},
    {0x0608, T("查询区域或线路数据应答", "Area or route data")},
    {0x0700, T("行驶记录数据上传", "Recorder data")},
    {0x0701, T("电子运单上报", "Electronic waybill")},
    {0x0702, T("驾驶员身份信息采集上报", "Driver's identity")},
    {0x0704, T("定位数据批量上传", "Positions in a batch")},
    {0x0705, T("CAN 总线数据上传", "CAN bus data")},
    {0x0800, T("多媒体事件信息上传", "Multimedia event")},
    {0x0801, T("多媒体数据上传", "Multimedia data")},
    {0x0802, T("存储多媒体数据检索应答", "Stored multimedia found")},
    {0x0805, T("摄像头立即拍摄命令应答", "Answer to a camera command")},
    {0x0900, T("数据上行透传", "Transparent data, up")},
    {0x0901, T("数据压缩上报", "Compressed data")},
    {0x0a00, T("终端 RSA 公钥", "Terminal's RSA key")},
    {0x8001, T("平台通用应答", "Platform general answer")},
    {0x8003, T("补传分包请求", "Asks for missing packets")},
    {0x8004, T("查询服务器时间应答", "The server's time")},
    {0x8100, T("终端注册应答", "Answer to a registration")},
    {0x8103, T("设置终端参数", "Sets terminal parameters")},
    {0x8104, T("查询终端参数", "Asks terminal parameters")},
    {0x8105, T("终端控制", "Terminal control")},
    {0x8106, T("查询指定终端参数", "Asks certain parameters")},
    {0x8107, T("查询终端属性", "Asks terminal properties")},
    {0x8108, T("下发终端升级包", "Upgrade package")},
    {0x8201, T("位置信息查询", "Asks the position")},
    {0x8202, T("临时位置跟踪控制", "Tracks for a while")},
    {0x8203, T("人工确认报警消息", "Confirms an alarm")},
    {0x8204, T("链路检测", "Link check")},
    {0x8300, T("文本信息下发", "Text message")},
    {0x8301, T("事件设置", "Sets events")},
    {0x8302, T("提问下发", "Question")},
    {0x8303, T("信息点播菜单设置", "Sets the information menu")},
    {0x8304, T("信息服务", "Information")},
    {0x8400, T("电话回拨", "Call back")},
    {0x8401, T("设置电话本", "Sets the phone book")},
    {0x8500, T("车辆控制", "Vehicle control")},
    {0x8600, T("设置圆形区域", "Sets circular areas")},
    {0x8601, T("删除圆形区域", "Deletes circular areas")},
    {0x8602, T("设置矩形区域", "Sets rectangular areas")},
    {0x8603, T("删除矩形区域", "Deletes rectangular areas")},
    {0x8604, T("设置多边形区域", "Sets polygonal areas")},
    {0x8605, T("删除多边形区域", "Deletes polygonal areas")},
    {0x8606, T("设置路线", "Sets routes")},
    {0x8607, T("删除路线", "Deletes routes")},
    {0x8608, T("查询区域或线路数据", "Asks area or route data")},
    {0x8700, T("行驶记录数据采集命令", "Asks recorder data")},
    {0x8701, T("行驶记录参数下传命令", "Sets recorder parameters")},
    {0x8702, T("上报驾驶员身份信息请求", "Asks the driver's identity")},
    {0x8800, T("多媒体数据上传应答", "Answer to multimedia data")},
    {0x8801, T("摄像头立即拍摄命令", "Camera command")},
    {0x8802, T("存储多媒体数据检索", "Searches stored multimedia")},
    {0x8803, T("存储多媒体数据上传命令", "Asks stored multimedia")},
    {0x8804, T("录音开始命令", "Starts recording")},
    {0x8805, T("单条存储多媒体数据检索上传命令", "Asks one stored multimedia item")},
    {0x8900, T("数据下行透传", "Transparent data, down")},
    {0x8a00, T("平台 RSA 公钥", "Platform's RSA key")},
};

static const Jt808Name items[] = {
    {0x01, T("里程", "Mileage")},
    {0x02, T("油量", "Fuel")},
    {0x03, T("行驶记录速度", "Recorder speed")},
    {0x04, T("需人工确认报警事件 ID", "Alarm event to be confirmed")},
    {0x05, T("胎压", "Tyre pressure")},
    {0x06, T("车厢温度", "Compartment temperature")},
    {0x11, T("超速报警附加信息", "More on overspeed")},
    {0x12, T("进出区域/路线附加信息", "More on area or route")},
    {0x13, T("路段行驶时间附加信息", "More on segment time")},
    {0x25, T("扩展车辆信号状态位", "More signals")},
    {0x2a, T("IO 状态位", "I/O state")},
    {0x2b, T("模拟量", "Analogue inputs")},
    {0x30, T("无线通信网络信号强度", "Network signal")},
    {0x31, T("GNSS 定位卫星数", "Satellites")},
};

static const Jt808Name results[] = {
    {0, T("成功", "done")},
    {1, T("失败", "failed")},
    {2, T("消息有误", "message wrong")},
    {3, T("不支持", "not supported")},
    {4, T("报警处理确认", "alarm confirmed")},
};

const Jt808Name jt808_alarms[] = {
    {0, T("紧急报警", "emergency")},
    {1, T("超速报警", "overspeed")},
    {2, T("疲劳驾驶报警", "driver fatigue")},
    {3, T("危险驾驶预警", "danger ahead")},
    {4, T("GNSS 模块故障", "GNSS module fault")},
    {5, T("GNSS 天线未接或剪断", "GNSS antenna open")},
    {6, T("GNSS 天线短路", "GNSS antenna shorted")},
    {7, T("主电源欠压", "main power low")},
    {8, T("主电源掉电", "main power lost")},
    {9, T("LCD 或显示器故障", "display fault")},
    {10, T("TTS 模块故障", "speech module fault")},
    {11, T("摄像头故障", "camera fault")},
    {12, T("IC 卡模块故障", "card module fault")},
    {13, T("超速预警", "overspeed soon")},
    {14, T("疲劳驾驶预警", "fatigue soon")},
    {15, T("违规行驶报警", "forbidden driving")},
    {16, T("胎压预警", "tyre pressure")},
    {17, T("右转盲区异常", "right-turn blind spot")},
    {18, T("当天累计驾驶超时", "driving time of the day exceeded")},
    {19, T("超时停车", "parked too long")},
    {20, T("进出区域", "area entered or left")},
    {21, T("进出路线", "route entered or left")},
    {22, T("路段行驶时间不足或过长", "segment time too short or too long")},
    {23, T("路线偏离", "off route")},
    {24, T("车辆 VSS 故障", "speed sensor fault")},
    {25, T("车辆油量异常", "fuel abnormal")},
    {26, T("车辆被盗", "stolen")},
    {27, T("车辆非法点火", "illegal ignition")},
    {28, T("车辆非法位移", "illegal movement")},
    {29, T("碰撞侧翻报警", "collision")},
    {30, T("侧翻预警", "roll-over")},
    {31, T("非法开门", "door opened illegally")},
};
const size_t jt808_nalarms = ARRAY_LEN(jt808_alarms);

/* Bits that say something when set; 1…3 are told with the position. */
const Jt808Name jt808_states[] = {
    {0, T("ACC 开", "ignition on")},
    {4, T("停运", "out of operation")},
    {5, T("经纬度已加密", "position encrypted by plug-in")},
    {10, T("油路断开", "oil cut")},
    {11, T("电路断开", "power cut")},
    {12, T("车门加锁", "doors locked")},
    {13, T("前门开", "front door open")},
    {14, T("中门开", "middle door open")},
    {15, T("后门开", "rear door open")},
    {16, T("驾驶席门开", "driver's door open")},
    {17, T("自定义门开", "other door open")},
    {18, T("GPS 定位", "GPS")},
    {19, T("北斗定位", "BeiDou")},
    {20, T("GLONASS 定位", "GLONASS")},
    {21, T("Galileo 定位", "Galileo")},
    {22, T("车辆行驶", "moving")},
};
const size_t jt808_nstates = ARRAY_LEN(jt808_states);

static const Jt808Name *find(const Jt808Name *table, size_t n, uint32_t code)
{
    for (size_t i = 0; i < n; i++)
        if (table[i].code == code) return &table[i];
    return NULL;
}

const Jt808Name *jt808_message_name(unsigned id)
{
    return find(messages, ARRAY_LEN(messages), id);
}

const Jt808Name *jt808_item_name(unsigned id)
{
    return find(items, ARRAY_LEN(items), id);
}

const Jt808Name *jt808_result_name(unsigned result)
{
    return find(results, ARRAY_LEN(results), result);
}
