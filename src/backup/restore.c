/* A backup back into an empty place, and old ones out of the way. Everything is checked before the first byte
 * is written, and copied under a name that nobody takes for a data directory until it is whole; what was
 * copied is hashed again on the way. */
#include "backup_int.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static Rc put_one(Ctx *ctx, const char *source, const char *dir, const Entry *e)
{
    Str name = e->path;
    Copied c;
    if (str_is(name, "records.dump")) return RC_OK;
    if (str_is(name, "records.db")) name = STR("anlan.db");
    else if (str_starts(name, STR("data/"))) name = str_n(name.p + 5, name.n - 5);
    else
        return FAIL(ctx, RC_INVALID, "backup.list", "清单中有未知的文件 %.*s",
                    "the list has an unknown file %.*s", STR_ARG(name));
    const char *to = str_z(ctx->arena, name);
    TRY(backup__make_parents(ctx, dir, to));
    TRY(backup__copy(ctx, arena_printf(ctx->arena, "%s/%.*s", source, STR_ARG(e->path)),
                     arena_printf(ctx->arena, "%s/%s", dir, to), &c));
    if (c.gone || c.bytes != e->bytes || memcmp(c.sm3, e->sm3, SM3_BYTES) != 0)
        return FAIL(ctx, RC_IO, "backup.changed", "文件 %.*s 在恢复期间改变",
                    "the file %.*s changed during the restore", STR_ARG(e->path));
    return RC_OK;
}

static Rc fill(Ctx *ctx, const BackupRestore *what, const char *part, const BackupInfo *info, const Entry *e,
               size_t n)
{
    for (size_t i = 0; i < n; i++) TRY(put_one(ctx, what->source, part, &e[i]));
    TRY(backup__sync_tree(ctx, part));
    if (info->database == DB_PG)
        TRY(db_restore_pg(ctx, what->url, arena_printf(ctx->arena, "%s/records.dump", what->source)));
    if (rename(part, what->dir) != 0) return backup__io(ctx, "rename", what->dir);
    return RC_OK;
}

static Rc refuse(Ctx *ctx, const BackupRestore *what, const BackupInfo *info)
{
    if (info->database == DB_PG && !what->url)
        return FAIL(ctx, RC_STATE, "backup.database",
                    "备份的业务库为 PostgreSQL，请在配置中给出 [database] url",
                    "the backup's records are PostgreSQL's: name an empty database in [database] url");
    if (info->database == DB_SQLITE && what->url)
        return FAIL(ctx, RC_STATE, "backup.database", "备份的业务库为 SQLite，配置中不得有 [database] url",
                    "the backup's records are SQLite's: [database] url must be empty");
    return RC_OK;
}

Rc backup_restore(Ctx *ctx, const BackupRestore *what, StrBuf *findings, BackupInfo *out)
{
    Entry *e;
    size_t n;
    if (!backup__empty(what->dir))
        return FAIL(ctx, RC_STATE, "backup.not_empty", "目录 %s 不是空的，只能恢复到空目录",
                    "%s is not empty: a backup is restored into an empty directory only", what->dir);
    TRY(backup_verify(ctx, what->source, findings, out));
    TRY(refuse(ctx, what, out));
    TRY(list_read(ctx, what->source, findings, out, &e, &n));
    const char *part = arena_printf(ctx->arena, "%s.part", what->dir);
    backup__remove_tree(ctx, part);
    if (mkdir(part, 0700) != 0) return backup__io(ctx, "mkdir", part);
    Rc rc = fill(ctx, what, part, out, e, n);
    if (rc < 0) backup__remove_tree(ctx, part);
    return rc;
}

/* ---- Old ones ---- */
static int newest_first(const void *a, const void *b)
{
    return strcmp(*(const char *const *)b, *(const char *const *)a);
}

/* "20261122-023000", the time that the program puts behind a prefix: what somebody named himself stays. */
static bool is_stamp(Str s)
{
    static const char shape[] = "dddddddd-dddddd";
    if (s.n != sizeof shape - 1) return false;
    for (size_t i = 0; i < s.n; i++)
        if (shape[i] == 'd' ? s.p[i] < '0' || s.p[i] > '9' : s.p[i] != shape[i]) return false;
    return true;
}

Rc backup_prune(Ctx *ctx, const char *folder, const char *prefix, size_t keep)
{
    DIR *d = opendir(folder);
    if (!d) return backup__io(ctx, "read", folder);
    size_t n = 0, cap = 256;
    const char **names = ARENA_ARRAY(ctx->arena, const char *, cap);
    int gone = 0;
    for (struct dirent *e; n < cap && (e = readdir(d));) {
        Str name = str_of(e->d_name), start = str_of(prefix);
        if (!str_starts(name, start)) continue;
        name = str_n(name.p + start.n, name.n - start.n);
        bool part = str_ends(name, STR(".part"));
        if (!is_stamp(part ? str_n(name.p, name.n - 5) : name)) continue;
        const char *path = arena_printf(ctx->arena, "%s/%s", folder, e->d_name);
        if (part) backup__remove_tree(ctx, path), gone++;
        else if (access(arena_printf(ctx->arena, "%s/" BACKUP_HEAD, path), F_OK) == 0) names[n++] = path;
    }
    closedir(d);
    qsort(names, n, sizeof *names, newest_first);
    for (size_t i = keep; i < n; i++, gone++) {
        /* First what makes it a backup: one that is half removed must not look whole. */
        unlink(arena_printf(ctx->arena, "%s/" BACKUP_HEAD, names[i]));
        backup__remove_tree(ctx, names[i]);
    }
    return (Rc)gone;
}
