/* The report of a check of distances: verdict, each target with its risk, its limit and the reasons, contours
 * of individual risk on the map, and the F–N curve between its limits. */
#include "consequence_private.h"
#include <math.h>

static const char *const colours[] = {"red", "orange", "yellow", "blue"};

static double number(const Json *j, const char *name)
{
    double v = NAN;
    const Json *m = json_get(j, name);
    if (m && m->type != JSON_NULL) json_f64(m, &v);
    return v;
}

static void pair(JsonOut *o, double x, double y)
{
    jout_open_array(o);
    jout_f64(o, x);
    jout_f64(o, y);
    jout_close_array(o);
}

static void begin_shape(JsonOut *o, const char *kind, const char *colour)
{
    jout_open(o);
    jout_kz(o, "kind", kind);
    jout_kz(o, "colour", colour);
    jout_key(o, "points");
    jout_open_array(o);
}

static void end_shape(JsonOut *o)
{
    jout_close_array(o);
    jout_close(o);
}

static void key(JsonOut *o, const char *colour, const char *label)
{
    jout_open(o);
    jout_kz(o, "colour", colour);
    jout_kz(o, "label", label);
    jout_close(o);
}

static void bounds(JsonOut *o, double w, double s, double e, double n)
{
    const double v[4] = {w, s, e, n};
    jout_key(o, "bounds");
    jout_open_array(o);
    for (int i = 0; i < 4; i++) jout_f64(o, v[i]);
    jout_close_array(o);
}

static void target_rows(Work *w, const Json *safe, JsonOut *o)
{
    const Json *list = json_get(safe, "targets");
    jout_key(o, "target_rows");
    jout_open_array(o);
    JSON_EACH(t, list)
    {
        const Json *ok = json_get(t, "ok"), *reasons = json_get(t, "reasons");
        StrBuf b;
        buf_init(&b, w->ctx->arena);
        JSON_EACH(r, reasons) buf_printf(&b, "%s%.*s", b.n ? "；" : "", STR_ARG(json_str(r)));
        jout_open(o);
        jout_ks(o, "name", json_str(json_get(t, "name")));
        jout_kz(o, "ok", ok && ok->b ? "满足" : "不满足");
        jout_ks(o, "risk", str_printf(w->ctx->arena, "%.2e", number(t, "per_year")));
        jout_ks(o, "limit", str_printf(w->ctx->arena, "%.0e", number(t, "limit_per_year")));
        jout_ks(o, "metres", str_printf(w->ctx->arena, "%.0f", number(t, "nearest_m")));
        jout_ks(o, "reasons", buf_str(&b));
        jout_close(o);
    }
    jout_close_array(o);
}

static void contour_keys(Work *w, const Json *contours, JsonOut *o)
{
    size_t i = 0;
    jout_key(o, "keys");
    jout_open_array(o);
    JSON_EACH(c, contours)
    {
        key(o, colours[i % ARRAY_LEN(colours)],
            arena_printf(w->ctx->arena, "个人风险 %.0e /a，面积 %.4g hm²", number(c, "per_year"),
                         number(c, "area_m2") / 1e4));
        i++;
    }
    key(o, "black", "防护目标、装置");
    jout_close_array(o);
}

static void contour_shapes(const Json *contours, JsonOut *o)
{
    size_t i = 0;
    JSON_EACH(c, contours)
    {
        const Json *rings = json_get(c, "rings");
        JSON_EACH(r, rings)
        {
            begin_shape(o, "area", colours[i % ARRAY_LEN(colours)]);
            JSON_EACH(p, r) jout_json(o, p);
            end_shape(o);
        }
        i++;
    }
}

static Rc map(Work *w, const Record *rec, const Json *result, JsonOut *o)
{
    Origin at = {rec_f64(SE, rec, "lon"), rec_f64(SE, rec, "lat")};
    double r = rec_f64(SE, rec, "radius_m");
    const double box[4] = {-r, -r, r, r};
    const Json *contours = json_get(json_get(result, "individual"), "contours"),
               *places = json_get(result, "places");
    jout_key(o, "map");
    jout_open(o);
    jout_kz(o, "title", "个人风险等值线");
    bounds(o, -r, -r, r, r);
    contour_keys(w, contours, o);
    jout_key(o, "shapes");
    jout_open_array(o);
    TRY(ground_shapes(w, at, box, o));
    contour_shapes(contours, o);
    JSON_EACH(p, places)
    ground_dot(number(p, "x_m"), number(p, "y_m"), "black", json_str(json_get(p, "name")), o);
    ground_dot(0, 0, "red", rec_text(SE, rec, "name"), o);
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}

/* In decades: 1 to 10,000 deaths across, 10⁻⁹ to 10⁻² a year up. */
enum { FN_LEFT = 0, FN_RIGHT = 4, FN_LOW = -9, FN_HIGH = -2 };

static void decades(Work *w, JsonOut *o)
{
    for (int n = FN_LEFT; n <= FN_RIGHT; n++) {
        begin_shape(o, "line", "road");
        pair(o, n, FN_LOW);
        pair(o, n, FN_HIGH);
        end_shape(o);
        ground_dot(n, FN_LOW, "grey", str_printf(w->ctx->arena, "N=%.0f", pow(10, n)), o);
    }
    for (int f = FN_LOW + 1; f <= FN_HIGH; f++) {
        begin_shape(o, "line", "road");
        pair(o, FN_LEFT, f);
        pair(o, FN_RIGHT, f);
        end_shape(o);
        ground_dot(FN_LEFT, f, "grey", str_printf(w->ctx->arena, "1e%d", f), o);
    }
}

static void fn_line(const Json *curve, const char *member, const char *colour, bool steps, JsonOut *o)
{
    double before = NAN;
    begin_shape(o, "line", colour);
    JSON_EACH(p, curve)
    {
        double n = number(p, "n"), f = number(p, member);
        if (!(n > 0 && f > 0)) continue;
        if (steps) pair(o, isfinite(before) ? before : FN_LEFT, log10(f)); /* F holds up to this N */
        pair(o, log10(n), log10(f));
        before = log10(n);
    }
    end_shape(o);
}

static void fn_plot(Work *w, const Json *fn, JsonOut *o)
{
    const Json *curve = json_get(fn, "curve");
    if (!curve || !curve->count) return;
    jout_key(o, "fn");
    jout_open(o);
    jout_kz(o, "title", "F–N 曲线（横轴：死亡人数 N；纵轴：年频率 F）");
    jout_kb(o, "plot", true);
    bounds(o, FN_LEFT - 0.2, FN_LOW - 0.2, FN_RIGHT + 0.5, FN_HIGH + 0.2);
    jout_key(o, "keys");
    jout_open_array(o);
    key(o, "red", "不可接受线");
    key(o, "blue", "可接受线");
    key(o, "black", "本装置");
    jout_close_array(o);
    jout_key(o, "shapes");
    jout_open_array(o);
    decades(w, o);
    fn_line(curve, "upper_per_year", "red", false, o);
    fn_line(curve, "lower_per_year", "blue", false, o);
    fn_line(curve, "per_year", "black", true, o);
    jout_close_array(o);
    jout_close(o);
}

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    static const char *const words[][2] = {
        {"acceptable", "可接受"}, {"alarp", "尽可能降低"}, {"unacceptable", "不可接受"}};
    const Json *result;
    (void)e;
    (void)lang;
    TRY(json_parse(w->ctx, rec_text(SE, rec, "result"), &result));
    const Json *fn = json_get(result, "fn");
    Str verdict = json_str(json_get(fn, "verdict"));
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_is(verdict, words[i][0])) jout_kz(o, "fn_verdict", words[i][1]);
    target_rows(w, json_get(result, "safe"), o);
    jout_ks(o, "program", json_str(json_get(result, "version")));
    fn_plot(w, fn, o);
    return map(w, rec, result, o);
}

static const char report_zh[] = "@title 外部安全防护距离核验报告\n"
                                "> 本报告由筛查模型计算，个人风险基准为 GB 36894-2018 "
                                "的默认值（凭记忆，须与标准原文核对），不替代定量风险评价。\n"
                                "| 项目 | 内容 |\n"
                                "| 编号 | {{code}}（程序 {{program}}） |\n"
                                "| 装置（场所） | {{name}} |\n"
                                "| 责任单位 | {{?body}} |\n"
                                "| 装置状态 | {{phase}} |\n"
                                "| 位置 | 东经{{lon}}°，北纬{{lat}}° |\n"
                                "| 核验半径（m） | {{radius_m}} |\n"
                                "| 结论 | {{verdict}}：核验{{checked}}个防护目标，{{failed}}个不满足 |\n"
                                "| 社会风险 | {{?fn_verdict}} |\n"
                                "| 计算时间 | {{computed_at}} |\n"
                                "\n"
                                "# 个人风险等值线\n"
                                "@map map\n"
                                "\n"
                                "# 防护目标核验\n"
                                "| 防护目标 | 结论 | 个人风险（/a） | 基准（/a） | 距离（m） | 理由 |\n"
                                "{{#each target_rows}}\n"
                                "| {{name}} | {{ok}} | {{risk}} | {{limit}} | {{metres}} | {{reasons}} |\n"
                                "{{/each}}\n"
                                "\n"
                                "{{#if fn}}\n"
                                "# 社会风险\n"
                                "@map fn\n"
                                "{{/if}}\n"
                                "@sender {{paper_issuer}}\n"
                                "@date {{paper_date}}\n";

const PaperKind safety_papers[SAFETY_PAPERS] = {
    {.kind = "report",
     .title = T("安全防护距离核验报告", "Report of a check of distances"),
     .perm = "consequence.write",
     .word = "核验",
     .body = {report_zh, NULL},
     .model = model},
};
