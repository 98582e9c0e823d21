/* Backups one at a time, with an entry in the ledger, and what is remembered of the last one. */
#include "upkeep_private.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETRY_MS = 3600000, FRESH_MS = 26 * 3600000 };

#define PREFIX "anlan-"

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
static atomic_bool running;

bool backup_running(void)
{
    return atomic_load(&running);
}

/* ---- What is remembered ---- */
static const char *state_path(Ctx *ctx, Kernel *k)
{
    return arena_printf(ctx->arena, "%s/backup.state", kernel_data_dir(k));
}

static int64_t time_member(const Json *j, const char *name)
{
    int64_t t = TIME_NONE;
    json_i64(json_get(j, name), &t);
    return t;
}

void backup_state_read(Ctx *ctx, Kernel *k, BackupState *out)
{
    char text[4096];
    *out = (BackupState){.last_good = TIME_NONE, .last_failed = TIME_NONE};
    int fd = open(state_path(ctx, k), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text) : -1;
    if (fd >= 0) close(fd);
    const Json *j;
    if (n <= 0) return;
    if (json_parse(ctx, str_copy(ctx->arena, str_n(text, (size_t)n)), &j) < 0) {
        ctx_clear(ctx);
        return;
    }
    out->last_good = time_member(j, "last_good");
    out->last_failed = time_member(j, "last_failed");
    out->target = json_str(json_get(j, "target"));
    out->error = json_str(json_get(j, "error"));
    json_i64(json_get(j, "files"), &out->files);
    json_i64(json_get(j, "bytes"), &out->bytes);
    json_i64(json_get(j, "seconds"), &out->seconds);
}

static void state_write(Ctx *ctx, Kernel *k, const BackupState *s)
{
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    if (s->last_good != TIME_NONE) jout_ki(&o, "last_good", s->last_good);
    if (s->last_failed != TIME_NONE) jout_ki(&o, "last_failed", s->last_failed);
    jout_ks(&o, "target", s->target);
    jout_ks(&o, "error", s->error);
    jout_ki(&o, "files", s->files);
    jout_ki(&o, "bytes", s->bytes);
    jout_ki(&o, "seconds", s->seconds);
    jout_close(&o);
    const char *path = state_path(ctx, k), *tmp = arena_printf(ctx->arena, "%s.tmp", path);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, b.p, b.n) == (ssize_t)b.n && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    if (!ok || rename(tmp, path) != 0) LOG(LOG_WARN, "upkeep", "cannot write", LOG_Z("file", path));
}

bool backup_fresh(const BackupState *s, int64_t now)
{
    return s->last_good != TIME_NONE && now - s->last_good < FRESH_MS;
}

/* ---- Making one ---- */
static Rc book(Ctx *ctx, Kernel *k, const UpkeepAsk *ask, const BackupInfo *info)
{
    Work w;
    StrBuf b;
    JsonOut o;
    buf_init(&b, ctx->arena);
    jout_init(&o, &b);
    jout_open(&o);
    jout_kz(&o, "target", ask->target);
    jout_kt(&o, "time", info->t);
    jout_ki(&o, "files", info->files);
    jout_ki(&o, "bytes", info->bytes);
    jout_kb(&o, "keys", info->keys);
    jout_close(&o);
    TRY(work_begin_as(ctx, k, ask->who, ask->peer, true, &w));
    Rc rc = ledger_add(&w, "upkeep", 0, "backup", STR_NONE, buf_str(&b));
    if (rc >= 0) rc = work_commit(&w);
    work_abort(&w);
    return rc;
}

static void remember(Ctx *ctx, Kernel *k, const UpkeepAsk *ask, const BackupInfo *info, Rc rc)
{
    Arena *arena = arena_new(0);
    Ctx own;
    BackupState s;
    ctx_init(&own, arena, ctx->lang);
    backup_state_read(&own, k, &s);
    if (rc >= 0) {
        s = (BackupState){.last_good = info->t,
                          .last_failed = TIME_NONE,
                          .target = str_of(ask->target),
                          .files = info->files,
                          .bytes = info->bytes,
                          .seconds = (clock_now() - info->t) / MS_SECOND};
    } else {
        s.last_failed = clock_now();
        s.error = str_of(ctx->err.message ? ctx->err.message : "");
    }
    state_write(&own, k, &s);
    arena_free(&arena);
}

Rc upkeep_backup(Ctx *ctx, Kernel *k, const UpkeepAsk *ask, BackupInfo *out)
{
    if (pthread_mutex_trylock(&one) != 0)
        return FAIL(ctx, RC_BUSY, "backup.running", "正在备份，请稍后再试",
                    "a backup is under way, try again later");
    atomic_store(&running, true);
    BackupJob job = {.data = kernel_data_dir(k),
                     .pool = kernel_pool(k),
                     .series = intake_series(kernel_service(k, "intake")),
                     .target = ask->target,
                     .keys = ask->keys};
    Rc rc = backup_make(ctx, &job, out);
    remember(ctx, k, ask, out, rc);
    if (rc >= 0) {
        LOG(LOG_INFO, "upkeep", "backup made", LOG_Z("target", ask->target), LOG_I64("files", out->files),
            LOG_I64("bytes", out->bytes));
        rc = book(ctx, k, ask, out);
    }
    atomic_store(&running, false);
    pthread_mutex_unlock(&one);
    return rc;
}

/* ---- Every night ---- */
int64_t backup_start_at(int64_t now)
{
    int h = 0, m = 0;
    if (!*upkeep__opt.backup_dir || sscanf(upkeep__opt.backup_time, "%2d:%2d", &h, &m) != 2) return TIME_NONE;
    int64_t today = civil_day_start(civil_day(now)) + h * MS_HOUR + m * MS_MINUTE;
    return today <= now ? today : today - MS_DAY;
}

static void tell_failure(Ctx *ctx, Kernel *k)
{
    Str text = str_printf(ctx->arena, "%s", ctx->err.message ? ctx->err.message : "");
    log_err(LOG_ERROR, "upkeep", ctx);
    ctx_clear(ctx);
    if (upkeep_tell(ctx, k, 2, STR("夜间备份失败"), text) < 0) log_err(LOG_ERROR, "upkeep", ctx);
}

static void run_nightly(Ctx *ctx, Kernel *k, int64_t now)
{
    Civil c = civil_of(now);
    BackupInfo info;
    UpkeepAsk ask = {.target = arena_printf(ctx->arena, "%s/" PREFIX "%04d%02d%02d-%02d%02d%02d",
                                            upkeep__opt.backup_dir, c.year, c.month, c.day, c.hour, c.minute,
                                            c.second),
                     .keys = upkeep__opt.backup_keys,
                     .peer = "upkeep"};
    if (mkdir(upkeep__opt.backup_dir, 0700) != 0 && errno != EEXIST)
        LOG(LOG_WARN, "upkeep", "cannot make", LOG_Z("folder", upkeep__opt.backup_dir));
    Rc rc = upkeep_backup(ctx, k, &ask, &info);
    if (rc == RC_BUSY) return;
    if (rc >= 0) rc = backup_prune(ctx, upkeep__opt.backup_dir, PREFIX, (size_t)upkeep__opt.backup_keep);
    if (rc < 0) tell_failure(ctx, k);
}

void backup_nightly(Kernel *k)
{
    int64_t now = clock_now(), due = backup_start_at(now);
    if (due == TIME_NONE) return;
    Arena *arena = arena_new(0);
    Ctx ctx;
    BackupState s;
    ctx_init(&ctx, arena, LANG_ZH);
    backup_state_read(&ctx, k, &s);
    bool done = s.last_good != TIME_NONE && s.last_good >= due;
    bool soon = s.last_failed != TIME_NONE && now - s.last_failed < RETRY_MS && s.last_failed <= now;
    if (!done && !soon) run_nightly(&ctx, k, now);
    arena_free(&arena);
}
