/* Between the flat record and the watch's JSON. One table says which members each kind takes; everything else
 * in the record is left out, so that a row copied from another kind in a spreadsheet does no harm. */
#include "rule_private.h"
#include "base/clock.h"

#include <math.h>
#include <stdio.h>

#define LIMIT_MOST 1e15

enum { M_DIR = 1, M_GRADES = 2, M_GRADE = 4 };

typedef struct KindShape {
    const char *kind;
    unsigned parts;
    const char *members[6]; /* plain numbers of the same name on both sides */
} KindShape;

static const KindShape shapes[] = {
    {"level", M_DIR | M_GRADES, {"deadband", "on_delay_ms", "off_delay_ms", "max_gap_ms"}},
    {"rate", M_DIR | M_GRADES, {"window_ms", "off_delay_ms"}},
    {"stuck", M_GRADE, {"window_ms", "eps", "max_gap_ms"}},
    {"offline", M_GRADE, {"timeout_ms"}},
    {"expr", M_DIR | M_GRADES | M_GRADE, {"max_age_ms", "on_delay_ms", "off_delay_ms"}},
    {"deviation", M_GRADES, {"k", "warmup_ms", "season_ms", "on_delay_ms", "off_delay_ms"}},
};

static const char *const limit_names[] = {"limit1", "limit2", "limit3", "limit4"};

static const KindShape *shape_of(Str kind)
{
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++)
        if (str_is(kind, shapes[i].kind)) return &shapes[i];
    return NULL;
}

static bool is_set(const Record *rec, const char *field)
{
    return rec_val(&rule_entity, rec, field)->type != DB_NULL;
}

static void write_number(const Record *rec, const char *field, JsonOut *out)
{
    const DbVal *v = rec_val(&rule_entity, rec, field);
    if (v->type == DB_NULL) return;
    jout_key(out, field);
    if (v->type == DB_I64) jout_i64(out, v->i);
    else jout_f64(out, v->f);
}

static void write_grades(const Record *rec, JsonOut *out)
{
    jout_key(out, "grades");
    jout_open_array(out);
    for (int g = 0; g < 4; g++) {
        if (!is_set(rec, limit_names[g])) continue;
        jout_open(out);
        jout_ki(out, "grade", g + 1);
        jout_kf(out, "limit", rec_f64(&rule_entity, rec, limit_names[g]));
        jout_close(out);
    }
    jout_close_array(out);
}

static bool has_limits(const Record *rec)
{
    for (size_t g = 0; g < ARRAY_LEN(limit_names); g++)
        if (is_set(rec, limit_names[g])) return true;
    return false;
}

void rule_write_json(const Record *rec, JsonOut *out)
{
    const Entity *e = &rule_entity;
    Str kind = rec_text(e, rec, "kind");
    const KindShape *shape = shape_of(kind);
    jout_open(out);
    jout_ks(out, "name", rec_text(e, rec, "code"));
    jout_ks(out, "point", rec_text(e, rec, "point"));
    jout_ks(out, "kind", kind);
    unsigned parts = shape ? shape->parts : 0;
    /* An expression is boolean with one grade, or numeric with a direction and limits. */
    if (parts == (M_DIR | M_GRADES | M_GRADE)) parts = has_limits(rec) ? M_DIR | M_GRADES : M_GRADE;
    if (parts & M_DIR) jout_ks(out, "dir", rec_text(e, rec, "dir"));
    if (parts & M_GRADES) write_grades(rec, out);
    if (parts & M_GRADE) write_number(rec, "grade", out);
    if (str_is(kind, "expr")) jout_ks(out, "expr", rec_text(e, rec, "expr"));
    for (size_t i = 0; shape && i < ARRAY_LEN(shape->members) && shape->members[i]; i++)
        write_number(rec, shape->members[i], out);
    jout_close(out);
}

/* "rules[0].grades[1].limit" → the flat field it came from. */
static const char *flat_field(const Record *rec, const char *path)
{
    const char *dot = strchr(path, '.');
    if (!dot) return strncmp(path, "rules", 5) == 0 ? "kind" : path;
    dot++;
    unsigned index;
    if (sscanf(dot, "grades[%u]", &index) == 1) {
        for (int g = 0; g < 4; g++)
            if (is_set(rec, limit_names[g]) && index-- == 0) return limit_names[g];
        return "limit1";
    }
    if (strcmp(dot, "grades") == 0) return "limit1";
    return strcmp(dot, "name") == 0 ? "code" : dot;
}

static Rc parse_one(Ctx *ctx, const Record *rec)
{
    StrBuf buf;
    JsonOut out;
    buf_init(&buf, ctx->arena);
    jout_init(&out, &buf);
    jout_open(&out);
    jout_key(&out, "rules");
    jout_open_array(&out);
    rule_write_json(rec, &out);
    jout_close_array(&out);
    jout_close(&out);
    RuleSet *set = NULL;
    Rc rc = ruleset_parse(ctx, buf_str(&buf), &set);
    ruleset_free(&set);
    return rc;
}

bool rule_parses(Ctx *ctx, const Record *rec, const char **why)
{
    Ctx probe;
    ctx_init(&probe, ctx->arena, ctx->lang);
    if (parse_one(&probe, rec) >= 0) return true;
    *why = probe.err.fields ? probe.err.fields->field : probe.err.message;
    return false;
}

static void check_validity(Ctx *ctx, const Record *rec)
{
    int64_t from = rec_time(&rule_entity, rec, "valid_from"), to = rec_time(&rule_entity, rec, "valid_to");
    if (from != TIME_NONE && to != TIME_NONE && to <= from)
        FAIL_FIELD(ctx, "valid_to", "order", 0, "失效时间须晚于生效时间",
                   "valid_to must be after valid_from");
}

static void check_limits(Ctx *ctx, const Record *rec)
{
    for (size_t g = 0; g < ARRAY_LEN(limit_names); g++)
        if (is_set(rec, limit_names[g]) && !(fabs(rec_f64(&rule_entity, rec, limit_names[g])) <= LIMIT_MOST))
            FAIL_FIELD(ctx, limit_names[g], "range", 0, "限值超出 ±1e15", "a limit is within ±1e15");
}

Rc rule_check(Work *w, const Record *rec)
{
    static const char *const needed[] = {"code", "point", "kind"};
    check_validity(w->ctx, rec);
    check_limits(w->ctx, rec);
    /* "clock" is the name of the always-on clock fault's events. */
    if (str_is(rec_text(&rule_entity, rec, "code"), "clock"))
        FAIL_FIELD(w->ctx, "code", "reserved", 0, "编号 clock 由系统使用",
                   "the code clock is used by the program");
    for (size_t i = 0; i < ARRAY_LEN(needed); i++)
        if (rec_text(&rule_entity, rec, needed[i]).n == 0)
            return w->ctx->err.kind; /* the store asks for it */
    Ctx probe;
    ctx_init(&probe, w->ctx->arena, w->ctx->lang);
    if (parse_one(&probe, rec) < 0 && !probe.err.fields)
        FAIL_FIELD(w->ctx, "kind", "rule", 0, "%s", "%s", probe.err.message);
    for (const FieldError *f = probe.err.fields; f; f = f->next)
        FAIL_FIELD(w->ctx, flat_field(rec, f->field), f->code, 0, "%s", "%s", f->message);
    return w->ctx->err.kind;
}
