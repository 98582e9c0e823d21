/* First clauses by which a danger may be major, in words of our own and marked as defaults: a city sets its
 * own and quotes the standards' text. They are written when there are none, never again. */
#include "danger_private.h"
#include "mod_danger_queries_sql.h"

#define GM    "工贸企业重大事故隐患判定标准"
#define CHEM  "化工和危险化学品生产经营单位重大生产安全事故隐患判定标准（试行）"
#define GAS   "城镇燃气经营安全重大隐患判定标准"
#define FIRE  "重大火灾隐患判定方法 GB 35181"
#define BUILD "房屋市政工程生产安全重大事故隐患判定标准"
#define MINE  "金属非金属矿山重大事故隐患判定标准"
#define WORKS "烟花爆竹生产经营单位重大生产安全事故隐患判定标准（试行）"
#define SPEC  "特种设备重大事故隐患判定准则 GB 45067"
#define ROAD  "道路运输企业重大事故隐患判定标准"

static const struct {
    const char *code, *industry, *number, *text, *keywords, *source;
} clauses[] = {
    {"CHEM-01", "chemical", "一", "主要负责人和安全管理人员未依法经考核合格",
     "负责人 安全管理人员 考核 合格 未考核", CHEM},
    {"CHEM-02", "chemical", "二", "特种作业人员未持证上岗", "特种作业 持证 无证 上岗 证书", CHEM},
    {"CHEM-03", "chemical", "三", "与周边场所的外部安全防护距离不符合要求",
     "防护距离 安全距离 间距 周边 居民", CHEM},
    {"CHEM-04", "chemical", "四", "涉及重点监管危险化工工艺的装置未实现自动化控制或紧急停车未投用",
     "危险工艺 自动化 紧急停车 联锁 未投用 摘除", CHEM},
    {"CHEM-05", "chemical", "五", "构成一级、二级重大危险源的罐区未实现紧急切断",
     "罐区 重大危险源 紧急切断 切断阀 储罐", CHEM},
    {"CHEM-06", "chemical", "六", "全压力式液化烃储罐未设置注水措施", "液化烃 球罐 注水", CHEM},
    {"CHEM-07", "chemical", "七", "液化烃、液氨、液氯等充装未使用万向管道系统",
     "充装 万向 鹤管 软管 液氨 液氯", CHEM},
    {"CHEM-08", "chemical", "八", "爆炸危险场所未安装使用防爆电气设备", "防爆 电气 爆炸危险 非防爆", CHEM},
    {"CHEM-09", "chemical", "九", "可燃和有毒气体泄漏场所未设置检测报警装置或未投用",
     "可燃气体 有毒气体 报警 探测器 检测 未投用 失效", CHEM},
    {"CHEM-10", "chemical", "十", "控制室面向火灾爆炸危险装置一侧不满足防火防爆要求", "控制室 抗爆 防火墙",
     CHEM},
    {"CHEM-11", "chemical", "十一", "未制定动火、受限空间等特殊作业管理制度或制度未有效执行",
     "动火 受限空间 特殊作业 作业票 审批 未审批", CHEM},
    {"CHEM-12", "chemical", "十二", "禁忌物质混放混存，或超量超品种储存危险化学品",
     "混存 混放 禁忌 超量 储存 仓库", CHEM},
    {"FUEL-01", "fuel", "一", "加油加气站储罐或卸油口安全间距不足，或未设防雷防静电",
     "卸油 静电 接地 防雷 间距 储罐", CHEM},
    {"GM-01", "general", "一", "未对承包单位统一协调管理，或未定期检查其作业安全", "承包 外包 协调 管理 检查",
     GM},
    {"GM-02", "general", "二", "特种作业人员未按规定持证上岗", "特种作业 持证 无证 电工 焊工 上岗", GM},
    {"GM-03", "general", "三", "有限空间未辨识、未设置警示标志，作业未审批或未先通风再检测后作业",
     "有限空间 通风 检测 审批 警示 监护 污水池 地坑", GM},
    {"GM-04", "metallurgy", "四", "会议室、休息室等设在熔融金属吊运跨或高温影响范围内",
     "熔融金属 吊运 休息室 会议室 铁水 钢水", GM},
    {"GM-05", "metallurgy", "五", "煤气区域人员集中场所未设固定式一氧化碳报警装置",
     "煤气 一氧化碳 报警 值班室", GM},
    {"GM-06", "machinery", "六", "铝镁等金属粉尘作业未采用防爆除尘或积尘未规范清理",
     "粉尘 除尘 积尘 清扫 抛光 打磨 铝粉 镁粉", GM},
    {"GM-07", "machinery", "七", "使用易燃易爆涂料的喷涂作业场所通风、防爆电气不符合要求",
     "喷涂 喷漆 涂装 通风 稀释剂 防爆", GM},
    {"GM-08", "light", "八", "涉氨制冷的包装间、分割间采用氨直接蒸发制冷，或未设氨泄漏报警",
     "液氨 氨 制冷 冷库 分割间 报警 快速冻结", GM},
    {"GM-09", "wood", "九", "木粉尘除尘系统未设置火花探测和泄爆装置，或采用正压吹送",
     "木粉尘 砂光 火花 泄爆 除尘 正压", GM},
    {"GM-10", "textile", "十", "使用可燃溶剂的作业场所未与其他区域分隔，纤维粉尘未及时清理",
     "纤维 粉尘 溶剂 清理 分隔", GM},
    {"GM-11", "building_materials", "十一", "煤磨袋式收尘器未设温度和一氧化碳监测，或水泥库清库未审批",
     "煤磨 收尘 清库 水泥 一氧化碳 筒仓", GM},
    {"GAS-01", "gas", "一", "未取得燃气经营许可或超许可范围经营", "许可 经营许可 无证 超范围", GAS},
    {"GAS-02", "gas", "二", "燃气厂站内设备安全装置缺失或失效，安全阀未校验",
     "安全阀 压力表 校验 切断 厂站 失效", GAS},
    {"GAS-03", "gas", "三", "燃气管道及附属设施被占压，或与其他管线安全间距不足",
     "占压 管道 间距 违章 燃气管", GAS},
    {"GAS-04", "gas", "四", "向不具备安全条件的用户供气，或未按规定入户安检", "入户 安检 供气 用户 违规",
     GAS},
    {"GAS-05", "catering", "五", "餐饮场所未安装燃气泄漏报警和自动切断装置，或气瓶间设在地下",
     "燃气 报警 切断 气瓶 地下室 厨房 液化气 软管", GAS},
    {"GAS-06", "gas", "六", "燃气泄漏后未查明原因即恢复供气，或密闭空间内存在可燃气体积聚",
     "泄漏 积聚 密闭 浓度 阀门井 超标", GAS},
    {"FIRE-01", "crowd", "一", "安全出口被锁闭、占用，或疏散通道堵塞不能保证人员疏散",
     "安全出口 疏散 通道 锁闭 堵塞 占用 封堵", FIRE},
    {"FIRE-02", "crowd", "二", "自动消防设施瘫痪不能正常运行",
     "自动喷水 火灾报警 消防水 瘫痪 停用 不能运行 消火栓 无水", FIRE},
    {"FIRE-03", "crowd", "三", "采用易燃可燃材料装修，或违规使用彩钢板聚氨酯泡沫分隔",
     "易燃 装修 彩钢板 聚氨酯 泡沫", FIRE},
    {"FIRE-04", "storage", "四", "仓库违规住人、违规储存易燃易爆物品，或防火间距被占用",
     "仓库 住人 三合一 易燃易爆 防火间距 冷库", FIRE},
    {"FIRE-05", "medical", "五", "医院、养老机构疏散条件不足或夜间值守人员不足",
     "养老 医院 疏散 夜间 值守 病房", FIRE},
    {"FIRE-06", "school", "六", "学校宿舍疏散门封闭，外窗设置影响逃生的栅栏", "宿舍 防盗窗 栅栏 疏散 外窗",
     FIRE},
    {"FIRE-07", "general", "七", "电动自行车在疏散通道、楼梯间停放或违规充电",
     "电动自行车 充电 楼梯间 门厅 飞线", FIRE},
    {"BUILD-01", "construction", "一", "危险性较大的分部分项工程未编制、未论证专项施工方案",
     "专项方案 论证 危大 深基坑 高支模 脚手架", BUILD},
    {"BUILD-02", "construction", "二", "基坑支护变形超过报警值未采取措施", "基坑 变形 支护 坍塌 位移 报警值",
     BUILD},
    {"BUILD-03", "construction", "三", "塔式起重机、施工升降机安装拆卸无资质或未检测验收即使用",
     "塔吊 塔式起重机 升降机 检测 验收 安装 拆卸", BUILD},
    {"BUILD-04", "construction", "四", "脚手架、模板支架基础不稳或连墙件缺失", "脚手架 连墙件 模板 支架 基础",
     BUILD},
    {"MINE-01", "mine", "一", "地下矿山安全出口不符合要求或未保持畅通", "安全出口 井下 竖井 畅通 巷道", MINE},
    {"MINE-02", "mine", "二", "使用国家明令禁止的设备、材料或工艺", "禁止 淘汰 设备 工艺 材料", MINE},
    {"MINE-03", "tailings", "三", "尾矿库坝体出现裂缝、滑移、管涌等，或浸润线超过控制值",
     "尾矿库 坝体 浸润线 裂缝 管涌 滩长", MINE},
    {"WORKS-01", "fireworks", "一", "烟花爆竹超许可范围、超定员、超药量生产储存",
     "烟花 爆竹 超药量 超定员 超范围 库房", WORKS},
    {"SPEC-01", "special_equipment", "一", "特种设备未经检验合格或超过检验有效期仍在使用",
     "检验 有效期 过期 未检 锅炉 压力容器 叉车 电梯", SPEC},
    {"SPEC-02", "special_equipment", "二", "特种设备安全附件、安全保护装置缺失或失灵",
     "安全附件 保护装置 失灵 安全阀 限位 制动", SPEC},
    {"ROAD-01", "road", "一", "未取得许可从事危险货物运输，或使用报废、检验不合格车辆",
     "许可 危险货物 报废 检验 车辆 挂靠", ROAD},
    {"ROAD-02", "road", "二", "对疲劳驾驶、超速等动态监控报警未处理，卫星定位装置人为关闭",
     "疲劳 超速 卫星定位 监控 动态 关闭", ROAD},
};

Rc criteria_seed(Work *w)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_criterion_any, DB_NO_ARGS, &c);
    if (rc) return rc < 0 ? rc : RC_OK;
    for (size_t i = 0; i < ARRAY_LEN(clauses); i++) {
        Record *rec = rec_new(w->ctx, CE);
        rec_set(CE, rec, "code", db_val_z(clauses[i].code));
        rec_set(CE, rec, "industry", db_val_z(clauses[i].industry));
        rec_set(CE, rec, "number", db_val_z(clauses[i].number));
        rec_set(CE, rec, "text", db_val_z(clauses[i].text));
        rec_set(CE, rec, "keywords", db_val_z(clauses[i].keywords));
        rec_set(CE, rec, "source", db_val_z(clauses[i].source));
        rec_set(CE, rec, "is_default", db_val_bool(true));
        rec_set(CE, rec, "enabled", db_val_bool(true));
        TRY(store_insert(w, CE, rec));
    }
    return RC_OK;
}
