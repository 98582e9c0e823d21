/* A warning as a CAP message. What was sent is kept as it was sent: a reader that refers to a message must
 * find the same words a year later, whatever became of the warning, the register or the mapping. */
#include "cap_area.h"
#include "warning_private.h"
#include "mod_warning_queries_sql.h"
#include "base/clock.h"
#include "base/id.h"

#include <math.h>

enum { REFERENCES_MOST = 100 };

/* ---- Dictionaries ---- */

/* The entry's extra; NULL when it has none or it is no JSON: a mapping that was edited wrongly must not stop
 * a message. */
static const Json *extra_of(Work *w, const char *dict, Str code)
{
    DbCursor *c;
    const Json *j = NULL;
    Ctx scratch;
    ctx_init(&scratch, w->ctx->arena, w->ctx->lang);
    if (db_query_one(&scratch, w->db, &q_warning_dict_extra, DB_ARGS(db_val_z(dict), db_val_text(code)),
                     &c) <= 0)
        return NULL;
    Str text = db_str_copy(&scratch, c, 0);
    db_close(&c);
    return text.n && json_parse(&scratch, text, &j) >= 0 ? j : NULL;
}

typedef struct Choice {
    const char *name;
    const char *const *allowed; /* the protocol's words, NULL-ended */
    const char *fallback;
} Choice;

static const char *const categories[] = {"Geo", "Met",       "Safety", "Security", "Rescue", "Fire", "Health",
                                         "Env", "Transport", "Infra",  "CBRNE",    "Other",  NULL};
static const char *const urgencies[] = {"Immediate", "Expected", "Future", "Past", "Unknown", NULL};
static const char *const severities[] = {"Extreme", "Severe", "Moderate", "Minor", "Unknown", NULL};
static const char *const certainties[] = {"Observed", "Likely", "Possible", "Unlikely", "Unknown", NULL};
static const char *const responses[] = {"Shelter", "Evacuate", "Prepare",  "Execute", "Avoid",
                                        "Monitor", "Assess",   "AllClear", "None",    NULL};
static const char *const statuses[] = {"Actual", "Exercise", "System", "Test", NULL};

/* A word outside the protocol would make the message invalid. */
static const char *choose(const Json *extra, const Choice *c)
{
    Str s = json_str(json_get(extra, c->name));
    for (const char *const *p = c->allowed; *p; p++)
        if (str_is(s, *p)) return *p;
    return c->fallback;
}

static int64_t whole(const Json *extra, const char *name, int64_t fallback)
{
    int64_t v;
    return json_i64(json_get(extra, name), &v) && v > 0 && v <= 1000000 ? v : fallback;
}

static void set_codes(Work *w, const Record *rec, const Json *grade, CapAlert *out)
{
    const Json *line = extra_of(w, "cap_line", rec_text(WE, rec, "line"));
    if (!line) line = extra_of(w, "cap_line", STR("other"));
    out->category = str_of(choose(line, &(Choice){"category", categories, "Infra"}));
    out->severity = str_of(choose(grade, &(Choice){"severity", severities, "Unknown"}));
    out->urgency = str_of(choose(grade, &(Choice){"urgency", urgencies, "Unknown"}));
    out->certainty = str_of(choose(grade, &(Choice){"certainty", certainties, "Unknown"}));
    out->response = str_of(choose(grade, &(Choice){"response", responses, "Execute"}));
    if (out->type == CAP_CANCEL) out->response = STR("AllClear"), out->urgency = STR("Past");
}

static void set_sender(Work *w, CapAlert *out)
{
    Str sender = json_str(json_get(extra_of(w, "cap_profile", STR("sender")), "value"));
    Str web = json_str(json_get(extra_of(w, "cap_profile", STR("web")), "value"));
    out->sender = cap_name_ok(sender) ? sender : STR("anlan");
    out->status = choose(extra_of(w, "cap_profile", STR("status")), &(Choice){"value", statuses, "Actual"});
    out->web = web.n ? web : STR_NONE;
}

/* ---- Words ---- */

/* Code and name of a referenced record; empty without one. */
typedef struct Named {
    Str code, name;
} Named;

static Rc name_of(Work *w, const Entity *e, int64_t id, Named *out)
{
    Record *rec;
    *out = (Named){STR_NONE, STR_NONE};
    if (!id) return RC_OK;
    TRY(store_get(w, e, id, &rec));
    *out = (Named){rec_text(e, rec, "code"), rec_text(e, rec, "name")};
    return RC_OK;
}

static void words_zh(Work *w, const Record *rec, const Named *district, const Named *issuer, CapAlert *out)
{
    Arena *a = w->ctx->arena;
    const char *line = dict_label(w->kernel, "field", rec_text(WE, rec, "line"), LANG_ZH);
    Str area = rec_text(WE, rec, "area"), place = rec_text(WE, rec, "place"),
        measures = rec_text(WE, rec, "measures");
    Str advice = rec_text(WE, rec, "advice"), title = rec_text(WE, rec, "title");
    static const char *const prefixes[] = {
        [CAP_ALERT] = "", [CAP_UPDATE] = "更新：", [CAP_CANCEL] = "解除："};
    out->words[LANG_ZH] = (CapWords){
        .event = str_printf(a, "%s安全风险预警", line ? line : ""),
        .sender_name = issuer->name,
        .headline = str_printf(a, "%s%.*s", prefixes[out->type], STR_ARG(title)),
        .description = rec_text(WE, rec, "what"),
        .instruction = str_printf(a, "%.*s%s%.*s", STR_ARG(measures), measures.n && advice.n ? "\n" : "",
                                  STR_ARG(advice)),
        .area = area.n ? area : str_printf(a, "%.*s%.*s", STR_ARG(district->name), STR_ARG(place))};
    if (out->type == CAP_CANCEL) out->words[LANG_ZH].instruction = STR("预警已结束。");
    if (!out->words[LANG_ZH].area.n) out->words[LANG_ZH].area = STR("本市");
}

/* What happened, as the alarm said it in English; rewritten by hand it is known in Chinese only. */
static Rc description_en(Work *w, const Record *rec, const char *colour, Str *out)
{
    Arena *a = w->ctx->arena;
    DbCursor *c;
    Str place = rec_text(WE, rec, "place"), what = rec_text(WE, rec, "what");
    Rc rc = db_query_one(w->ctx, w->db, &q_warning_said, DB_ARGS(db_val_i64(rec->id), db_val_text(what)), &c);
    TRY(rc);
    Str said = rc ? db_str_copy(w->ctx, c, 0) : STR_NONE;
    db_close(&c);
    *out = said.n
               ? str_printf(a, "%s warning at %.*s: %.*s", colour, STR_ARG(place), STR_ARG(said))
               : str_printf(a, "%s warning at %.*s. In Chinese: %.*s", colour, STR_ARG(place), STR_ARG(what));
    return RC_OK;
}

/* Names are as the register has them; what frames them is English. */
static Rc words_en(Work *w, const Record *rec, const Named *district, const Named *issuer, CapAlert *out)
{
    static const char *const colours[] = {"", "Red", "Orange", "Yellow", "Blue"};
    static const char *const prefixes[] = {
        [CAP_ALERT] = "", [CAP_UPDATE] = "Update: ", [CAP_CANCEL] = "Lifted: "};
    Arena *a = w->ctx->arena;
    const char *line = dict_label(w->kernel, "field", rec_text(WE, rec, "line"), LANG_EN);
    Str place = rec_text(WE, rec, "place");
    int64_t grade = rec_i64(WE, rec, "grade");
    const char *colour = grade >= 1 && grade <= 4 ? colours[grade] : "";
    Str description;
    TRY(description_en(w, rec, colour, &description));
    out->words[LANG_EN] =
        (CapWords){.event = str_printf(a, "%s: safety risk warning", line ? line : "General"),
                   .sender_name = issuer->name,
                   .headline = str_printf(a, "%s%s warning (grade %lld of 4), %s: %.*s", prefixes[out->type],
                                          colour, (long long)grade, line ? line : "general", STR_ARG(place)),
                   .description = description,
                   .instruction = out->type == CAP_CANCEL
                                      ? STR("The warning has ended.")
                                      : STR("Keep away from the area and follow the instructions on site."),
                   .area = str_printf(a, "%.*s %.*s", STR_ARG(district->name), STR_ARG(place))};
    if (out->words[LANG_EN].area.n <= 1) out->words[LANG_EN].area = STR("The city");
    return RC_OK;
}

/* ---- Area ---- */

static Rc set_area(Work *w, const Record *rec, int64_t radius_m, CapAlert *out)
{
    const Json *geometry = NULL;
    Record *object;
    int64_t id = rec_i64(WE, rec, "object"), own = rec_i64(WE, rec, "radius");
    double km = (double)(own ? own : radius_m) / 1000;
    out->lon = rec_f64(WE, rec, "lon");
    out->lat = rec_f64(WE, rec, "lat");
    out->radius_km = km;
    if (own || !id) return RC_OK;
    TRY(store_get(w, &object_entity, id, &object));
    Str text = rec_text(&object_entity, object, "geometry");
    if (!text.n) return RC_OK;
    TRY(json_parse(w->ctx, text, &geometry));
    cap_area(w->ctx->arena, geometry, km, out);
    return RC_OK;
}

/* ---- The message ---- */

static Rc references(Work *w, int64_t warning, Str *out)
{
    DbCursor *c;
    Rc rc;
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    TRY(db_query(w->ctx, w->db, &q_cap_of_warning, DB_ARGS(db_val_i64(warning), db_val_i64(REFERENCES_MOST)),
                 &c));
    while ((rc = db_next(w->ctx, c)) > 0) {
        if (b.n) buf_addc(&b, ' ');
        buf_add(&b, cap_reference(w->ctx->arena, db_str(c, 3), db_str(c, 2), db_i64(c, 4)));
    }
    db_close(&c);
    *out = buf_str(&b);
    return rc;
}

static Rc next_number(Work *w, int64_t warning, int64_t *out)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_cap_next, DB_ARGS(db_val_i64(warning)), &c);
    TRY(rc);
    *out = db_i64(c, 0);
    db_close(&c);
    return RC_OK;
}

static Rc fill(Work *w, const Record *rec, CapAlert *out)
{
    Named district, issuer;
    char grade_text[] = {(char)('0' + rec_i64(WE, rec, "grade")), 0};
    const Json *grade = extra_of(w, "cap_grade", str_of(arena_strdup(w->ctx->arena, grade_text)));
    TRY(name_of(w, &district_entity, rec_i64(WE, rec, "district"), &district));
    TRY(name_of(w, &body_entity, rec_i64(WE, rec, "issuer"), &issuer));
    set_sender(w, out);
    set_codes(w, rec, grade, out);
    words_zh(w, rec, &district, &issuer, out);
    TRY(words_en(w, rec, &district, &issuer, out));
    out->effective = out->sent;
    out->onset = rec_time(WE, rec, "raised_at");
    out->expires = out->sent + whole(grade, "hours", 24) * MS_HOUR;
    if (out->type == CAP_CANCEL) out->note = rec_text(WE, rec, "end_reason");
    CapPair *codes = ARENA_ARRAY(w->ctx->arena, CapPair, 1), *facts = ARENA_ARRAY(w->ctx->arena, CapPair, 2);
    codes[0] = (CapPair){STR("GB/T 2260"), district.code};
    facts[0] = (CapPair){STR("warning"), rec_text(WE, rec, "code")};
    facts[1] =
        (CapPair){STR("grade"), str_printf(w->ctx->arena, "%lld", (long long)rec_i64(WE, rec, "grade"))};
    out->geocodes = codes, out->ngeocodes = 1;
    out->parameters = facts, out->nparameters = 2;
    return set_area(w, rec, whole(grade, "radius", 500), out);
}

Rc cap_message_add(Work *w, const Record *rec, CapType type)
{
    CapAlert alert = {.sent = w->now - w->now % 1000, .type = type, .lon = NAN, .lat = NAN};
    StrBuf xml;
    int64_t n;
    TRY(next_number(w, rec->id, &n));
    alert.identifier =
        str_printf(w->ctx->arena, "%.*s-%lld", STR_ARG(rec_text(WE, rec, "code")), (long long)n);
    TRY(references(w, rec->id, &alert.references));
    TRY(fill(w, rec, &alert));
    buf_init(&xml, w->ctx->arena);
    cap_write(&alert, &xml);
    Rc rc = db_exec(w->ctx, w->db, &q_cap_insert,
                    DB_ARGS(db_val_i64(id_new()), db_val_i64(rec->id), db_val_i64(n),
                            db_val_z(cap_type_name(type)), db_val_text(alert.identifier),
                            db_val_text(alert.sender), db_val_i64(alert.sent),
                            db_val_text(alert.words[LANG_ZH].headline), db_val_text(buf_str(&xml))));
    return rc < 0 ? rc : RC_OK;
}
