/* The report of a consequence: inputs with units and marks, the map, what each ring means and where that is
 * from, who is inside, and that all of it only screens. First template, which an office changes as a record.
 */
#include "consequence_private.h"
#include "risk/risk.h"
#include <math.h>

enum { INSIDE_PRINTED = 60 };
static const char *const colours[] = {"red", "orange", "yellow", "blue", "grey"};

static const char *colour_of(size_t i)
{
    return colours[i < ARRAY_LEN(colours) ? i : ARRAY_LEN(colours) - 1];
}

static double number(const Json *j, const char *name)
{
    double v = NAN;
    const Json *m = json_get(j, name);
    if (m && m->type != JSON_NULL) json_f64(m, &v);
    return v;
}

static Str figure(Work *w, double v, const char *unit)
{
    if (!isfinite(v)) return STR("—");
    return str_printf(w->ctx->arena, "%.4g%s%s", v, *unit ? " " : "", unit);
}

static const char *mark_text(Str mark)
{
    if (str_is(mark, "memory")) return "默认值，凭记忆";
    if (str_is(mark, "proposed")) return "默认值，平台建议";
    return str_is(mark, "corroborated") ? "有公开来源" : "输入";
}

static Str value_text(Work *w, const Json *j)
{
    double v;
    StrBuf b;
    JsonOut o;
    if (j->type == JSON_TEXT) return json_str(j);
    if (json_f64(j, &v)) return str_printf(w->ctx->arena, "%.9g", v);
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_json(&o, j);
    return buf_str(&b);
}

/* The caller's inputs with the names and units of the model's schema, then what was left to a default. */
static Rc inputs(Work *w, const Record *rec, const Json *answer, JsonOut *o)
{
    StrBuf b;
    JsonOut s;
    const Json *schema, *given, *defaults = json_get(answer, "defaults");
    buf_init(&b, w->ctx->arena);
    jout_init(&s, &b);
    risk_command_schema(w->ctx, risk_command_find(rec_text(CE, rec, "model")), &s);
    TRY(json_parse(w->ctx, buf_str(&b), &schema));
    TRY(json_parse(w->ctx, rec_text(CE, rec, "inputs"), &given));
    jout_key(o, "input_rows");
    jout_open_array(o);
    JSON_EACH(m, given)
    {
        const Json *p = json_get(json_get(schema, "properties"), str_z(w->ctx->arena, m->name));
        Str about = json_str(json_get(p, "description")), unit = json_str(json_get(p, "x-unit"));
        jout_open(o);
        jout_ks(o, "label", about.n ? about : m->name);
        jout_ks(o, "value", value_text(w, m));
        jout_ks(o, "unit", str_is(unit, "1") ? STR("") : unit);
        jout_kz(o, "mark", "输入");
        jout_close(o);
    }
    JSON_EACH(d, defaults)
    {
        jout_open(o);
        jout_ks(o, "label", json_str(json_get(d, "about")));
        jout_ks(o, "value", value_text(w, json_get(d, "value")));
        jout_ks(o, "unit",
                str_is(json_str(json_get(d, "unit")), "1") ? STR("") : json_str(json_get(d, "unit")));
        jout_kz(o, "mark", mark_text(json_str(json_get(d, "mark"))));
        jout_close(o);
    }
    jout_close_array(o);
    return RC_OK;
}

static Str level_text(Work *w, const Json *z)
{
    double ppm = number(z, "ppm");
    Str level = figure(w, number(z, "level"), str_z(w->ctx->arena, json_str(json_get(z, "unit"))));
    if (!isfinite(ppm)) return level;
    return str_printf(w->ctx->arena, "%.*s（%.4g ppm）", STR_ARG(level), ppm);
}

static void zone_rows(Work *w, const Json *zones, JsonOut *o)
{
    jout_key(o, "zone_rows");
    jout_open_array(o);
    JSON_EACH(z, zones)
    {
        bool beyond = json_get(z, "beyond") != NULL;
        jout_open(o);
        jout_ks(o, "level", level_text(w, z));
        jout_ks(o, "harm", json_str(json_get(z, "harm")));
        jout_ks(o, "distance", beyond ? STR("10 km 以上") : figure(w, round(number(z, "distance_m")), "m"));
        jout_ks(o, "targets", figure(w, number(z, "targets"), ""));
        jout_ks(o, "people", figure(w, number(z, "people"), ""));
        jout_ks(o, "source",
                str_printf(w->ctx->arena, "%.*s（%s）", STR_ARG(json_str(json_get(z, "source"))),
                           mark_text(json_str(json_get(z, "mark")))));
        jout_close(o);
    }
    jout_close_array(o);
}

static void inside_rows(Work *w, const Json *inside, JsonOut *o)
{
    size_t n = 0;
    jout_key(o, "inside_rows");
    jout_open_array(o);
    JSON_EACH(p, inside)
    {
        static const char *const dicts[] = {"protected_kind", "object_kind", "body_kind"};
        Str kind = json_str(json_get(p, "kind"));
        const char *label = NULL;
        if (n++ == INSIDE_PRINTED) break;
        for (size_t i = 0; i < ARRAY_LEN(dicts) && !label; i++)
            if (dict_has(w->kernel, dicts[i], kind)) label = dict_label(w->kernel, dicts[i], kind, LANG_ZH);
        jout_open(o);
        jout_ks(o, "name", json_str(json_get(p, "name")));
        jout_kz(o, "kind", label ? label : "");
        jout_ks(o, "distance", figure(w, number(p, "distance_m"), "m"));
        jout_ks(o, "people",
                isfinite(number(p, "people")) ? figure(w, number(p, "people"), "") : STR("未登记"));
        jout_close(o);
    }
    jout_close_array(o);
}

static void keys(Work *w, const Json *zones, JsonOut *o)
{
    size_t i = 0;
    jout_key(o, "keys");
    jout_open_array(o);
    JSON_EACH(z, zones)
    {
        double m = number(z, "distance_m");
        jout_open(o);
        jout_kz(o, "colour", colour_of(i++));
        jout_ks(o, "label",
                str_printf(w->ctx->arena, "%.*s  %.*s", STR_ARG(level_text(w, z)),
                           STR_ARG(isfinite(m)                                    ? figure(w, round(m), "m")
                                   : str_is(json_str(json_get(z, "unit")), "kPa") ? STR("超出公式范围")
                                                                                  : STR("未达到"))));
        jout_close(o);
    }
    jout_open(o);
    jout_kz(o, "colour", "black");
    jout_kz(o, "label", "事故点、防护目标");
    jout_close(o);
    jout_close_array(o);
}

/* The mildest first, so that the severe ones lie on top. */
static void zone_shapes(Origin at, const Json *zones, JsonOut *o)
{
    const Json *all[ZONES_MOST];
    size_t n = 0;
    JSON_EACH(z, zones)
    {
        if (n < ZONES_MOST) all[n++] = z;
    }
    while (n-- > 0) {
        const Json *g = json_get(all[n], "geometry");
        if (g && g->type == JSON_OBJECT) ground_geometry(at, g, colour_of(n), true, o);
    }
}

static void inside_dots(Origin at, const Json *inside, JsonOut *o)
{
    size_t n = 0;
    JSON_EACH(p, inside)
    {
        double east, north;
        if (n++ == INSIDE_PRINTED) break;
        place_metres(at, number(p, "lon"), number(p, "lat"), &east, &north);
        ground_dot(east, north, "black", n <= 12 ? json_str(json_get(p, "name")) : STR_NONE, o);
    }
}

/* West, south, east, north of the zones with a margin; at least 100 m each way. */
static void extent(Origin at, const Json *zones, double bounds[4])
{
    double lon, lat, east, north;
    for (int i = 0; i < 4; i++) bounds[i] = i < 2 ? -100 : 100;
    JSON_EACH(z, zones)
    {
        const Json *rings = json_get(json_get(z, "geometry"), "coordinates");
        JSON_EACH(p, rings ? rings->child : NULL)
        {
            if (!json_f64(p->child, &lon) || !json_f64(p->child->next, &lat)) continue;
            place_metres(at, lon, lat, &east, &north);
            bounds[0] = fmin(bounds[0], east), bounds[1] = fmin(bounds[1], north);
            bounds[2] = fmax(bounds[2], east), bounds[3] = fmax(bounds[3], north);
        }
    }
    double margin = 0.08 * fmax(bounds[2] - bounds[0], bounds[3] - bounds[1]);
    for (int i = 0; i < 4; i++) bounds[i] += i < 2 ? -margin : margin;
}

static Rc map(Work *w, const Record *rec, const Json *result, JsonOut *o)
{
    Origin at = {number(result, "lon"), number(result, "lat")};
    const Json *zones = json_get(result, "zones");
    double bounds[4];
    extent(at, zones, bounds);
    jout_key(o, "map");
    jout_open(o);
    jout_ks(o, "title", rec_text(CE, rec, "name"));
    jout_key(o, "bounds");
    jout_open_array(o);
    for (int i = 0; i < 4; i++) jout_f64(o, bounds[i]);
    jout_close_array(o);
    keys(w, zones, o);
    jout_key(o, "shapes");
    jout_open_array(o);
    TRY(ground_shapes(w, at, bounds, o));
    zone_shapes(at, zones, o);
    inside_dots(at, json_get(result, "inside"), o);
    ground_dot(0, 0, "red", STR("事故点"), o);
    jout_close_array(o);
    jout_close(o);
    return RC_OK;
}

static Rc model(Work *w, const Entity *e, const Record *rec, Lang lang, JsonOut *o)
{
    const Json *result;
    (void)e;
    (void)lang;
    TRY(json_parse(w->ctx, rec_text(CE, rec, "result"), &result));
    const Json *answer = json_get(result, "answer");
    TRY(inputs(w, rec, answer, o));
    zone_rows(w, json_get(result, "zones"), o);
    inside_rows(w, json_get(result, "inside"), o);
    jout_key(o, "notes");
    if (json_get(answer, "notes")) jout_json(o, json_get(answer, "notes"));
    else jout_null(o);
    jout_ks(o, "program", json_str(json_get(result, "version")));
    jout_ki(o, "record_version", rec->version);
    return map(w, rec, result, o);
}

static const char report_zh[] =
    "@title 事故后果筛查报告\n"
    "> 本报告由筛查模型计算，仅供初步判断，不替代定量风险评价和专项安全评价。\n"
    "| 项目 | 内容 |\n"
    "| 编号 | {{code}}（第{{record_version}}版，程序 {{program}}） |\n"
    "| 场景 | {{name}} |\n"
    "| 事故类型 | {{model}} |\n"
    "| 重大危险源 | {{?hazard}} |\n"
    "| 风险单元 | {{?unit}} |\n"
    "| 位置 | 东经{{lon}}°，北纬{{lat}}° |\n"
    "| 风向（来向） | {{?wind_from}} |\n"
    "| 最远影响距离（m） | {{reach_m}} |\n"
    "| 范围内目标 | {{targets}}个，已登记{{people}}人，{{unknown}}个未登记人数 |\n"
    "| 计算时间 | {{computed_at}} |\n"
    "\n"
    "# 影响范围图\n"
    "@map map\n"
    "\n"
    "# 各级影响\n"
    "| 等级 | 后果 | 距离 | 目标 | 人数 | 依据 |\n"
    "{{#each zone_rows}}\n"
    "| {{level}} | {{?harm}} | {{distance}} | {{targets}} | {{people}} | {{source}} |\n"
    "{{/each}}\n"
    "\n"
    "# 输入参数\n"
    "| 参数 | 取值 | 单位 | 来源 |\n"
    "{{#each input_rows}}\n"
    "| {{label}} | {{value}} | {{?unit}} | {{mark}} |\n"
    "{{/each}}\n"
    "\n"
    "# 范围内防护目标\n"
    "{{#if inside_rows}}\n"
    "| 目标 | 类型 | 距离 | 人数 |\n"
    "{{#each inside_rows}}\n"
    "| {{name}} | {{kind}} | {{distance}} | {{people}} |\n"
    "{{/each}}\n"
    "{{else}}\n"
    "范围内没有已登记的防护目标。\n"
    "{{/if}}\n"
    "\n"
    "# 说明\n"
    "每个目标计入所在的最严重一级；人数取白天与夜间登记数的较大者。平坦地面、稳定释放和风况、无遮挡。\n"
    "{{#each notes}}\n"
    "{{.}}。\n"
    "{{/each}}\n"
    "{{?note}}\n"
    "@sender {{paper_issuer}}\n"
    "@date {{paper_date}}\n";

const PaperKind consequence_papers[CONSEQUENCE_PAPERS] = {
    {.kind = "report",
     .title = T("事故后果筛查报告", "Report of a consequence"),
     .perm = "consequence.write",
     .word = "后果",
     .body = {report_zh, NULL},
     .model = model},
};
