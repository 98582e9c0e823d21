/* Every figure that is remembered or proposed, in one table; what tables of their own hold (bands,
 * categories, boundaries) has its row here too. The inputs named in `member` replace them. */
#include "command.h"
#include "risk/method.h"
#include "risk/substance.h"

#define NUMBER(key, member, value, unit, source, mark, zh, en)                                               \
    {                                                                                                        \
        key, member, value, NULL, unit, {source, mark}, T(zh, en)                                            \
    }
#define WORD(key, member, text, source, mark, zh, en)                                                        \
    {                                                                                                        \
        key, member, 0, text, NULL, {source, mark}, T(zh, en)                                                \
    }

const RiskDefault risk_defaults[] = {
    WORD("lec.boundary", "lec: boundary", "inclusive", "平台建议：偏安全", RISK_PROPOSED,
         "D 等于下限时归入较高一级", "D equal to a lower bound belongs to the higher band"),
    WORD("ls.variant", "ls: variant", "A", "平台建议", RISK_PROPOSED, "LS 法采用的分级表",
         "table of bands of LS"),
    NUMBER("checklist.weight", "checklist: items[].weight", 1, "1", "平台建议", RISK_PROPOSED, "检查项权重",
           "weight of a check"),
    WORD("checklist.bands", "checklist: bands", "90 blue, 75 yellow, 60 orange, 0 red", "平台建议",
         RISK_PROPOSED, "检查表分级", "bands of a checklist"),
    WORD("gb18218.beta-rule", "major-hazard: substances[].beta", "largest", "平台建议：偏安全", RISK_PROPOSED,
         "表4 有多个类别适用时取最大 β", "of several categories of table 4 the largest β"),
    NUMBER("gb18218.beta-other", "major-hazard: substances[].beta", 1, "1",
           "GB 18218-2018（不属表3、表4 者）", RISK_REMEMBERED, "不属表3、表4 的物质的 β",
           "β of a substance of neither table 3 nor 4"),
    NUMBER("blast.yield", "blast: yield", 0.04, "1", "国内评价导则常用值", RISK_REMEMBERED, "TNT 当量系数",
           "yield"),
    NUMBER("blast.tnt-heat", "blast: tnt_mj_kg", 4.6, "MJ/kg", "公开范围 4.6–4.68 取偏安全值", RISK_PROPOSED,
           "TNT 爆热", "heat of TNT"),
    NUMBER("blast.ground-factor", "blast: ground_factor", 1, "1", "平台建议（国内导则常用 1.8）",
           RISK_PROPOSED, "地面爆炸系数", "factor of a burst on the ground (1.8 in some guides)"),
    NUMBER("blast.ambient", "blast: ambient_kpa", 101.325, "kPa", "标准大气压", RISK_PROPOSED, "环境气压",
           "ambient pressure"),
    WORD("blast.levels", "blast: levels_kpa", "100, 50, 20, 7, 2 kPa", "常用超压破坏准则", RISK_REMEMBERED,
         "超压等级", "levels of overpressure"),
    WORD("fireball.model", "fireball: model", "ccps", "CCPS 常用式", RISK_REMEMBERED, "火球模型",
         "model of the fireball"),
    NUMBER("fireball.fraction", "fireball: fraction", 0.3, "1", "0.3（低于泄放压力）至 0.4", RISK_REMEMBERED,
           "辐射分数", "fraction radiated"),
    NUMBER("fire.transmissivity", "fireball, pool-fire: transmissivity", 1, "1", "平台建议：偏安全",
           RISK_PROPOSED, "大气透射率", "transmissivity of the air"),
    WORD("fire.levels", "fireball, pool-fire: levels_kw_m2", "37.5, 25, 12.5, 4, 1.6 kW/m²",
         "常用热辐射破坏准则", RISK_REMEMBERED, "热辐射等级", "levels of radiation"),
    NUMBER("pool.air-density", "pool-fire: air_kg_m3", 1.2, "kg/m³", "20 ℃ 空气", RISK_PROPOSED, "空气密度",
           "density of the air"),
    NUMBER("pool.viscosity", "pool-fire: viscosity_m2_s", 1.5e-5, "m²/s", "20 ℃ 空气", RISK_PROPOSED,
           "空气运动黏度", "kinematic viscosity of the air"),
    WORD("pool.sep", "pool-fire: sep", "mudan", "平台建议", RISK_PROPOSED, "表面辐射通量模型",
         "model of the surface emissive power"),
    NUMBER("pool.fs", "pool-fire: fs", 0.4, "1", "黄皮书算例", RISK_PROPOSED, "辐射分数",
           "fraction radiated"),
    NUMBER("pool.soot", "pool-fire: soot", 0.8, "1", "黄皮书算例", RISK_PROPOSED, "黑烟覆盖率",
           "share covered by soot"),
    WORD("plume.guide", "plume-zones: levels_mg_m3", "ERPG-3, ERPG-2, ERPG-1", "AIHA ERPG，凭记忆",
         RISK_REMEMBERED, "毒性浓度等级", "levels of concentration"),
    NUMBER("gb36894.high.new", "safe-distance: limits", 3e-7, "1/a",
           "GB 36894-2018（与 2014 年第 13 号公告同值）", RISK_REMEMBERED,
           "个人风险基准：高敏感、重要、一般防护目标（一类），新建",
           "limit of individual risk: high-sensitive, important, general 1, new"),
    NUMBER("gb36894.high.existing", "safe-distance: limits", 3e-6, "1/a",
           "GB 36894-2018（与 2014 年第 13 号公告同值）", RISK_REMEMBERED,
           "个人风险基准：高敏感、重要、一般防护目标（一类），在役",
           "limit of individual risk: high-sensitive, important, general 1, in service"),
    NUMBER("gb36894.general-2.new", "safe-distance: limits", 3e-6, "1/a",
           "GB 36894-2018（与 2014 年第 13 号公告同值）", RISK_REMEMBERED,
           "个人风险基准：一般防护目标（二类），新建", "limit of individual risk: general 2, new"),
    NUMBER("gb36894.general-2.existing", "safe-distance: limits", 1e-5, "1/a",
           "GB 36894-2018（与 2014 年第 13 号公告同值）", RISK_REMEMBERED,
           "个人风险基准：一般防护目标（二类），在役", "limit of individual risk: general 2, in service"),
    NUMBER("gb36894.general-3.new", "safe-distance: limits", 1e-5, "1/a",
           "GB 36894-2018（与 2014 年第 13 号公告同值）", RISK_REMEMBERED,
           "个人风险基准：一般防护目标（三类），新建", "limit of individual risk: general 3, new"),
    NUMBER("gb36894.general-3.existing", "safe-distance: limits", 3e-5, "1/a",
           "GB 36894-2018（与 2014 年第 13 号公告同值）", RISK_REMEMBERED,
           "个人风险基准：一般防护目标（三类），在役", "limit of individual risk: general 3, in service"),
    NUMBER("grid.tolerance", "individual-risk: tolerance_per_year", 3e-10, "1/a",
           "平台建议：最低等值线的千分之一", RISK_PROPOSED, "网格舍去部分上界", "what a grid may leave out"),
    WORD("grid.levels", "individual-risk: levels_per_year", "1e-5, 3e-6, 1e-6, 3e-7",
         "GB 36894-2018 与 40 号令所用数值", RISK_REMEMBERED, "等值线", "contours"),
    WORD("fn.upper", "fn: upper", "(1, 1e-3) (10, 1e-4) (100, 1e-5) (1000, 1e-6)", "通行 F–N 基准",
         RISK_REMEMBERED, "不可接受线；N > 1000 不可接受", "line of what is unacceptable; N > 1000 is"),
    WORD("fn.lower", "fn: lower", "(1, 1e-5) (10, 1e-6) (100, 1e-7) (1000, 1e-8)", "通行 F–N 基准",
         RISK_REMEMBERED, "可接受线", "line of what is acceptable"),
    WORD("region.score", "region: score", "red 4, orange 3, yellow 2, blue 1", "平台建议", RISK_PROPOSED,
         "各色分值", "score of each colour"),
    WORD("region.from", "region: from", "red 3.5, orange 2.5, yellow 1.5, blue 0", "平台建议", RISK_PROPOSED,
         "各色的均值下限", "the mean from which a colour holds"),
    NUMBER("dynamic.max-raise", "dynamic: max_raise", 2, "级", "平台建议", RISK_PROPOSED, "动态升级上限",
           "grades that events may raise by"),
    WORD("dynamic.rules", "dynamic: rules",
         "alarm 1 red, 2 orange, 3 +1; major danger orange, overdue red; general overdue +1; special work "
         "orange, first grade +1; weather 1–2 +1",
         "平台建议", RISK_PROPOSED, "动态风险规则", "rules of dynamic risk"),
};
const size_t risk_ndefaults = ARRAY_LEN(risk_defaults);

const RiskDefault *risk_default_find(const char *key)
{
    for (size_t i = 0; i < risk_ndefaults; i++)
        if (strcmp(risk_defaults[i].key, key) == 0) return &risk_defaults[i];
    bool known = false;
    ENSURE(known);
    return NULL;
}

static void print(Ctx *ctx, JsonOut *out, const RiskDefault *d)
{
    jout_open(out);
    jout_kz(out, "key", d->key);
    jout_kz(out, "member", d->member);
    if (d->text) jout_kz(out, "value", d->text);
    else out_num(out, "value", d->value);
    if (d->unit) jout_kz(out, "unit", d->unit);
    jout_kz(out, "mark", risk_mark_name(d->source.mark));
    jout_kz(out, "source", d->source.text);
    jout_kz(out, "about", text_in(d->about, ctx->lang));
    jout_close(out);
}

static void print_methods(Ctx *ctx, JsonOut *out)
{
    for (size_t i = 0; i < risk_nmethods; i++) {
        const RiskMethod *m = &risk_methods[i];
        StrBuf bands;
        if (m->bands_source.mark == RISK_CORROBORATED) continue;
        buf_init(&bands, ctx->arena);
        for (size_t b = 0; b < m->nbands; b++)
            buf_printf(&bands, "%s%g %s", b ? ", " : "", m->bands[b].from,
                       risk_colour_name(m->bands[b].colour));
        const RiskDefault d = {
            .key = arena_printf(ctx->arena, "%s.bands", m->name),
            .member = arena_printf(ctx->arena, "%.*s: bands", (int)strcspn(m->name, "."), m->name),
            .text = str_z(ctx->arena, buf_str(&bands)),
            .source = m->bands_source,
            .about = m->title};
        print(ctx, out, &d);
    }
}

static void print_categories(Ctx *ctx, JsonOut *out)
{
    for (size_t i = 0; i < RISK_ROWS; i++) {
        const char *name = str_z(ctx->arena, risk_substance_name(&risk_substances[i]));
        const RiskDefault d = {.key = arena_printf(ctx->arena, "gb18218.category.%d", risk_substances[i].row),
                               .member = "major-hazard: substances[].category",
                               .text = risk_substances[i].categories,
                               .source = risk_source_categories,
                               .about = {name, name}};
        print(ctx, out, &d);
    }
}

void risk_defaults_print(Ctx *ctx, JsonOut *out)
{
    jout_open(out);
    jout_key(out, "defaults");
    jout_open_array(out);
    for (size_t i = 0; i < risk_ndefaults; i++) print(ctx, out, &risk_defaults[i]);
    print_methods(ctx, out);
    print_categories(ctx, out);
    jout_close_array(out);
    jout_close(out);
}
