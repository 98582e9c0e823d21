/* What the watch left behind: log entries, handovers at eight in the morning and in the evening, each signed
 * by who took over, and one that the officer on duty has begun; a delegation while its owner is away; a
 * notice channel that is switched off, because a demo has nobody to send to. They are made between the
 * warnings, in the order of their times, so that a handover lists what was open then. */
#include "past.h"
#include "base/clock.h"
#include "base/log.h"
#include "kernel/flow.h"
#include "mod/people.h"
#include "mod/shift.h"

enum { NIGHT_TO = 8, DAY_TO = 20 };

typedef struct Officer {
    const char *account;
    Principal who;
    int64_t body, person;
} Officer;

typedef struct Room {
    Work w;
    Officer day, night;
} Room;

static Rc find_officer(Work *w, const char *account, const char *role, Officer *out)
{
    const Entity *users = kernel_entity(w->kernel, "users");
    Record *u;
    *out = (Officer){.account = account};
    Rc rc = store_find(w, users, str_printf(w->ctx->arena, "code:%s", account), &u);
    if (rc <= 0)
        return rc < 0 ? rc : FAIL(w->ctx, RC_NOT_FOUND, "demo.account", "没有演示账号", "no demo account");
    out->body = rec_i64(users, u, "body");
    return principal_make(w,
                          &(ActAs){.name = account,
                                   .full_name = str_z(w->ctx->arena, rec_text(users, u, "full_name")),
                                   .roles = role,
                                   .user = u->id,
                                   .body = out->body,
                                   .district = rec_i64(users, u, "district")},
                          &out->who);
}

static Rc take_person(void *ud, const Record *rec)
{
    Officer *o = ud;
    if (rec_i64(&person_entity, rec, "account") == o->who.user_id) o->person = rec->id;
    return 0;
}

static Rc open_room(Room *r)
{
    Officer *const both[] = {&r->day, &r->night};
    static const char *const accounts[] = {"watch", "night"};
    for (size_t i = 0; i < ARRAY_LEN(both); i++) {
        TRY(find_officer(&r->w, accounts[i], "watch", both[i]));
        TRY(store_each(&r->w, &person_entity, "body", db_val_i64(both[i]->body), take_person, both[i]));
    }
    return 0;
}

/* fn in a transaction and arena of its own. */
static void in_room(Kernel *k, Rc (*fn)(Room *, int64_t), int64_t t)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    Room r = {0};
    ctx_init(&ctx, arena, LANG_ZH);
    Rc rc = work_begin_as(&ctx, k, NULL, "demo", true, &r.w);
    if (rc >= 0) rc = open_room(&r);
    if (rc >= 0) rc = fn(&r, t);
    if (rc >= 0) rc = work_commit(&r.w);
    if (rc < 0) {
        log_err(LOG_ERROR, "demo", &ctx);
        work_abort(&r.w);
    }
    arena_free(&arena);
}

/* ---- The log ---- */

static const struct {
    const char *kind, *text;
    int minutes; /* after the shift began */
    bool night;
} entries[] = {
    {"note", "接班，核对交接事项，大屏、电话、短信网关正常。", 4, false},
    {"event", "早高峰前巡看燃气相邻井、桥梁和易涝点，未见异常。", 50, false},
    {"call", "与燃气集团调度核实中心路片区报警，已派抢修人员到场。", 175, false},
    {"device", "隧道照明泵站一台液位计离线，已通知运维单位，预计当日恢复。", 310, false},
    {"order", "按安委办要求，每两小时报送一次在办预警进展。", 430, false},
    {"note", "接班，白班在办事项已逐项核对。", 5, true},
    {"event", "夜间降雨，重点看护下穿通道积水深度。", 120, true},
    {"call", "电话抽查各区值守，均在岗。", 260, true},
    {"device", "网关掉线二次后自动恢复，已记录，白班跟进。", 415, true},
};

static Rc write_log(Room *r, const Officer *by, int64_t at, const char *kind, const char *text)
{
    const Entity *e = &shift_log_entity;
    Record *rec = rec_new(r->w.ctx, e);
    r->w.who = &by->who;
    r->w.now = at;
    rec_set(e, rec, "body", db_val_i64(by->body));
    rec_set(e, rec, "at", db_val_i64(at));
    rec_set(e, rec, "kind", db_val_z(kind));
    rec_set(e, rec, "text", db_val_z(text));
    return store_insert(&r->w, e, rec);
}

static Rc write_logs(Room *r, bool night, int64_t from, int64_t upto)
{
    for (size_t i = 0; i < ARRAY_LEN(entries); i++) {
        int64_t at = from + entries[i].minutes * MS_MINUTE;
        if (entries[i].night != night || at > upto) continue;
        TRY(write_log(r, night ? &r->night : &r->day, at, entries[i].kind, entries[i].text));
    }
    return 0;
}

/* ---- Handovers ---- */

static Rc begin_handover(Room *r, const Officer *giver, const Officer *next, const char *words, Record **out)
{
    const Entity *e = &handover_entity;
    *out = rec_new(r->w.ctx, e);
    r->w.who = &giver->who;
    rec_set(e, *out, "body", db_val_i64(giver->body));
    rec_set(e, *out, "successor", db_val_i64(next->person));
    rec_set(e, *out, "summary", db_val_z(words));
    return store_insert(&r->w, e, *out);
}

/* The shift that ends at t: its log, and its handover signed some minutes later. */
static Rc end_shift(Room *r, int64_t t)
{
    bool night = civil_of(t).hour == NIGHT_TO;
    const Officer *giver = night ? &r->night : &r->day, *next = night ? &r->day : &r->night;
    Record *rec;
    TRY(write_logs(r, night, t - 12 * MS_HOUR, t));
    r->w.now = t - 6 * MS_MINUTE;
    TRY(begin_handover(r, giver, next,
                       night ? "夜间报警均已研判，在办处置单请按时限催办。"
                             : "在办预警和离线设备见清单，请夜间继续看护。",
                       &rec));
    r->w.now = t - 2 * MS_MINUTE;
    TRY(flow_do(&r->w, &handover_entity, rec, "hand-over", NULL));
    r->w.now = t + 3 * MS_MINUTE;
    r->w.who = &next->who;
    return flow_do(&r->w, &handover_entity, rec, "sign", NULL);
}

int64_t shifts_first(int64_t now, int days)
{
    return civil_day_start(civil_day(now) - days) + NIGHT_TO * MS_HOUR;
}

void shifts_upto(Kernel *k, int64_t *next, int64_t t)
{
    for (; *next + 5 * MS_MINUTE < t; *next += 12 * MS_HOUR) in_room(k, end_shift, *next);
}

/* ---- Now ---- */

/* Whoever is on duty has begun to write the next one. */
static Rc begin_next(Room *r, int64_t end)
{
    bool night = civil_of(end).hour == NIGHT_TO;
    const Officer *giver = night ? &r->night : &r->day, *next = night ? &r->day : &r->night;
    int64_t now = r->w.now;
    Record *rec;
    TRY(write_logs(r, night, end - 12 * MS_HOUR, now));
    r->w.now = now;
    return begin_handover(r, giver, next, "待补充：在办预警进展、离线设备处理情况。", &rec);
}

static Rc delegate(Room *r, int64_t now)
{
    const Entity *e = kernel_entity(r->w.kernel, "delegations");
    Officer from, to;
    TRY(find_officer(&r->w, "office", "office", &from));
    TRY(find_officer(&r->w, "inspector", "inspector", &to));
    Record *rec = rec_new(r->w.ctx, e);
    r->w.who = &from.who;
    rec_set(e, rec, "to_user", db_val_i64(to.who.user_id));
    rec_set(e, rec, "starts_at", db_val_i64(now - MS_DAY));
    rec_set(e, rec, "ends_at", db_val_i64(now + 5 * MS_DAY));
    rec_set(e, rec, "reason", db_val_z("外出参加全省安全生产会议"));
    return store_insert(&r->w, e, rec);
}

static Rc add_channel(Room *r, int64_t now)
{
    (void)now;
    const Entity *e = kernel_entity(r->w.kernel, "channels");
    Record *rec = rec_new(r->w.ctx, e);
    r->w.who = NULL;
    rec_set(e, rec, "code", db_val_z("DEMO-WECOM"));
    rec_set(e, rec, "name", db_val_z("值班群机器人（演示，未启用，不外发）"));
    rec_set(e, rec, "kind", db_val_z("wecom"));
    rec_set(e, rec, "enabled", db_val_bool(false));
    rec_set(e, rec, "kinds", db_val_z("urge supervise escalate"));
    rec_set(e, rec, "grade", db_val_i64(2));
    rec_set(e, rec, "url", db_val_z("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={key}"));
    rec_set(e, rec, "key", db_val_z("demo"));
    return store_insert(&r->w, e, rec);
}

void shifts_now(Kernel *k, int64_t next)
{
    in_room(k, begin_next, next);
    in_room(k, delegate, clock_now());
    in_room(k, add_channel, 0);
}
