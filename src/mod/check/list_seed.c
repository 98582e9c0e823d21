/* First check lists, in words of our own and marked as proposals: a department settles its own. They are
 * written when there are none, never again. */
#include "check_private.h"
#include "mod_check_queries_sql.h"

typedef struct Item {
    const char *text, *how, *basis, *category, *criterion;
} Item;

static const Item gas_restaurant[] = {
    {"用餐和厨房区域安装燃气泄漏报警器并正常工作", "查看电源和指示灯，按测试键应报警", "城镇燃气设计规范",
     "gas", "GAS-05"},
    {"报警器与燃气紧急切断阀联动有效", "触发报警后切断阀应关闭", "城镇燃气设计规范", "gas", "GAS-05"},
    {"连接灶具的软管为专用管，长度不超过 2 米，无接头、老化、穿墙", "逐根查看并量取长度", "燃气用具使用要求",
     "gas", NULL},
    {"灶具有熄火保护装置", "点火后吹灭，阀门应自动关闭", "燃气用具使用要求", "gas", NULL},
    {"气瓶存放间设在地上并通风，存量不超过规定", "查看位置、通风口和气瓶数量", "城镇燃气经营安全要求", "gas",
     "GAS-05"},
    {"厨房排油烟管道按期清洗并有记录", "查看最近一次清洗记录", "餐饮场所消防安全管理", "fire", NULL},
    {"员工知道漏气时的处置步骤", "抽问两名员工：关阀、开窗、不动电器、撤离", "安全生产教育培训要求",
     "training", NULL},
    {"用餐时段安全出口畅通", "现场走一遍疏散路线", "人员密集场所消防安全管理", "fire", "FIRE-01"},
};
static const Item small_places[] = {
    {"疏散通道和安全出口畅通，未上锁、未堆物", "现场走到室外", "人员密集场所消防安全管理", "fire", "FIRE-01"},
    {"电动自行车未停放在楼梯间、走道，未在室内充电", "查看楼梯间、走道和室内", "电动自行车消防安全管理",
     "fire", "FIRE-07"},
    {"经营场所内未违规住人", "查看阁楼、隔间和后室", "九小场所消防安全要求", "fire", NULL},
    {"灭火器压力正常、在有效期内、取用方便", "查看压力表和检验标签", "建筑灭火器配置要求", "fire", NULL},
    {"电气线路穿管，无私拉乱接，配电箱周围不堆物", "查看线路和配电箱", "用电安全要求", "electric", NULL},
    {"门窗未设影响逃生的栅栏、广告牌", "查看外窗", "九小场所消防安全要求", "fire", NULL},
    {"负责人会报警、会使用灭火器、会组织疏散", "现场抽问", "消防安全教育培训要求", "training", NULL},
};
static const Item construction[] = {
    {"危险性较大的分部分项工程有经批准的专项方案", "查看方案、审批和论证意见", "危大工程安全管理规定", "work",
     "BUILD-01"},
    {"基坑支护和监测数据在允许范围内", "查看最近三期监测报告并看现场", "危大工程安全管理规定", "structure",
     "BUILD-02"},
    {"起重机械经检测验收并在有效期内使用", "查看检测报告、验收和使用登记", "建筑起重机械安全监督",
     "equipment", "BUILD-03"},
    {"脚手架基础坚实，连墙件和剪刀撑齐全", "逐面查看，抽查扣件", "脚手架安全技术要求", "structure",
     "BUILD-04"},
    {"临边洞口防护到位", "查看楼层临边、电梯井和预留洞口", "高处作业安全技术要求", "site", NULL},
    {"特种作业人员持证上岗", "抽查三人证件并核对本人", "特种作业人员管理", "training", "GM-02"},
    {"临时用电三级配电、两级保护，无破损线缆", "查看配电箱和线缆", "施工临时用电要求", "electric", NULL},
    {"动火作业有审批、有监护、有灭火器材", "查看当日动火审批和现场", "施工现场消防要求", "work", NULL},
};
static const Item chemical[] = {
    {"主要负责人和安全管理人员考核合格", "查看证书和有效期", "危险化学品企业安全要求", "licence", "CHEM-01"},
    {"可燃和有毒气体检测报警装置投用、在检定有效期内", "对照平面图查看，抽查报警记录",
     "可燃有毒气体检测报警设计", "monitor", "CHEM-09"},
    {"联锁、紧急停车系统投用，摘除有审批", "查看联锁台账和当班状态", "重点监管危险工艺要求", "chemical",
     "CHEM-04"},
    {"特殊作业票证齐全，气体分析在规定时间内", "抽查当日三张作业票", "GB 30871 特殊作业要求", "work",
     "CHEM-11"},
    {"爆炸危险区域电气设备防爆并完好", "查看防爆标志和接线口", "爆炸危险环境电气要求", "electric", "CHEM-08"},
    {"危险化学品分类储存，无禁忌混存、超量", "查看仓库和台账", "危险化学品储存要求", "chemical", "CHEM-12"},
    {"应急预案备案，现场处置卡在岗位可见", "查看备案表和岗位", "应急预案管理要求", "plan", NULL},
    {"当日安全承诺公告与实际一致", "对照公告栏和现场作业", "安全风险研判与承诺公告", "duty", NULL},
};
static const Item bridge[] = {
    {"桥面铺装无坑槽、伸缩缝无堵塞异响", "步行查看全桥", "城市桥梁养护要求", "structure", NULL},
    {"护栏、防撞设施完好，限载限高标志清晰", "逐段查看", "城市桥梁养护要求", "site", NULL},
    {"支座无脱空、严重变形", "桥下查看可见支座", "城市桥梁养护要求", "structure", NULL},
    {"主梁、墩台无新增裂缝、露筋", "对照上次记录，测量裂缝宽度", "城市桥梁养护要求", "structure", NULL},
    {"监测设备在线，传感器和线缆完好", "核对平台在线状态并看现场", "桥梁健康监测要求", "monitor", NULL},
    {"桥下空间无堆放易燃物、违规经营停放", "桥下巡查", "桥下空间管理要求", "site", NULL},
    {"桥区无施工、顶管等可能影响结构的活动", "查看桥区安全保护区", "城市桥梁安全保护区要求", "site", NULL},
};
static const Item elderly[] = {
    {"疏散通道满足轮椅和担架通行，出口不上锁", "用轮椅走一遍疏散路线", "养老机构消防安全管理", "fire",
     "FIRE-05"},
    {"夜间值守人员数量满足协助疏散需要", "查看排班表和夜间点名", "养老机构消防安全管理", "duty", "FIRE-05"},
    {"自动报警、喷淋设施运行正常", "查看消控室主机，抽测一个探头", "建筑消防设施维护要求", "fire", "FIRE-02"},
    {"厨房燃气安全，报警切断有效", "按燃气餐饮要求查看", "城镇燃气经营安全要求", "gas", "GAS-05"},
    {"室内无违规使用明火、大功率电器，氧气瓶固定存放", "查看房间和护理站", "养老机构服务安全要求", "site",
     NULL},
    {"半年内开展过有老人参加的疏散演练", "查看记录和照片", "应急演练要求", "plan", NULL},
    {"电梯在检验有效期内", "查看轿厢内标志", "特种设备使用要求", "equipment", "SPEC-01"},
};
static const Item tank_farm[] = {
    {"储罐高低液位报警和紧急切断阀投用", "核对操作站状态，查看联锁测试记录", "重大危险源安全监控要求",
     "chemical", "CHEM-05"},
    {"围堰完好，雨水阀处于关闭状态", "现场查看每个罐组", "储罐区防火要求", "site", NULL},
    {"防雷防静电接地完好并在检测有效期内", "查看接地线和检测报告", "防雷防静电要求", "electric", NULL},
    {"可燃气体探测器无遮挡并在检定有效期内", "逐台查看标签", "可燃有毒气体检测报警设计", "monitor",
     "CHEM-09"},
    {"装卸作业有人监护，静电接地报警有效", "现场看一次装卸", "危险化学品装卸要求", "work", "CHEM-07"},
    {"泡沫、消防水系统处于备用状态", "查看泵房和罐区阀门，抽测一处", "储罐区消防要求", "fire", "FIRE-02"},
    {"包保责任人履职记录当月完整", "查看包保责任记录", "重大危险源包保责任制", "duty", NULL},
};
static const Item township[] = {
    {"门前和通道无堆物，出口可正常打开", "看并推一次门", "网格日常巡查", "fire", "FIRE-01"},
    {"无私拉电线、室内电动自行车充电", "看", "网格日常巡查", "electric", "FIRE-07"},
    {"燃气瓶和软管看不出老化、漏气", "看、闻", "网格日常巡查", "gas", NULL},
    {"灭火器在位", "看", "网格日常巡查", "fire", NULL},
    {"房屋无新裂缝、倾斜，未擅自拆改", "看外墙和承重墙", "网格日常巡查", "structure", NULL},
};

#define LIST(code, name, industry, purpose, items)                                                           \
    {                                                                                                        \
        code, name, industry, purpose, items, ARRAY_LEN(items)                                               \
    }
static const struct {
    const char *code, *name, *industry, *purpose;
    const Item *items;
    size_t n;
} lists[] = {
    LIST("CL-GAS", "燃气餐饮场所检查表", "catering", "any", gas_restaurant),
    LIST("CL-SMALL", "九小场所消防检查表", "trade", "any", small_places),
    LIST("CL-BUILD", "房屋市政工程检查表", "construction", "any", construction),
    LIST("CL-CHEM", "危险化学品企业检查表", "chemical", "any", chemical),
    LIST("CL-BRIDGE", "城市桥梁检查表", NULL, "inspection", bridge),
    LIST("CL-ELDER", "养老机构检查表", "medical", "any", elderly),
    LIST("CL-TANK", "危险化学品罐区检查表", "chemical", "any", tank_farm),
    LIST("CL-PATROL", "网格日常巡查表", NULL, "patrol", township),
};

static Rc add_item(Work *w, const Record *list, const Item *it, size_t no)
{
    Record *rec = rec_new(w->ctx, IE), *clause;
    rec_set(IE, rec, "list", db_val_i64(list->id));
    rec_set(IE, rec, "no", db_val_i64((int64_t)no));
    rec_set(IE, rec, "text", db_val_z(it->text));
    rec_set(IE, rec, "how", db_val_z(it->how));
    rec_set(IE, rec, "basis", db_val_z(it->basis));
    rec_set(IE, rec, "category", db_val_z(it->category));
    if (it->criterion) {
        Rc rc =
            store_find(w, &criterion_entity, str_printf(w->ctx->arena, "code:%s", it->criterion), &clause);
        if (rc < 0) return rc;
        if (rc) rec_set(IE, rec, "criterion", db_val_i64(clause->id));
    }
    return store_insert(w, IE, rec);
}

static Rc add_list(Work *w, size_t i)
{
    Record *rec = rec_new(w->ctx, LE);
    rec_set(LE, rec, "code", db_val_z(lists[i].code));
    rec_set(LE, rec, "name", db_val_z(lists[i].name));
    if (lists[i].industry) rec_set(LE, rec, "industry", db_val_z(lists[i].industry));
    rec_set(LE, rec, "purpose", db_val_z(lists[i].purpose));
    rec_set(LE, rec, "is_default", db_val_bool(true));
    rec_set(LE, rec, "basis", db_val_z("默认值：随程序提供的建议稿，以本平台文字表述，由主管部门核定"));
    TRY(store_insert(w, LE, rec));
    for (size_t k = 0; k < lists[i].n; k++) TRY(add_item(w, rec, &lists[i].items[k], k + 1));
    Record *old = rec_copy(w->ctx, LE, rec);
    rec_set(LE, rec, "state", db_val_z("published"));
    rec_set(LE, rec, "published_at", db_val_i64(w->now));
    return store_update(w, LE, old, rec, "publish");
}

Rc check_lists_seed(Work *w)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_check_list_any, DB_NO_ARGS, &c);
    if (rc) return rc < 0 ? rc : RC_OK;
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) TRY(add_list(w, i));
    return RC_OK;
}
