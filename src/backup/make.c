/* Making a backup of a data directory that is in use.
 *
 * 1. The store is held: its log drops nothing, no file of it changes.
 * 2. The rules' state (watch/) is copied; what lies behind its position is in the log.
 * 3. SQLite's writer is held for a moment, the records' snapshot is fixed, the log is cut: every event that
 * the snapshot knows of is before the cut, and no point or record is made between the two. With PostgreSQL
 * other nodes may write between them; then the log knows more than the records, never less.
 * 4. Manifest, tails and logs are copied, the store goes on; then the records of the snapshot, the segments,
 * and last everything else: an attached file is on the disk before its record is, so those of the snapshot
 * are there, and some that are newer do no harm. All goes into TARGET.part, which is flushed before it gets
 * its name. */
#include "backup_int.h"
#include "backup_queries_sql.h"
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Make {
    const BackupJob *job;
    BackupInfo *info;
    const char *part; /* folder that is filled */
    StrBuf list;
    Db *writer, *reader;
    bool watch_only;
} Make;

/* What is not taken by walking: owned by others, of the process, or of no use elsewhere. */
static const char *const skipped[] = {"lock",         "control.sock", "anlan.db",
                                      "anlan.db-wal", "anlan.db-shm", "backup.state"};

static bool is_key(const char *name)
{
    Str s = str_of(name);
    return str_ends(s, STR(".key")) || str_ends(s, STR("-key.pem"));
}

static bool is_wanted(const Make *m, const char *name)
{
    Str s = str_of(name);
    bool watch = str_starts(s, STR("watch/"));
    if (watch != m->watch_only || str_starts(s, STR("series/"))) return false;
    if (str_ends(s, STR(".tmp")) || str_ends(s, STR(".part"))) return false;
    for (size_t i = 0; i < ARRAY_LEN(skipped); i++)
        if (strcmp(name, skipped[i]) == 0) return false;
    return m->job->keys || !is_key(name);
}

static Rc take(Ctx *ctx, Make *m, const char *from, const char *name)
{
    Copied c;
    TRY(backup__make_parents(ctx, m->part, name));
    TRY(backup__copy(ctx, from, arena_printf(ctx->arena, "%s/%s", m->part, name), &c));
    if (c.gone) return RC_OK;
    list_add(ctx, &m->list, name, &c);
    m->info->files++;
    m->info->bytes += c.bytes;
    return RC_OK;
}

static Rc take_walked(Ctx *ctx, void *ud, const char *name)
{
    Make *m = ud;
    if (!is_wanted(m, name)) return RC_OK;
    return take(ctx, m, arena_printf(ctx->arena, "%s/%s", m->job->data, name),
                arena_printf(ctx->arena, "data/%s", name));
}

Rc backup_schema(Ctx *ctx, Db *db, int64_t *out)
{
    DbCursor *c;
    TRY(db_query_one(ctx, db, &q_schema_version, DB_NO_ARGS, &c));
    *out = db_i64(c, 0);
    return RC_OK;
}

static Rc pin_records(Ctx *ctx, Make *m)
{
    if (m->info->database == DB_SQLITE) {
        TRY(db_take_write(ctx, m->job->pool, &m->writer));
        TRY(db_begin(ctx, m->writer));
    }
    TRY(db_take_read(ctx, m->job->pool, &m->reader));
    TRY(db_begin(ctx, m->reader));
    TRY(db_pin(ctx, m->reader));
    return backup_schema(ctx, m->reader, &m->info->schema);
}

static Rc on_held(Ctx *ctx, void *ud)
{
    Make *m = ud;
    m->watch_only = true;
    TRY(backup__walk(ctx, m->job->data, take_walked, m));
    m->watch_only = false;
    return pin_records(ctx, m);
}

static Rc on_placed(Ctx *ctx, void *ud, uint64_t pos)
{
    Make *m = ud;
    (void)pos;
    if (m->writer) db_rollback(ctx, m->writer);
    db_done(ctx, &m->writer);
    return RC_OK;
}

static Rc on_released(Ctx *ctx, void *ud)
{
    Make *m = ud;
    const char *name = m->info->database == DB_PG ? "records.dump" : "records.db";
    const char *path = arena_printf(ctx->arena, "%s/%s", m->part, name);
    Rc rc = db_backup_of(ctx, m->reader, path);
    db_done(ctx, &m->reader);
    TRY(rc);
    Copied c;
    if (chmod(path, 0600) != 0) return backup__io(ctx, "chmod", path);
    TRY(backup__copy(ctx, path, NULL, &c));
    list_add(ctx, &m->list, name, &c);
    m->info->files++;
    m->info->bytes += c.bytes;
    return RC_OK;
}

static Rc on_file(Ctx *ctx, void *ud, const char *path, const char *name)
{
    return take(ctx, ud, path, arena_printf(ctx->arena, "data/series/%s", name));
}

static Rc fill(Ctx *ctx, Make *m)
{
    SeriesCopy how = {on_held, on_placed, on_released, on_file, m};
    Rc rc = series_copy(ctx, m->job->series, &how, &m->info->pos);
    db_done(ctx, &m->writer);
    db_done(ctx, &m->reader);
    TRY(rc);
    TRY(backup__walk(ctx, m->job->data, take_walked, m));
    return list_write(ctx, m->part, buf_str(&m->list), m->info);
}

static Rc put_name(Ctx *ctx, const Make *m)
{
    TRY(backup__sync_tree(ctx, m->part));
    if (rename(m->part, m->job->target) != 0) return backup__io(ctx, "rename", m->job->target);
    const char *slash = strrchr(m->job->target, '/');
    const char *parent = !slash ? "."
                         : slash == m->job->target
                             ? "/"
                             : str_z(ctx->arena, str_n(m->job->target, (size_t)(slash - m->job->target)));
    return backup__sync_tree(ctx, parent);
}

static Rc refuse_target(Ctx *ctx, const BackupJob *job)
{
    struct stat st;
    if (lstat(job->target, &st) == 0)
        return FAIL(ctx, RC_STATE, "backup.exists", "备份目标 %s 已经存在", "the target %s exists already",
                    job->target);
    const char *slash = strrchr(job->target, '/');
    const char *parent =
        slash ? str_z(ctx->arena, str_n(job->target, (size_t)(slash - job->target) + 1)) : ".";
    char *real = realpath(parent, NULL), *data = realpath(job->data, NULL);
    Rc rc = RC_OK;
    if (!real) rc = FAIL(ctx, RC_IO, "backup.folder", "没有目录 %s", "there is no folder %s", parent);
    else if (data && str_starts(str_of(real), str_of(data)) &&
             (real[strlen(data)] == '/' || !real[strlen(data)]))
        rc = FAIL(ctx, RC_STATE, "backup.inside", "备份目标不得在数据目录之内",
                  "the target lies in the data directory");
    free(real);
    free(data);
    return rc;
}

Rc backup_make(Ctx *ctx, const BackupJob *job, BackupInfo *out)
{
    TRY(refuse_target(ctx, job));
    *out = (BackupInfo){
        .t = clock_now(), .program = ANLAN_VERSION, .database = db_pool_kind(job->pool), .keys = job->keys};
    Make m = {.job = job, .info = out, .part = arena_printf(ctx->arena, "%s.part", job->target)};
    buf_init(&m.list, ctx->arena);
    backup__remove_tree(ctx, m.part);
    if (mkdir(m.part, 0700) != 0) return backup__io(ctx, "mkdir", m.part);
    Rc rc = fill(ctx, &m);
    if (rc >= 0) rc = put_name(ctx, &m);
    if (rc < 0) backup__remove_tree(ctx, m.part);
    return rc;
}
