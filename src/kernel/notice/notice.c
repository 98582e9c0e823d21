/* Notices: lines in a person's own list, written in the transaction of what they tell of, so that nobody is
 * told of what did not happen. The list, its counts and its events are the owner's alone; there is no other
 * way to them, whatever permissions somebody holds. A notice carries words and the name of a record, so it
 * goes only to whose scope holds the record, and it is never a right to it: opening the record asks for
 * permission and scope like any other request. */
#include "kernel/notice.h"
#include "base/id.h"
#include "base/num.h"
#include "kernel_int.h"
#include "kernel_notice_sql.h"
#include "notice/notice_int.h"

enum { NOTICE_TEXT_MAX = 2000, NOTICE_USERS_MAX = 2000 };

void notice_listen(Kernel *k, NoticeListener fn)
{
    k->notice_listener = fn;
}

void notice_watch(Kernel *k, NoticeWatch fn)
{
    k->notice_watch = fn;
}

Rc notice_on_watch(Work *w, int order, int64_t *user)
{
    *user = 0;
    return w->kernel->notice_watch ? w->kernel->notice_watch(w, order, user) : 0;
}

Rc notice_unread(Work *w, int64_t user, int64_t *out)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    TRY(db_query_one(w->ctx, db, &q_notice_unread, DB_ARGS(db_val_i64(user)), &c));
    *out = db_i64(c, Q_NOTICE_UNREAD_N);
    db_close(&c);
    return 0;
}

/* ---- Whom ---- */

typedef struct Told {
    int64_t *user, *sent_for; /* sent_for: whose stand-in he is, 0: himself */
    size_t n;
    const RowScope *row; /* of the record that is told of; NULL: none, or it is everybody's */
} Told;

static bool has_user(const Told *t, int64_t user)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->user[i] == user) return true;
    return false;
}

static void tell(Told *t, int64_t user, int64_t sent_for)
{
    if (t->n >= NOTICE_USERS_MAX || has_user(t, user)) return;
    t->user[t->n] = user;
    t->sent_for[t->n++] = sent_for;
}

static bool roles_hold(Kernel *k, Str roles, const char *perm)
{
    PermSet set = {.kernel = k};
    if (!perm) return true;
    perms_of_roles(k, roles, &set);
    Principal who = {.perms = &set};
    return perm_has(&who, perm);
}

Rc notice_user_holds(Work *w, int64_t user, const char *perm)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    Rc rc = db_query_one(w->ctx, db, &q_notice_user, DB_ARGS(db_val_i64(user)), &c);
    if (rc <= 0) return rc;
    bool holds = roles_hold(w->kernel, db_str(c, Q_NOTICE_USER_ROLES), perm);
    db_close(&c);
    return holds;
}

/* Does the scope of an account with this place hold the row? */
static bool holds_row(Work *w, const ScopeSeed *seed, const RowScope *row)
{
    Scope scope;
    if (!row) return true;
    scope_read(w->ctx, w->kernel, seed, w->ctx->arena, &scope);
    return scope_sees(&scope, row);
}

static Rc users_of(Work *w, int64_t body, const char *perm, const RowScope *row, int64_t *users, size_t *n)
{
    Db *db;
    DbCursor *c;
    Rc rc;
    TRY(work__db(w, &db));
    TRY(db_query(w->ctx, db, &q_notice_users, DB_ARGS(db_val_i64(body)), &c));
    for (*n = 0; (rc = db_next(w->ctx, c)) > 0 && *n < NOTICE_USERS_MAX;) {
        ScopeSeed seed = {.roles = db_str(c, Q_NOTICE_USERS_ROLES),
                          .user = db_i64(c, Q_NOTICE_USERS_ID),
                          .body = db_i64(c, Q_NOTICE_USERS_BODY),
                          .district = db_i64(c, Q_NOTICE_USERS_DISTRICT)};
        if (roles_hold(w->kernel, seed.roles, perm) && holds_row(w, &seed, row)) users[(*n)++] = seed.user;
    }
    db_close(&c);
    return rc < 0 ? rc : 0;
}

Rc notice_users(Work *w, int64_t body, const char *perm, const int64_t **out, size_t *n)
{
    int64_t *users = ARENA_ARRAY(w->ctx->arena, int64_t, NOTICE_USERS_MAX);
    *out = users;
    return users_of(w, body, perm, NULL, users, n);
}

/* A record that is gone is nobody's to hear of. */
static Rc read_row(Work *w, const Notice *n, Told *told)
{
    Record *rec;
    RowScope *row = ARENA_NEW(w->ctx->arena, RowScope);
    if (!n->entity || !n->record_id || n->entity->scope.kind == SCOPE_OPEN) return 0;
    TRY(store_get(w, n->entity, n->record_id, &rec));
    TRY(scope_row(w, n->entity, rec, row));
    told->row = row;
    return 0;
}

/* 1: he is enabled and his scope holds the row. */
static Rc user_sees(Work *w, int64_t user, const RowScope *row)
{
    Db *db;
    DbCursor *c;
    TRY(work__db(w, &db));
    Rc rc = db_query_one(w->ctx, db, &q_notice_user, DB_ARGS(db_val_i64(user)), &c);
    if (rc <= 0) return rc; /* switched off meanwhile: nobody to tell */
    ScopeSeed seed = {.roles = db_str(c, Q_NOTICE_USER_ROLES),
                      .user = user,
                      .body = db_i64(c, Q_NOTICE_USER_BODY),
                      .district = db_i64(c, Q_NOTICE_USER_DISTRICT)};
    bool sees = holds_row(w, &seed, row);
    db_close(&c);
    return sees;
}

Rc notice_user_sees(Work *w, int64_t user, const Entity *e, const Record *rec)
{
    RowScope row;
    TRY(scope_row(w, e, rec, &row));
    return user_sees(w, user, &row);
}

static Rc tell_user(Work *w, int64_t user, Told *told)
{
    Rc rc = user_sees(w, user, told->row);
    if (rc > 0) tell(told, user, 0);
    return rc < 0 ? rc : 0;
}

static Rc tell_body(Work *w, const Notice *n, Told *told)
{
    size_t count;
    int64_t *users = ARENA_ARRAY(w->ctx->arena, int64_t, NOTICE_USERS_MAX);
    TRY(users_of(w, n->body, n->perm, told->row, users, &count));
    for (size_t i = 0; i < count; i++) tell(told, users[i], 0);
    return 0;
}

/* Who is away has let others act for him (delegation.c); they are told beside him. */
static Rc tell_stand_ins(Work *w, Told *told)
{
    size_t themselves = told->n;
    for (size_t i = 0; i < themselves; i++) {
        DbCursor *c;
        Rc rc;
        TRY(db_query(w->ctx, w->db, &q_notice_stand_ins,
                     DB_ARGS(db_val_i64(told->user[i]), db_val_i64(w->now)), &c));
        while ((rc = db_next(w->ctx, c)) > 0)
            tell(told, db_i64(c, Q_NOTICE_STAND_INS_TO_USER), told->user[i]);
        db_close(&c);
        if (rc < 0) return rc;
    }
    return 0;
}

/* ---- The lines ---- */

static Str cut_text(Str s)
{
    size_t n = s.n < NOTICE_TEXT_MAX ? s.n : NOTICE_TEXT_MAX;
    while (n < s.n && n > 0 && ((unsigned char)s.p[n] & 0xc0) == 0x80) n--;
    return str_n(s.p ? s.p : "", n);
}

static Rc push(Work *w, const Notice *n, int64_t user, int64_t id)
{
    StrBuf b;
    JsonOut o;
    int64_t unread;
    TRY(notice_unread(w, user, &unread));
    buf_init(&b, w->ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kid(&o, "id", id);
    jout_kz(&o, "kind", n->kind);
    jout_ki(&o, "grade", n->grade);
    jout_ks(&o, "title", cut_text(n->title));
    jout_kz(&o, "plural", n->entity ? n->entity->plural : NULL);
    if (n->record_id) jout_kid(&o, "record_id", n->record_id);
    jout_ki(&o, "unread", unread);
    jout_close(&o);
    return outbox_add_for(w, user, TOPIC_NOTICES, "notice", buf_str(&b));
}

static Rc add_line(Work *w, const NoticePlace *p, int64_t user, int64_t sent_for, int64_t id)
{
    const Notice *n = &p->notice;
    Rc rc = db_exec(w->ctx, w->db, &q_notice_add,
                    DB_ARGS(db_val_i64(id), db_val_i64(user), db_val_z(n->kind), db_val_i64(n->grade),
                            db_val_text(cut_text(n->title)), db_val_text(cut_text(n->text)),
                            n->entity ? db_val_z(n->entity->plural) : db_val_null(), db_val_i64(n->record_id),
                            db_val_i64(sent_for), db_val_i64(w->now),
                            p->group ? db_val_z(p->group) : db_val_null(), db_val_id(p->many)));
    return rc < 0 ? rc : 0;
}

/* One line into one person's list, or one more in the line that stands for many. *id 0: nobody is to hear. */
static Rc put_line(Work *w, const Notice *n, int64_t user, int64_t sent_for, NoticePlace *p, int64_t *id)
{
    TRY(notice_place(w, n, user, p));
    *id = p->id ? p->id : id_new();
    TRY(p->id ? notice_add_to_sum(w, p) : add_line(w, p, user, sent_for, *id));
    if (p->tell) return push(w, &p->notice, user, *id);
    *id = 0;
    return 0;
}

static Rc hand_on(Work *w, const Notice *n, const int64_t *users, const int64_t *ids, size_t count)
{
    NoticeSent sent = {.notice = n, .users = users, .ids = ids, .n = count};
    return count && w->kernel->notice_listener ? w->kernel->notice_listener(w, &sent) : 0;
}

Rc notice_send(Work *w, const Notice *n)
{
    Arena *a = w->ctx->arena;
    ENSURE(n->kind && n->title.n && !n->user != !n->body);
    work__state(w);
    Told told = {.user = ARENA_ARRAY(a, int64_t, NOTICE_USERS_MAX),
                 .sent_for = ARENA_ARRAY(a, int64_t, NOTICE_USERS_MAX)};
    TRY(read_row(w, n, &told));
    TRY(n->user ? tell_user(w, n->user, &told) : tell_body(w, n, &told));
    TRY(tell_stand_ins(w, &told));
    int64_t *ids = ARENA_ARRAY(a, int64_t, told.n), id;
    size_t apart = 0; /* those who have a line of their own stand first from here */
    for (size_t i = 0; i < told.n; i++) {
        NoticePlace p;
        TRY(put_line(w, n, told.user[i], told.sent_for[i], &p, &id));
        if (id && p.many) TRY(hand_on(w, &p.notice, &told.user[i], &id, 1));
        if (!id || p.many) continue;
        told.user[apart] = told.user[i];
        ids[apart++] = id;
    }
    return hand_on(w, n, told.user, ids, apart);
}
