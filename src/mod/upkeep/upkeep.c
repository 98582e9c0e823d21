/* The slice and its thread: once a minute it looks whether a backup is due, once an hour at the disk and at
 * what is past its time. A backup runs on this thread; a longer one delays the next look and nothing else. */
#include "upkeep_private.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/ticker.h"
#include "mod_upkeep_migrations.h"
#include "mod_upkeep_queries_sql.h"
#include "kernel/notice.h"

#include <stdio.h>

UpkeepOptions upkeep__opt = {.backup_dir = "",
                             .backup_time = "02:30",
                             .backup_keep = 7,
                             .warn_percent = 80,
                             .alert_percent = 90,
                             .warn_days = 30};

static Ticker *minute;
static int64_t hourly_at;
static Metric *last_good;

static bool time_ok(const char *text)
{
    int h = -1, m = -1, end = 0;
    return sscanf(text, "%2d:%2d%n", &h, &m, &end) == 2 && !text[end] && h >= 0 && h < 24 && m >= 0 && m < 60;
}

Rc upkeep_configure(Ctx *ctx, const UpkeepOptions *opt)
{
    if (!time_ok(opt->backup_time))
        return FAIL_FIELD(ctx, "backup.time", "syntax", 0, "须为时:分，如 02:30",
                          "must be HH:MM such as 02:30");
    if (opt->alert_percent < opt->warn_percent)
        return FAIL_FIELD(ctx, "disk.alert_percent", "range", 0, "不得小于 warn_percent",
                          "must not be less than warn_percent");
    upkeep__opt = *opt;
    return RC_OK;
}

static void set_metric(Kernel *k)
{
    Arena *arena = arena_new(0);
    Ctx ctx;
    BackupState s;
    ctx_init(&ctx, arena, LANG_ZH);
    backup_state_read(&ctx, k, &s);
    metric_set(last_good, s.last_good == TIME_NONE ? 0 : (double)(s.last_good / MS_SECOND));
    arena_free(&arena);
}

static void look(void *arg)
{
    Kernel *k = arg;
    backup_nightly(k);
    set_metric(k);
    int64_t now = clock_mono_us() / 1000;
    if (hourly_at && now - hourly_at < MS_HOUR) return;
    hourly_at = now;
    disk_sample(k);
    retention_run(k);
}

static Rc start(Ctx *ctx, Kernel *k)
{
    hourly_at = 0;
    last_good = metric_gauge("anlan_backup_last_good_seconds",
                             "When the last good backup began, Unix time; 0: never.");
    set_metric(k);
    minute = ticker_start("upkeep", MS_MINUTE, look, k);
    if (!minute) return FAIL(ctx, RC_IO, "thread", "无法启动线程", "cannot start a thread");
    return RC_OK;
}

static void stop(Kernel *k)
{
    (void)k;
    ticker_stop(&minute);
}

static Rc tell_all(Work *w, const Notice *n, const int64_t *users, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Rc holds = notice_user_holds(w, users[i], "upkeep.write");
        TRY(holds);
        if (!holds) continue;
        Notice one = *n;
        one.user = users[i];
        TRY(notice_send(w, &one));
    }
    return RC_OK;
}

Rc upkeep_tell(Ctx *ctx, Kernel *k, int grade, Str title, Str text)
{
    enum { MOST = 10000 };
    Work w;
    DbCursor *c;
    int64_t *users = ARENA_ARRAY(ctx->arena, int64_t, MOST);
    size_t n = 0;
    Rc rc;
    TRY(work_begin_as(ctx, k, NULL, "upkeep", true, &w));
    TRY(db_query(ctx, w.db, &q_users_enabled, DB_NO_ARGS, &c));
    while ((rc = db_next(ctx, c)) > 0 && n < MOST) users[n++] = db_i64(c, 0);
    db_close(&c);
    if (rc >= 0)
        rc = tell_all(&w, &(Notice){.kind = "info", .grade = grade, .title = title, .text = text}, users, n);
    if (rc >= 0) rc = work_commit(&w);
    work_abort(&w);
    return rc;
}

static const Perm perms[] = {
    {"upkeep.read", T("查看备份与磁盘", "See backups and the disk"), "system security audit"},
    {"upkeep.write", T("备份与维护", "Make backups"), "system"},
};

static const Route routes[] = {
    {HTTP_GET, "/api/upkeep", "upkeep.read", upkeep_show, NULL, 0, 0,
     T("磁盘、保留期限与备份", "The disk, how long things are kept, backups")},
    {HTTP_POST, "/api/upkeep/backup", "upkeep.write", upkeep_make, NULL, 0, 0,
     T("立即备份", "Make a backup now")},
};

const Module mod_upkeep = {
    .name = "upkeep",
    .title = T("运行维护", "Upkeep"),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .migrations = mod_upkeep_migrations,
    .nmigrations = ARRAY_LEN(mod_upkeep_migrations),
    .start = start,
    .stop = stop,
};
