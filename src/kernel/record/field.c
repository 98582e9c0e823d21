/* One value of one field: from text or JSON to what the table holds, and back. Two steps: the type (scan),
 * then what the declaration asks (length, range, dictionary, reference). Each failure is one entry of the
 * field list, so that a person sees all mistakes of a form at once. */
#include "base/clock.h"
#include "base/num.h"
#include "kernel_int.h"
#include <math.h>

enum { TEXT_MAX = 2000, JSON_MAX = 64 * 1024 };

#define LABEL(ctx, f) text_in((f)->label, (ctx)->lang)

/* ---- Type ---- */

/* line: a code stands in one line of a sheet, a rule or an address. */
static bool has_control(Str s, bool line)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        bool space = !line && (c == '\n' || c == '\t' || c == '\r');
        if ((c < 0x20 && !space) || c == 0x7f) return true;
    }
    return false;
}

static Rc scan_text(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out)
{
    if (!str_utf8_ok(text) || has_control(text, f->flags & F_UNIQUE))
        return FAIL_FIELD(ctx, f->name, "type", line, "%s含有不能使用的字符",
                          "%s has characters that cannot be used", LABEL(ctx, f));
    *out = db_val_text(text);
    return 0;
}

static Rc scan_int(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out)
{
    int64_t i;
    double v;
    if (!num_parse_i64(text, &i)) {
        bool whole = num_parse_f64(text, false, &v) && v == floor(v) && fabs(v) <= 9007199254740992.0;
        if (!whole)
            return FAIL_FIELD(ctx, f->name, "type", line, "%s应为整数", "%s must be a whole number",
                              LABEL(ctx, f));
        i = (int64_t)v;
    }
    *out = db_val_i64(i);
    return 0;
}

static Rc scan_real(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out)
{
    double v;
    if (!num_parse_f64(text, false, &v))
        return FAIL_FIELD(ctx, f->name, "type", line, "%s应为数字", "%s must be a number", LABEL(ctx, f));
    *out = db_val_f64(v);
    return 0;
}

static Rc scan_bool(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out)
{
    static const struct {
        const char *word;
        bool value;
    } words[] = {{"true", true},   {"1", true},  {"是", true},  {"yes", true},
                 {"false", false}, {"0", false}, {"否", false}, {"no", false}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (!str_ieq(text, str_of(words[i].word))) continue;
        *out = db_val_bool(words[i].value);
        return 0;
    }
    return FAIL_FIELD(ctx, f->name, "type", line, "%s应为“是”或“否”", "%s must be true or false",
                      LABEL(ctx, f));
}

static Rc scan_time(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out)
{
    int64_t t;
    if (!time_parse(text, true, &t))
        return FAIL_FIELD(ctx, f->name, "time", line, "%s应为时间，如 2026-11-22T08:00:00+08:00",
                          "%s must be a time like 2026-11-22T08:00:00+08:00", LABEL(ctx, f));
    *out = db_val_i64(t);
    return 0;
}

/* As the writer prints it, so that equal values are equal texts. */
static DbVal json_value(Ctx *ctx, const Json *j)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_json(&o, j);
    return db_val_json(buf_str(&b));
}

static Rc scan_json(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out)
{
    Ctx scratch;
    ctx_init(&scratch, ctx->arena, ctx->lang);
    const Json *j;
    if (json_parse(&scratch, text, &j) < 0)
        return FAIL_FIELD(ctx, f->name, "type", line, "%s应为 JSON：%s", "%s must be JSON: %s", LABEL(ctx, f),
                          scratch.err.message);
    *out = json_value(ctx, j);
    return 0;
}

typedef Rc (*Scan)(Ctx *, const Field *, Str, int64_t, DbVal *);
static const Scan scans[] = {
    [F_TEXT] = scan_text, [F_INT] = scan_int,   [F_REAL] = scan_real, [F_BOOL] = scan_bool,
    [F_TIME] = scan_time, [F_ENUM] = scan_text, [F_REF] = scan_text,  [F_JSON] = scan_json};

Rc field_scan(Ctx *ctx, const Field *f, Str text, int64_t line, DbVal *out)
{
    /* Blanks at the ends come from spreadsheets and make codes that look alike; a secret is taken as it is.
     */
    if (!(f->flags & (F_LONG | F_SECRET))) text = str_trim(text);
    *out = db_val_null();
    return text.n ? scans[f->type](ctx, f, text, line, out) : 0;
}

/* ---- What the declaration asks ---- */

static Rc check_length(Ctx *ctx, const Field *f, DbVal v, int64_t line)
{
    size_t most = f->max > 0 ? (size_t)f->max : TEXT_MAX, least = f->min > 0 ? (size_t)f->min : 0;
    size_t n = str_utf8_len(v.s);
    if (n >= least && n <= most) return 0;
    return FAIL_FIELD(ctx, f->name, "length", line, "%s的长度应为 %zu 至 %zu 个字",
                      "%s must have %zu to %zu characters", LABEL(ctx, f), least, most);
}

/* A longitude of China that could be a latitude, or the other way round. */
static bool seems_swapped(const Field *f, double x)
{
    bool lon = !strcmp(f->name, "lon") && f->min >= geo_china.west && f->max <= geo_china.east;
    bool lat = !strcmp(f->name, "lat") && f->min >= geo_china.south && f->max <= geo_china.north;
    if (lon) return x >= geo_china.south && x <= geo_china.north;
    return lat && x >= geo_china.west && x <= geo_china.east;
}

static Rc check_range(Ctx *ctx, const Field *f, DbVal v, int64_t line)
{
    double x = v.type == DB_F64 ? v.f : (double)v.i;
    if (v.type == DB_F64 && !isfinite(x))
        return FAIL_FIELD(ctx, f->name, "type", line, "%s应为数字", "%s must be a number", LABEL(ctx, f));
    if ((f->min == 0 && f->max == 0) || (x >= f->min && x <= f->max)) return 0;
    char low[NUM_TEXT_MAX], high[NUM_TEXT_MAX];
    num_print_f64(f->min, low);
    num_print_f64(f->max, high);
    if (seems_swapped(f, x))
        return FAIL_FIELD(ctx, f->name, "swapped", line, "%s应在 %s 至 %s 之间，经纬度可能颠倒",
                          "%s must be between %s and %s; longitude and latitude seem swapped", LABEL(ctx, f),
                          low, high);
    return FAIL_FIELD(ctx, f->name, "range", line, "%s应在 %s 至 %s 之间", "%s must be between %s and %s",
                      LABEL(ctx, f), low, high);
}

static Rc check_dict(Work *w, const Field *f, DbVal v, int64_t line)
{
    if (dict_has(w->kernel, f->ref, v.s)) return 0;
    return FAIL_FIELD(w->ctx, f->name, "dictionary", line, "%s：字典中没有有效的代码“%.*s”",
                      "%s: the dictionary has no valid code \"%.*s\"", LABEL(w->ctx, f), STR_ARG(v.s));
}

static Rc check_json(Ctx *ctx, const Field *f, DbVal v, int64_t line)
{
    size_t most = f->max > 0 ? (size_t)f->max : JSON_MAX;
    if (v.s.n <= most) return 0;
    return FAIL_FIELD(ctx, f->name, "length", line, "%s不能超过 %zu 字节", "%s must not exceed %zu bytes",
                      LABEL(ctx, f), most);
}

Rc field_check(Work *w, const Field *f, DbVal v, int64_t line)
{
    if (v.type == DB_NULL) return 0;
    switch (f->type) {
    case F_TEXT:
        TRY(mask_check(w->ctx, f, v, line));
        return check_length(w->ctx, f, v, line);
    case F_INT:
    case F_REAL:
        return check_range(w->ctx, f, v, line);
    case F_ENUM:
        return check_dict(w, f, v, line);
    case F_JSON:
        return check_json(w->ctx, f, v, line);
    case F_BOOL:
    case F_TIME:
    case F_REF:
        return 0;
    }
    return 0;
}

static Rc resolve_ref(Work *w, const Field *f, int64_t line, DbVal *v)
{
    const EntityInfo *target = decl_entity(w->kernel->decl, str_of(f->ref));
    int64_t id;
    if (!target)
        return FAIL_FIELD(w->ctx, f->name, "reference", line, "%s：本系统没有此类记录",
                          "%s: this program has no such records", LABEL(w->ctx, f));
    Rc rc = ref_find(w, target, v->s, &id);
    if (rc > 0) *v = db_val_i64(id);
    if (rc) return rc < 0 ? rc : 0;
    return FAIL_FIELD(w->ctx, f->name, "reference", line, "%s：没有编码为“%.*s”的%s",
                      "%s: there is no \"%.*s\" in %s", LABEL(w->ctx, f), STR_ARG(v->s),
                      text_in(target->e->title, w->ctx->lang));
}

/* The second step for a value that has its type. */
static Rc settle(Work *w, const Field *f, int64_t line, DbVal *v)
{
    if (v->type == DB_NULL) return 0;
    if (f->type == F_REF) return resolve_ref(w, f, line, v);
    return field_check(w, f, *v, line);
}

Rc field_parse_text(Work *w, const Field *f, Str text, int64_t line, DbVal *out)
{
    TRY(field_scan(w->ctx, f, text, line, out));
    return settle(w, f, line, out);
}

/* ---- JSON ---- */

static Rc wrong_type(Ctx *ctx, const Field *f, int64_t line)
{
    static const Text wanted[] = {[F_TEXT] = T("文字", "a text"),
                                  [F_INT] = T("整数", "a whole number"),
                                  [F_REAL] = T("数字", "a number"),
                                  [F_BOOL] = T("true 或 false", "true or false"),
                                  [F_TIME] = T("时间文字", "a time as text"),
                                  [F_ENUM] = T("字典代码", "a dictionary code"),
                                  [F_REF] = T("编码或标识", "a code or id"),
                                  [F_JSON] = T("JSON", "JSON")};
    return FAIL_FIELD(ctx, f->name, "type", line, "%s应为%s", "%s must be %s", LABEL(ctx, f),
                      text_in(wanted[f->type], ctx->lang));
}

static Rc from_json(Work *w, const Field *f, const Json *j, int64_t line, DbVal *out)
{
    if (f->type == F_JSON) {
        *out = json_value(w->ctx, j);
        return 0;
    }
    bool as_text = f->type == F_TEXT || f->type == F_ENUM || f->type == F_REF || f->type == F_TIME;
    if (as_text && j->type == JSON_TEXT) return field_scan(w->ctx, f, j->s, line, out);
    if (f->type == F_BOOL && j->type == JSON_BOOL) *out = db_val_bool(j->b);
    else if (f->type == F_INT && json_i64(j, &out->i)) *out = db_val_i64(out->i);
    else if (f->type == F_REAL && json_f64(j, &out->f)) *out = db_val_f64(out->f);
    else return wrong_type(w->ctx, f, line);
    return 0;
}

Rc field_parse_json(Work *w, const Field *f, const Json *j, int64_t line, DbVal *out)
{
    *out = db_val_null();
    if (!j || j->type == JSON_NULL) return 0;
    DbVal v = db_val_null();
    TRY(from_json(w, f, j, line, &v));
    TRY(settle(w, f, line, &v));
    *out = v;
    return 0;
}

bool field_equal(const Field *f, DbVal a, DbVal b)
{
    if (a.type == DB_NULL || b.type == DB_NULL) return a.type == b.type;
    switch (f->type) {
    case F_TEXT:
    case F_ENUM:
    case F_JSON:
        return str_eq(a.s, b.s);
    case F_REAL: {
        double x = a.type == DB_F64 ? a.f : (double)a.i, y = b.type == DB_F64 ? b.f : (double)b.i;
        return x == y;
    }
    case F_INT:
    case F_BOOL:
    case F_TIME:
    case F_REF:
        return a.i == b.i;
    }
    return false;
}

void field_write_json(const Field *f, DbVal v, Str ref, JsonOut *out)
{
    if (v.type == DB_NULL) {
        jout_null(out);
        return;
    }
    switch (f->type) {
    case F_TEXT:
    case F_ENUM:
        jout_str(out, f->flags & F_MASK ? mask_text(out->buf->arena, v.s) : v.s);
        break;
    case F_INT:
        jout_i64(out, v.i);
        break;
    case F_REAL:
        jout_f64(out, v.type == DB_F64 ? v.f : (double)v.i);
        break;
    case F_BOOL:
        jout_bool(out, v.i != 0);
        break;
    case F_TIME:
        jout_time(out, v.i);
        break;
    case F_REF:
        if (ref.p) jout_str(out, ref);
        else jout_id(out, v.i);
        break;
    case F_JSON:
        jout_raw(out, v.s);
        break;
    }
}
