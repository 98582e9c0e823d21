/* What a person wants to be told by mail and SMS, and when. Wishes end where somebody may come to harm: a red
 * notice goes by every way that is on by default whatever was wished, and neither it nor an orange one nor a
 * call or an escalation waits for the end of quiet hours. Others wait; nothing is dropped. */
#include "notify_private.h"
#include "base/clock.h"
#include "mod_notify_queries_sql.h"

enum { RED = 1, ORANGE = 2, DAY_MINUTES = 1440 };

static const struct Way {
    const char *name, *by_default;
} ways[WAY_COUNT] = {
    [WAY_MAIL] = {"mail", "urge supervise escalate call"}, [WAY_SMS] = {"sms", "escalate call"}};

bool wish_has(Str list, const char *word)
{
    while (list.n)
        if (str_is(str_cut(&list, ' '), word)) return true;
    return false;
}

Rc wishes_read(Work *w, int64_t user, Wishes *out)
{
    DbCursor *c;
    *out = (Wishes){.quiet_from = -1, .quiet_to = -1};
    for (int i = 0; i < WAY_COUNT; i++) out->kinds[i] = str_of(ways[i].by_default);
    Rc rc = db_query_one(w->ctx, w->db, &q_delivery_contact, DB_ARGS(db_val_i64(user)), &c);
    if (rc <= 0) return rc;
    out->address[WAY_MAIL] = db_str_copy(w->ctx, c, Q_DELIVERY_CONTACT_MAIL);
    out->address[WAY_SMS] = db_str_copy(w->ctx, c, Q_DELIVERY_CONTACT_MOBILE);
    if (!db_is_null(c, Q_DELIVERY_CONTACT_MAIL_KINDS)) {
        out->kinds[WAY_MAIL] = db_str_copy(w->ctx, c, Q_DELIVERY_CONTACT_MAIL_KINDS);
        out->kinds[WAY_SMS] = db_str_copy(w->ctx, c, Q_DELIVERY_CONTACT_SMS_KINDS);
    }
    if (!db_is_null(c, Q_DELIVERY_CONTACT_QUIET_FROM)) {
        out->quiet_from = (int)db_i64(c, Q_DELIVERY_CONTACT_QUIET_FROM);
        out->quiet_to = (int)db_i64(c, Q_DELIVERY_CONTACT_QUIET_TO);
    }
    db_close(&c);
    return 0;
}

bool wishes_want(const Wishes *wishes, Way way, const Notice *n)
{
    if (wish_has(wishes->kinds[way], n->kind)) return true;
    return n->grade == RED && wish_has(str_of(ways[way].by_default), n->kind);
}

int64_t wishes_due(const Wishes *wishes, const Notice *n, int64_t now)
{
    int from = wishes->quiet_from, to = wishes->quiet_to;
    bool grave =
        n->grade == RED || n->grade == ORANGE || !strcmp(n->kind, "call") || !strcmp(n->kind, "escalate");
    if (grave || from < 0 || from == to) return now;
    Civil c = civil_of(now);
    int minute = c.hour * 60 + c.minute;
    bool quiet = from < to ? minute >= from && minute < to : minute >= from || minute < to;
    if (!quiet) return now;
    int wait = (to - minute + DAY_MINUTES) % DAY_MINUTES;
    return now - now % 60000 + (int64_t)wait * 60000;
}

/* ---- GET and PATCH /api/notify-settings ---- */

static Rc fail_token(Ctx *ctx)
{
    return FAIL(ctx, RC_FORBIDDEN, "notify.token", "访问令牌没有通知设置", "a token has no notice settings");
}

static Rc is_on(Work *w, const char *kind)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_channel_kind_on, DB_ARGS(db_val_z(kind)), &c);
    if (rc > 0) db_close(&c);
    return rc;
}

static void write_words(const char *member, Str kinds, JsonOut *o)
{
    jout_key(o, member);
    jout_open_array(o);
    while (kinds.n) {
        Str word = str_cut(&kinds, ' ');
        if (word.n) jout_str(o, word);
    }
    jout_close_array(o);
}

/* "always": kinds that come in red even when they are not wished. */
static Rc write_way(Work *w, const Wishes *wishes, Way way, JsonOut *o)
{
    const char *name = ways[way].name;
    Str address = wishes->address[way];
    Rc on = is_on(w, name);
    TRY(on);
    jout_key(o, name);
    jout_open(o);
    jout_kb(o, "available", on && address.n);
    jout_kb(o, "channel", on);
    jout_ks(o, "address", way == WAY_SMS ? mask_text(w->ctx->arena, address) : address);
    write_words("kinds", wishes->kinds[way], o);
    write_words("always", str_of(ways[way].by_default), o);
    jout_close(o);
    return 0;
}

static void write_minute(Arena *a, const char *member, int minute, JsonOut *o)
{
    jout_kz(o, member, arena_printf(a, "%02d:%02d", minute / 60, minute % 60));
}

static Rc write_wishes(Work *w, Req *req, JsonOut *o)
{
    Wishes wishes;
    TRY(wishes_read(w, req->who->user_id, &wishes));
    jout_open(o);
    for (int i = 0; i < WAY_COUNT; i++) TRY(write_way(w, &wishes, (Way)i, o));
    jout_key(o, "quiet");
    if (wishes.quiet_from < 0) {
        jout_null(o);
    } else {
        jout_open(o);
        write_minute(w->ctx->arena, "from", wishes.quiet_from, o);
        write_minute(w->ctx->arena, "to", wishes.quiet_to, o);
        jout_close(o);
    }
    jout_close(o);
    return 0;
}

Rc wishes_show(Req *req, Res *res)
{
    Work w;
    if (req->who->is_token) return fail_token(&req->ctx);
    TRY(work_begin(req, false, &w));
    TRY(write_wishes(&w, req, res_json(req, res)));
    return work_commit(&w);
}

static void read_kinds(Work *w, const Json *way, const char *name, Str *out)
{
    StrBuf b;
    const Json *list = json_get(way, "kinds");
    if (!list || list->type != JSON_ARRAY || way->count != 1) {
        FAIL_FIELD(w->ctx, name, "type", 0, "应为 {\"kinds\":[…]}", "must be {\"kinds\":[…]}");
        return;
    }
    buf_init(&b, w->ctx->arena);
    JSON_EACH(k, list)
    {
        if (!dict_has(w->kernel, "notice_kind", json_str(k)))
            FAIL_FIELD(w->ctx, name, "dictionary", 0, "没有这个通知类别", "there is no such kind of notice");
        if (b.n) buf_addc(&b, ' ');
        buf_add(&b, json_str(k));
    }
    *out = b.n ? buf_str(&b) : STR("");
}

/* "22:30" in minutes of the day, -1 when it is none. */
static int read_minute(Str s)
{
    int v[4];
    if (s.n != 5 || s.p[2] != ':') return -1;
    for (size_t i = 0, n = 0; i < 5; i++) {
        if (i == 2) continue;
        if (s.p[i] < '0' || s.p[i] > '9') return -1;
        v[n++] = s.p[i] - '0';
    }
    int hour = v[0] * 10 + v[1], minute = v[2] * 10 + v[3];
    return hour < 24 && minute < 60 ? hour * 60 + minute : -1;
}

static void read_quiet(Work *w, const Json *quiet, Wishes *out)
{
    out->quiet_from = out->quiet_to = -1;
    if (quiet->type == JSON_NULL) return;
    int from = read_minute(json_str(json_get(quiet, "from"))),
        to = read_minute(json_str(json_get(quiet, "to")));
    if (quiet->type != JSON_OBJECT || quiet->count != 2 || from < 0 || to < 0 || from == to) {
        FAIL_FIELD(w->ctx, "quiet", "type", 0, "免打扰时段的起止应为不同的时刻，形如 22:00",
                   "quiet hours begin and end at two different times like 22:00");
        return;
    }
    out->quiet_from = from;
    out->quiet_to = to;
}

static void read_member(Work *w, const Json *m, Wishes *wishes)
{
    if (str_is(m->name, "quiet")) {
        read_quiet(w, m, wishes);
        return;
    }
    for (int i = 0; i < WAY_COUNT; i++)
        if (str_is(m->name, ways[i].name)) {
            read_kinds(w, m, ways[i].name, &wishes->kinds[i]);
            return;
        }
    FAIL_FIELD(w->ctx, str_z(w->ctx->arena, m->name), "unknown", 0, "没有这个字段", "there is no such field");
}

static DbVal minute_val(int minute)
{
    return minute < 0 ? db_val_null() : db_val_i64(minute);
}

Rc wishes_change(Req *req, Res *res)
{
    const Json *body;
    Work w;
    Wishes wishes;
    if (req->who->is_token) return fail_token(&req->ctx);
    TRY(req_json(req, &body));
    TRY(work_begin(req, true, &w));
    TRY(wishes_read(&w, req->who->user_id, &wishes));
    JSON_EACH(m, body) read_member(&w, m, &wishes);
    TRY(w.ctx->err.kind);
    Rc rc = db_exec(w.ctx, w.db, &q_prefs_put,
                    DB_ARGS(db_val_i64(req->who->user_id), db_val_text(wishes.kinds[WAY_MAIL]),
                            db_val_text(wishes.kinds[WAY_SMS]), minute_val(wishes.quiet_from),
                            minute_val(wishes.quiet_to)));
    TRY(rc);
    TRY(ledger_add(&w, "users", req->who->user_id, "notify-settings", STR_NONE, STR_NONE));
    TRY(write_wishes(&w, req, res_json(req, res)));
    return work_commit(&w);
}
