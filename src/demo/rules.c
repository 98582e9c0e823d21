/* The demo's alarm rules. Limits without a published source are proposals and say so: 默认值. */
#include "city.h"
#include "mod/rule.h"

#include <math.h>

#define NO NAN

typedef struct RuleRow {
    const char *code, *name, *point, *kind, *dir;
    double limit[4]; /* red, orange, yellow, blue */
    double deadband;
    int on_s, off_s, window_s, grade;
    double eps;
    const char *expr;
    const char *cause, *consequence, *response;
    int minutes;
    const char *basis;
} RuleRow;

/* A table reads as a table. */
/* clang-format off */
static const RuleRow rows[] = {
    {"GAS-CH4", "相邻井甲烷浓度", "GAS-*", "level", "high", {5.0, 2.5, 1.0, 0.5}, 0.1, 0, 60, 0, 0, 0, NULL,
     "燃气管道泄漏扩散至井内；或沼气积聚", "遇明火爆炸，波及周边人员与管线", "通知燃气权属单位到场复测，设警戒，排查气源，强制通风", 30,
     "默认值：按爆炸下限 5%VOL 的 10%、20%、50%、100%"},
    {"GAS-CH4-RISE", "相邻井甲烷快速上升", "GAS-*", "rate", "rise", {NO, 0.5, 0.2, NO}, 0, 0, 120, 300, 0, 0, NULL,
     "泄漏正在加剧", "浓度很快进入爆炸区间", "立即通知权属单位，提前疏散准备", 15, "默认值：单位为 %VOL/min"},
    {"GPR-CH4", "调压站甲烷浓度", "GPR-*-C", "level", "high", {2.5, 1.25, 0.5, NO}, 0.1, 0, 60, 0, 0, 0, NULL, "站内设备泄漏", "站房爆炸",
     "切断进口阀门，通风，到场处置", 30, "默认值"},
    {"GPR-OUT", "调压站出口压力过高", "GPR-*-O", "level", "high", {NO, 4.0, 3.5, NO}, 0.1, 60, 120, 0, 0, 0, NULL, "调压器失效", "用户端超压",
     "切换备用路，到场检修", 30, "默认值"},
    {"WTR-LOW", "供水压力过低", "WTR-*-P", "level", "low", {0.14, 0.18, 0.22, NO}, 0.01, 0, 120, 0, 0, 0, NULL, "爆管或泵站停机",
     "片区停水，路面塌陷风险", "调度关阀，派抢修队，通知用户", 60, "红色取末端压力 0.14 MPa；其余为默认值"},
    {"WTR-DROP", "供水压力骤降", "WTR-*-P", "rate", "fall", {NO, 0.06, 0.03, NO}, 0, 0, 120, 300, 0, 0, NULL, "爆管", "大量漏水，冲刷路基",
     "核对流量，关阀止水", 30, "默认值：单位为 MPa/min"},
    {"WTR-BURST", "爆管综合判断", "WTR-0009-P", "expr", NULL, {NO, NO, NO, NO}, 0, 0, 120, 0, 2, 0,
     "v(\"WTR-0009-P\") < 0.2 and v(\"WTR-0009-F\") > 600", "爆管：压力降而流量升", "大面积停水", "关阀，抢修，回填检测", 30, "默认值"},
    {"WQ-CL", "余氯偏低", "WQ-*-C", "level", "low", {NO, NO, 0.05, 0.2}, 0.02, 300, 600, 0, 0, 0, NULL, "消毒不足", "微生物风险", "加氯并复检", 120, "默认值"},
    {"DRN-FULL", "排水井高水位", "DRN-*-L", "level", "high", {5.0, 3.0, 2.2, 1.6}, 0.1, 0, 300, 0, 0, 0, NULL, "暴雨或堵塞", "路面积水、冒溢",
     "疏通，开泵，设警示", 60, "默认值"},
    {"DRN-H2S", "排水井硫化氢", "DRN-*-H", "level", "high", {50, 20, 10, NO}, 1, 0, 300, 0, 0, 0, NULL, "淤泥发酵产气", "下井人员中毒",
     "禁止下井，通风检测", 60, "默认值"},
    {"PND", "下穿积水", "PND-*", "level", "high", {27, 15, 10, 3}, 1, 0, 300, 0, 0, 0, NULL, "强降雨，泵排不及", "车辆被淹",
     "15 cm 设警示，27 cm 封闭道路", 20, "行业惯例 15 cm 警示、27 cm 封闭；其余为默认值"},
    {"RIV", "河道高水位", "RIV-*", "level", "high", {13, 12, 11, 10}, 0.1, 0, 600, 0, 0, 0, NULL, "上游来水", "漫堤", "巡堤，启动防汛预案", 60, "默认值"},
    {"RAIN", "短时强降雨", "RAIN-*", "level", "high", {100, 70, 50, 30}, 2, 60, 600, 0, 0, 0, NULL, "强对流天气", "内涝",
     "启动排涝，通知下穿、地下空间", 30, "默认值：瞬时雨强，非预警信号标准"},
    {"HEA-STUCK", "供热温度卡滞", "HEA-*-S", "stuck", NULL, {NO, NO, NO, NO}, 0, 0, 0, 900, 4, 0, NULL, "传感器故障", "失去监测", "检修传感器", 480, "默认值"},
    {"HEA-P", "供热压力过低", "HEA-*-P", "level", "low", {NO, 0.4, 0.6, NO}, 0.02, 300, 600, 0, 0, 0, NULL, "管网泄漏", "停热", "查漏补水", 60, "默认值"},
    {"BRG-W", "桥梁超重车辆", "BRG-*-W", "level", "high", {NO, 75, 55, NO}, 1, 0, 30, 0, 0, 0, NULL, "超限车辆上桥", "结构损伤",
     "拦截劝返，检查结构", 30, "默认值"},
    {"BRG-S", "桥梁应变", "BRG-*-S", "level", "high", {600, 400, 300, NO}, 10, 0, 60, 0, 0, 0, NULL, "超载或结构变化", "结构安全",
     "限行，检测", 60, "默认值：按设计限值折算，须逐桥核定"},
    {"BRG-D", "桥梁挠度", "BRG-*-D", "level", "high", {80, 50, 30, NO}, 2, 0, 60, 0, 0, 0, NULL, "超载或结构变化", "结构安全", "限行，检测", 60, "默认值"},
    {"LFT-T", "电梯困人", "LFT-*-T", "level", "high", {NO, 1, NO, NO}, 0.5, 0, 0, 0, 0, 0, NULL, "电梯故障停梯", "人员被困",
     "安抚乘客，通知维保 30 分钟内到场", 30, "城市救援到场 30 分钟"},
    {"FIR-A", "火灾报警", "FIR-*-A", "level", "high", {1, NO, NO, NO}, 0.5, 0, 0, 0, 0, 0, NULL, "火灾或误报", "人员伤亡", "核实，报 119，组织疏散", 5, "默认值"},
    {"FIR-P", "喷淋末端压力低", "FIR-*-P", "level", "low", {NO, NO, 0.05, 0.1}, 0.01, 300, 600, 0, 0, 0, NULL, "阀门关闭或泵故障", "火灾时无水",
     "开阀、修泵", 240, "默认值"},
    {"TNK-G", "罐区可燃气体", "TNK-*-G", "level", "high", {NO, 50, 25, NO}, 1, 0, 60, 0, 0, 0, NULL, "法兰、阀门泄漏", "火灾爆炸",
     "停止作业，堵漏，疏散", 10, "GB/T 50493-2019：一级 25%LEL，二级 50%LEL"},
    {"TNK-X", "罐区有毒气体（氯）", "TNK-*-X", "level", "high", {NO, 2, 1, NO}, 0.05, 0, 60, 0, 0, 0, NULL, "泄漏", "中毒", "佩戴防护，堵漏，下风向疏散", 10,
     "GB/T 50493-2019：一级 100%OEL，二级 200%OEL；OEL 取 1 ppm 为默认值"},
    {"TNK-P", "储罐超压", "TNK-*-P", "level", "high", {1.8, 1.6, 1.4, NO}, 0.02, 0, 60, 0, 0, 0, NULL, "温升或进料过快", "破裂泄漏", "泄压，停止进料", 10, "默认值"},
    {"DAM-M", "尾矿坝位移速率", "DAM-*-M", "level", "high", {60, 30, 15, NO}, 1, 0, 600, 0, 0, 0, NULL, "坝体失稳", "溃坝", "停产，撤离下游", 30, "默认值"},
    {"COV-T", "井盖倾斜或打开", "COV-*", "level", "high", {30, 15, NO, NO}, 1, 0, 60, 0, 0, 0, NULL, "井盖移位", "行人车辆跌落", "设围挡，复位", 30,
     "默认值：15° 与 30°"},
    {"GAL-O2", "管廊缺氧", "GAL-*-O", "level", "low", {16, 18, 19.5, NO}, 0.2, 0, 120, 0, 0, 0, NULL, "通风不足", "人员窒息", "强制通风，禁止进入", 30,
     "GB/T 51274：18%；19.5% 为便携检测惯例"},
    {"GAL-CH4", "管廊甲烷", "GAL-*-C", "level", "high", {NO, 1.25, 1.0, NO}, 0.05, 0, 120, 0, 0, 0, NULL, "燃气舱泄漏", "爆炸", "启动事故风机，切断", 15,
     "GB 50838：20%LEL 报警，25%LEL 紧急切断"},
    {"CRW", "人群密度", "CRW-*", "level", "high", {5, 4, 3, NO}, 0.2, 60, 300, 0, 0, 0, NULL, "人流聚集", "拥挤踩踏", "限流分流", 10, "默认值：每平方米人数"},
    {"GAS-DEV", "相邻井甲烷偏离常态", "GAS-000?", "deviation", NULL, {NO, NO, 6, 4}, 0, 300, 600, 0, 0, 0, NULL, "浓度异于往常", "早期泄漏",
     "安排复测", 240, "默认值：以稳健标准差计"},
    {"HB-OFF", "网关离线", "HB-*", "offline", NULL, {NO, NO, NO, NO}, 0, 0, 0, 180, 2, 0, NULL, "断电或断网", "片区失去监测", "检查供电与网络", 60, "默认值"},
    {"GAS-OFF", "相邻井设备离线", "GAS-*", "offline", NULL, {NO, NO, NO, NO}, 0, 0, 0, 900, 4, 0, NULL, "设备断电、断网", "失去监测", "检修", 480, "默认值"},
};
/* clang-format on */

static void set_real(Record *rec, const char *field, double v)
{
    if (!isnan(v)) rec_set(&rule_entity, rec, field, db_val_f64(v));
}

static void set_text(Record *rec, const char *field, const char *v)
{
    if (v) rec_set(&rule_entity, rec, field, db_val_z(v));
}

static Rc put_rule(Work *w, const RuleRow *row)
{
    static const char *const limits[] = {"limit1", "limit2", "limit3", "limit4"};
    const Entity *e = &rule_entity;
    Record *rec = rec_new(w->ctx, e);
    bool offline = strcmp(row->kind, "offline") == 0, deviation = strcmp(row->kind, "deviation") == 0;
    set_text(rec, "code", row->code);
    set_text(rec, "name", row->name);
    set_text(rec, "point", row->point);
    set_text(rec, "kind", row->kind);
    set_text(rec, "dir", row->dir);
    for (size_t g = 0; g < 4; g++) set_real(rec, limits[g], row->limit[g]);
    rec_set(e, rec, "deadband", db_val_f64(row->deadband));
    rec_set(e, rec, "on_delay_ms", db_val_i64((int64_t)row->on_s * 1000));
    rec_set(e, rec, "off_delay_ms", db_val_i64((int64_t)row->off_s * 1000));
    if (row->window_s)
        rec_set(e, rec, offline ? "timeout_ms" : "window_ms", db_val_i64((int64_t)row->window_s * 1000));
    if (row->grade) rec_set(e, rec, "grade", db_val_i64(row->grade));
    if (strcmp(row->kind, "stuck") == 0) rec_set(e, rec, "eps", db_val_f64(row->eps));
    set_text(rec, "expr", row->expr);
    if (row->expr) rec_set(e, rec, "max_age_ms", db_val_i64(600000));
    if (deviation) {
        rec_set(e, rec, "k", db_val_f64(6));
        rec_set(e, rec, "warmup_ms", db_val_i64(INT64_C(43200000)));
        rec_set(e, rec, "season_ms", db_val_i64(INT64_C(86400000)));
    }
    rec_set(e, rec, "enabled", db_val_bool(true));
    set_text(rec, "cause", row->cause);
    set_text(rec, "consequence", row->consequence);
    set_text(rec, "response", row->response);
    rec_set(e, rec, "response_minutes", db_val_i64(row->minutes));
    set_text(rec, "basis", row->basis);
    return store_insert(w, e, rec);
}

Rc demo_rules(Ctx *ctx, Kernel *k)
{
    Work w;
    TRY(work_begin_as(ctx, k, NULL, "demo", true, &w));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Record *old;
        Rc found = store_find(&w, &rule_entity, str_printf(ctx->arena, "code:%s", rows[i].code), &old);
        TRY(found);
        if (!found) TRY(put_rule(&w, &rows[i]));
    }
    return work_commit(&w);
}
