/* A flood of notices of one kind about records of one kind, as when twenty thousand alarms rise in a minute
 * and nobody judges them. The first ten of ten minutes (the measure of an alarm flood in ISA-18.2) are a line
 * each; what follows is one more line that says how many there are, until it is read or ten minutes are over.
 * That line reaches open pages, mail and messages again only each time the number has grown tenfold. */
#include "base/clock.h"
#include "kernel_notice_sql.h"
#include "notice/notice_int.h"

enum { APART_MOST = 10, WINDOW_MS = 10 * 60 * 1000 };

static bool is_power_of_ten(int64_t n)
{
    while (n >= 10 && n % 10 == 0) n /= 10;
    return n == 1;
}

static Rc lines_lately(Work *w, const char *group, int64_t user, int64_t *n)
{
    DbCursor *c;
    TRY(db_query_one(
        w->ctx, w->db, &q_notice_lately,
        DB_ARGS(db_val_i64(user), db_val_z(group), db_val_i64(w->now - WINDOW_MS), db_val_i64(APART_MOST)),
        &c));
    *n = db_i64(c, Q_NOTICE_LATELY_N);
    db_close(&c);
    return 0;
}

/* The line that stands for many and was not read: 1 and how many so far. */
static Rc find_sum(Work *w, const char *sum, int64_t user, int64_t *id, int64_t *many)
{
    DbCursor *c;
    *many = 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_notice_sum,
                         DB_ARGS(db_val_i64(user), db_val_z(sum), db_val_i64(w->now - WINDOW_MS)), &c);
    if (rc <= 0) return rc;
    *id = db_i64(c, Q_NOTICE_SUM_ID);
    *many = db_i64(c, Q_NOTICE_SUM_MANY);
    db_close(&c);
    return 1;
}

static Notice in_sum(Work *w, const Notice *n, int64_t many)
{
    Notice sum = *n;
    sum.title = str_printf(w->ctx->arena, "同类通知较多，另有 %lld 项", (long long)many);
    sum.text = str_printf(w->ctx->arena, "10 分钟内同类通知超过 %d 条，其余合并为本条。最近一条：%.*s",
                          APART_MOST, STR_ARG(n->title));
    return sum;
}

Rc notice_place(Work *w, const Notice *n, int64_t user, NoticePlace *out)
{
    int64_t lately = 0, id = 0, many;
    *out = (NoticePlace){.notice = *n, .tell = true};
    if (!n->entity || !strcmp(n->kind, "info")) return 0;
    out->group = arena_printf(w->ctx->arena, "%s %s", n->kind, n->entity->plural);
    TRY(lines_lately(w, out->group, user, &lately));
    if (lately < APART_MOST) return 0;
    out->group = arena_printf(w->ctx->arena, "%s *", out->group);
    TRY(find_sum(w, out->group, user, &id, &many));
    out->id = id;
    out->many = many + 1;
    out->notice = in_sum(w, n, out->many);
    out->tell = is_power_of_ten(out->many);
    return 0;
}

Rc notice_add_to_sum(Work *w, const NoticePlace *p)
{
    Rc rc = db_exec(w->ctx, w->db, &q_notice_sum_grow,
                    DB_ARGS(db_val_i64(p->id), db_val_i64(p->many), db_val_text(p->notice.title),
                            db_val_text(p->notice.text), db_val_i64(p->notice.grade)));
    return rc < 0 ? rc : 0;
}
