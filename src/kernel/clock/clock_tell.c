/* Who is told when a rung is reached. Bodies are looked up by what the record says: whose turn it is, whose
 * matter, the body above that one, the safety committee's office. Whoever cannot be found leaves the rung
 * without a body; it stands in the ledger all the same. */
#include "base/clock.h"
#include "clock/clock_int.h"
#include "flow/flow_int.h"
#include "kernel/notice.h"
#include "kernel_clock_sql.h"

static bool has_field(const Entity *e, const char *name, FieldType type)
{
    for (size_t i = 0; name && i < e->nfields; i++)
        if (!strcmp(e->fields[i].name, name)) return e->fields[i].type == type;
    return false;
}

static int64_t owner_of(const Entity *e, const Record *rec)
{
    const char *name = e->flow && e->flow->owner ? e->flow->owner : e->scope.body;
    return has_field(e, name, F_REF) ? rec_i64(e, rec, name) : 0;
}

static int64_t turn_of(const Entity *e, const Record *rec)
{
    int64_t turn = e->flow ? flow_turn(e, rec) : 0;
    return turn ? turn : owner_of(e, rec);
}

typedef struct Found {
    int64_t id;
} Found;

static Rc first_found(void *ud, const Record *rec)
{
    Found *f = ud;
    if (!f->id) f->id = rec->id;
    return 0;
}

static Rc office_of(Work *w, int64_t *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    Found f = {0};
    *out = 0;
    if (!bodies || !has_field(bodies, "kind", F_ENUM)) return 0;
    TRY(store_each(w, bodies, "kind", db_val_z("committee_office"), first_found, &f));
    *out = f.id;
    return 0;
}

/* The body above the one whose turn it is; where bodies are no tree, or at its top, the office. */
static Rc above_of(Work *w, int64_t body, int64_t *out)
{
    const Entity *bodies = kernel_entity(w->kernel, "bodies");
    *out = 0;
    if (body && bodies && has_field(bodies, "parent", F_REF)) {
        Record *rec;
        TRY(store_get(w, bodies, body, &rec));
        *out = rec_i64(bodies, rec, "parent");
    }
    return *out ? 0 : office_of(w, out);
}

Rc clock_recipient(Work *w, const Entity *e, const Record *rec, const char *to, int64_t *out)
{
    *out = 0;
    if (!strcmp(to, "turn")) *out = turn_of(e, rec);
    else if (!strcmp(to, "owner")) *out = owner_of(e, rec);
    else if (!strcmp(to, "above")) return above_of(w, turn_of(e, rec), out);
    else if (!strcmp(to, "office")) return office_of(w, out);
    return 0;
}

/* ---- Telling ---- */

static Str words_of(Work *w, const ClockRow *row, const char *limit)
{
    char due[TIME_TEXT_MAX];
    time_print_civil(row->c.due_at, due);
    due[16] = 0; /* to the minute */
    int64_t late = (w->now - row->c.due_at) / MS_MINUTE;
    if (late < 0) return str_printf(w->ctx->arena, "“%s”应于 %s 前办结", limit, due);
    if (late < 60) return str_printf(w->ctx->arena, "“%s”已于 %s 到期", limit, due);
    return str_printf(w->ctx->arena, "“%s”已于 %s 到期，超期 %lld 小时", limit, due, (long long)(late / 60));
}

/* The first rung calls who is on duty, each further one the next of the roster; when there is none, or he may
 * not see the record, whoever is before him; without anybody everybody who watches. */
static Rc on_duty(Work *w, const Notice *n, const Record *rec, int rung, int64_t *user)
{
    enum { PLACES = 3 };
    *user = 0;
    for (int order = rung < PLACES ? rung + 1 : PLACES; order > 0; order--) {
        TRY(notice_on_watch(w, order, user));
        Rc sees = *user ? notice_user_sees(w, *user, n->entity, rec) : 0;
        if (sees) return sees < 0 ? sees : 0;
    }
    *user = 0;
    return 0;
}

static Rc tell_watch(Work *w, const ClockStep *step, const Record *rec, Notice *n)
{
    int64_t user;
    TRY(on_duty(w, n, rec, step->index, &user));
    if (user) {
        n->user = user;
        return notice_send(w, n);
    }
    DbCursor *c;
    Rc rc;
    int64_t users[64];
    size_t count = 0;
    TRY(db_query(w->ctx, w->db, &q_watch_users, DB_NO_ARGS, &c));
    while ((rc = db_next(w->ctx, c)) > 0 && count < ARRAY_LEN(users)) users[count++] = db_i64(c, 0);
    db_close(&c);
    for (size_t i = 0; rc >= 0 && i < count; i++) {
        n->user = users[i];
        rc = notice_send(w, n);
    }
    return rc < 0 ? rc : 0;
}

Rc clock_tell(Work *w, const Entity *e, const Record *rec, const ClockRow *row, const ClockStep *step,
              const char *to)
{
    static const struct {
        const char *kind, *word;
    } says[] = {[STEP_REMIND] = {"reminder", "提醒"},
                [STEP_URGE] = {"urge", "催办"},
                [STEP_SUPERVISE] = {"supervise", "督办"},
                [STEP_ESCALATE] = {"escalate", "升级"},
                [STEP_CALL] = {"call", "呼叫"}};
    const char *limit;
    TRY(limit_title(w, row->c.limit, LANG_ZH, &limit));
    Str title = has_field(e, e->title_field, F_TEXT) ? rec_text(e, rec, e->title_field) : str_of(e->title.zh);
    Notice n = {.kind = says[step->kind].kind,
                .grade = (int)limit_grade(e, rec),
                .title = str_printf(w->ctx->arena, "%s：%.*s", says[step->kind].word, STR_ARG(title)),
                .text = words_of(w, row, limit),
                .entity = e,
                .record_id = rec->id};
    if (!strcmp(to, "watch")) return tell_watch(w, step, rec, &n);
    if (!step->to_body) return 0;
    n.user = e->flow && !strcmp(to, "turn") ? flow_turn_person(e, rec) : 0;
    n.body = n.user ? 0 : step->to_body;
    n.perm = e->read_perm;
    return notice_send(w, &n);
}
