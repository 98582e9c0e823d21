/* From alarms to a warning. An alarm stands in one open warning at most: it is looked for in the transaction
 * that makes the link, and writers come one after the other, so of two officers who turn the same alarm into
 * a warning the second is told the number of the first one's. Making a warning of an alarm is judging it
 * true. */
#include "warning_private.h"
#include "kernel/number.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"
#include "base/num.h"

#define AE (&alarm_entity)

Work warning_program(const Work *w)
{
    Work program = *w;
    program.who = NULL;
    return program;
}

DbVal warning_who(const Work *w)
{
    if (!w->who) return db_val_null();
    return db_val_z(w->who->full_name && *w->who->full_name ? w->who->full_name : w->who->name);
}

void warning_take(const Entity *e, Record *rec, const char *name, DbVal v)
{
    if (v.type != DB_NULL) rec_set(e, rec, name, v);
}

static Rc first_id(Work *w, const DbQuery *q, int64_t *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, q, DB_NO_ARGS, &c);
    if (rc <= 0) return rc;
    *out = db_i64(c, 0);
    db_close(&c);
    return RC_OK;
}

/* When the program warns, it does so for the watch; where nobody is the watch, for the office. */
Rc warning_issuer(Work *w, int64_t *out)
{
    *out = w->who ? scope_of(w->who)->body : 0;
    if (!*out) TRY(first_id(w, &q_warning_watch_body, out));
    return *out ? RC_OK : first_id(w, &q_warning_office_body, out);
}

/* ---- Which alarms ---- */

static bool read_id(const Json *j, int64_t *out)
{
    return j->type == JSON_TEXT ? num_parse_i64(j->s, out) : json_i64(j, out);
}

Rc warning_read_alarms(Work *w, const Json *list, int64_t *out, size_t *n)
{
    *n = 0;
    if (!list) return RC_OK;
    if (list->type != JSON_ARRAY || list->count > WARNING_ALARMS_MOST)
        return FAIL_FIELD(w->ctx, "alarms", "type", 0, "须为报警编号的数组，最多 %d 个",
                          "must be an array of at most %d alarm ids", WARNING_ALARMS_MOST);
    JSON_EACH(it, list)
    {
        int64_t id;
        if (!read_id(it, &id) || id <= 0)
            return FAIL_FIELD(w->ctx, "alarms", "type", 0, "报警编号无效", "an alarm id is not valid");
        size_t i = 0;
        while (i < *n && out[i] != id) i++;
        if (i == *n) out[(*n)++] = id;
    }
    return RC_OK;
}

/* Cancelled warnings let their alarms go; a filed one's are closed matters, and an alarm that lives on may
 * stand in a new one. */
Rc warning_of_alarm(Work *w, int64_t alarm, int64_t *warning, Str *code)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_warning_open_of_alarm, DB_ARGS(db_val_i64(alarm)), &c);
    if (rc <= 0) return rc;
    *warning = db_i64(c, 0);
    *code = db_str_copy(w->ctx, c, 1);
    db_close(&c);
    return 1;
}

/* What a caller may not see does not exist for him. */
static Rc alarm_seen(Work *w, int64_t id, Record **out)
{
    Rc rc = store_find(w, AE, str_printf(w->ctx->arena, "%lld", (long long)id), out);
    if (rc > 0) rc = scope_of_record(w, AE, *out);
    if (rc) return rc < 0 ? rc : RC_OK;
    return FAIL_FIELD(w->ctx, "alarms", "reference", 0, "没有报警 %lld", "there is no alarm %lld",
                      (long long)id);
}

static Rc take_alarm(Work *w, int64_t id, Record **out)
{
    int64_t other;
    Str code;
    TRY(alarm_seen(w, id, out));
    Str verdict = rec_text(AE, *out, "verdict");
    if (verdict.n && !str_is(verdict, "true"))
        return FAIL(w->ctx, RC_STATE, "warning.judged_otherwise", "报警 %lld 已研判为「%s」，不能转预警",
                    "alarm %lld was judged \"%s\" and cannot become a warning", (long long)id,
                    dict_label(w->kernel, "verdict", verdict, w->ctx->lang));
    Rc taken = warning_of_alarm(w, id, &other, &code);
    TRY(taken);
    if (!taken) return RC_OK;
    return FAIL(w->ctx, RC_CONFLICT, "warning.taken", "报警 %lld 已在预警 %.*s 中",
                "alarm %lld stands in warning %.*s already", (long long)id, STR_ARG(code));
}

/* ---- Filling ---- */

/* What is too long for its field is cut: nothing in a register may keep a warning from being made. */
static void take_text(Record *rec, const char *name, Str s)
{
    const Field *f = &WE->fields[entity_field(WE, name)];
    size_t at = 0, left = (size_t)f->max;
    for (; at < s.n; at++)
        if (((unsigned char)s.p[at] & 0xC0) != 0x80 && left-- == 0) break;
    if (s.n && rec_val(WE, rec, name)->type == DB_NULL) rec_set(WE, rec, name, db_val_text(str_n(s.p, at)));
}

static void take_line(Work *w, Record *rec, Str code)
{
    if (dict_has(w->kernel, "field", code) && rec_val(WE, rec, "line")->type == DB_NULL)
        rec_set(WE, rec, "line", db_val_text(code));
}

static void take_ref(Record *rec, const char *name, DbVal v)
{
    if (rec_val(WE, rec, name)->type == DB_NULL) rec_set(WE, rec, name, v);
}

static void from_alarm(Work *w, Record *rec, const Record *alarm)
{
    static const char *const same[] = {"object", "district", "owner"};
    for (size_t i = 0; i < ARRAY_LEN(same); i++) take_ref(rec, same[i], *rec_val(AE, alarm, same[i]));
    take_line(w, rec, rec_text(AE, alarm, "field"));
    take_text(rec, "what", rec_text(AE, alarm, "reason_zh"));
    take_text(rec, "group_id", rec_text(AE, alarm, "group_id"));
    if (rec_val(WE, rec, "grade")->type == DB_NULL)
        rec_set(WE, rec, "grade", *rec_val(AE, alarm, "worst_grade"));
    int64_t raised = rec_time(AE, alarm, "raised_at"), known = rec_time(WE, rec, "raised_at");
    if (known == TIME_NONE || raised < known) rec_set(WE, rec, "raised_at", db_val_i64(raised));
}

static Rc from_object(Work *w, Record *rec)
{
    int64_t id = rec_i64(WE, rec, "object");
    Record *o;
    if (!id) return RC_OK;
    TRY(store_get(w, &object_entity, id, &o));
    static const char *const same[] = {"district", "owner", "lon", "lat"};
    for (size_t i = 0; i < ARRAY_LEN(same); i++) take_ref(rec, same[i], *rec_val(&object_entity, o, same[i]));
    take_line(w, rec, rec_text(&object_entity, o, "field"));
    take_text(rec, "place", rec_text(&object_entity, o, "name"));
    return RC_OK;
}

/* "橙色燃气预警：中心路阀门井": grade, line, place. */
static void make_title(Work *w, Record *rec)
{
    static const char *const colours[] = {"", "红色", "橙色", "黄色", "蓝色"};
    if (rec_val(WE, rec, "title")->type != DB_NULL) return;
    Str place = rec_text(WE, rec, "place");
    const char *line = dict_label(w->kernel, "field", rec_text(WE, rec, "line"), LANG_ZH);
    int64_t grade = rec_i64(WE, rec, "grade");
    if (grade < 1 || grade > 4) return;
    take_text(rec, "title",
              str_printf(w->ctx->arena, "%s%s预警：%.*s", colours[grade], line ? line : "", STR_ARG(place)));
}

/* The gravest first, then the earliest: it says where and what. */
static void sort_alarms(Record **alarm, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j; j--) {
            int64_t a = rec_i64(AE, alarm[j - 1], "worst_grade"), b = rec_i64(AE, alarm[j], "worst_grade");
            bool later = rec_time(AE, alarm[j - 1], "raised_at") > rec_time(AE, alarm[j], "raised_at");
            if (b > a || (b == a && !later)) break;
            Record *t = alarm[j];
            alarm[j] = alarm[j - 1];
            alarm[j - 1] = t;
        }
}

static Rc link_alarm(Work *w, const Record *alarm, int64_t warning)
{
    if (!rec_text(AE, alarm, "verdict").n)
        TRY(alarm_judge_true(w, alarm, w->who ? NULL : "超时无人研判，自动转警"));
    return matter_link(w, AE, alarm->id, WE, warning);
}

Rc warning_join(Work *w, const Record *warning, const int64_t *alarms, size_t n)
{
    if (!n) return FAIL_FIELD(w->ctx, "alarms", "required", 0, "须选择报警", "choose an alarm");
    for (size_t i = 0; i < n; i++) {
        Record *alarm;
        TRY(take_alarm(w, alarms[i], &alarm));
        TRY(link_alarm(w, alarm, warning->id));
    }
    return RC_OK;
}

Rc warning_make(Work *w, Record *rec, const int64_t *alarms, size_t n)
{
    Str code;
    int64_t issuer;
    Record **alarm = ARENA_ARRAY(w->ctx->arena, Record *, n + 1);
    for (size_t i = 0; i < n; i++) TRY(take_alarm(w, alarms[i], &alarm[i]));
    sort_alarms(alarm, n);
    for (size_t i = 0; i < n; i++) from_alarm(w, rec, alarm[i]);
    TRY(from_object(w, rec));
    if (n) take_text(rec, "place", rec_text(AE, alarm[0], "point_name"));
    make_title(w, rec);
    TRY(warning_issuer(w, &issuer));
    TRY(number_of_day(w, 'W', &code));
    rec_set(WE, rec, "code", db_val_text(code));
    rec_set(WE, rec, "issuer", db_val_id(issuer));
    rec_set(WE, rec, "alarms", db_val_i64((int64_t)n));
    rec_set(WE, rec, "judged_at", db_val_i64(w->now));
    rec_set(WE, rec, "made_by", warning_who(w));
    rec_set(WE, rec, "automatic", db_val_bool(!w->who));
    TRY(store_insert(w, WE, rec));
    if (issuer) TRY(matter_party(w, rec->id, issuer, "issuer"));
    for (size_t i = 0; i < n; i++) TRY(link_alarm(w, alarm[i], rec->id));
    return RC_OK;
}
