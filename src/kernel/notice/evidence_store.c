/* The files themselves. DATA/evidence/ab/abcd… holds the content whose SHA-256 is abcd…; a new one is written
 * beside it, synced, and given its name, and only then does a row say that it is there. So a crash leaves at
 * most a file that no row names: half-written ones go at the next start, whole ones in the sweep. Sweep and
 * put exclude each other: a file that is put again becomes young before the sweep may look at it. */
#include "notice/evidence.h"
#include "kernel_evidence_sql.h"
#include "kernel_int.h"
#include "base/clock.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_mutex_t disk = PTHREAD_MUTEX_INITIALIZER;

enum { HASH_CHARS = 64, FOLDERS = 256 };
static const char temporary[] = "tmp-";

static Rc fail_io(Ctx *ctx, const char *what, const char *path)
{
    int err = errno;
    Rc rc = err == ENOSPC || err == EDQUOT
                ? FAIL(ctx, RC_IO, "evidence.disk_full", "磁盘空间不足，文件未保存",
                       "the disk is full, the file was not kept")
                : FAIL(ctx, RC_IO, "evidence.write", "文件未能保存", "the file could not be kept");
    ctx_cause(ctx, "%s %s: %s", what, path, strerror(err));
    return rc;
}

bool evidence_hash_ok(Str hash)
{
    for (size_t i = 0; i < hash.n; i++)
        if (!((hash.p[i] >= '0' && hash.p[i] <= '9') || (hash.p[i] >= 'a' && hash.p[i] <= 'f'))) return false;
    return hash.n == HASH_CHARS;
}

static const char *root_of(Arena *a, const Kernel *k)
{
    return arena_printf(a, "%s/evidence", k->data_dir);
}

static const char *folder_of(Arena *a, const Kernel *k, Str hash)
{
    return arena_printf(a, "%s/%.2s", root_of(a, k), hash.p);
}

const char *evidence_path(Arena *a, const Kernel *k, Str hash)
{
    ENSURE(evidence_hash_ok(hash));
    return arena_printf(a, "%s/%.*s", folder_of(a, k, hash), STR_ARG(hash));
}

static Rc sync_folder(Ctx *ctx, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail_io(ctx, "open", path);
    int failed = fsync(fd);
    close(fd);
    return failed ? fail_io(ctx, "fsync", path) : 0;
}

/* A folder that is new is synced into its parent. */
static Rc make_folder(Ctx *ctx, const char *path, const char *parent)
{
    if (mkdir(path, 0700) == 0) return sync_folder(ctx, parent);
    return errno == EEXIST ? 0 : fail_io(ctx, "mkdir", path);
}

static Rc write_all(Ctx *ctx, int fd, Str content, const char *path)
{
    for (size_t done = 0; done < content.n;) {
        ssize_t n = write(fd, content.p + done, content.n - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return fail_io(ctx, "write", path);
        done += (size_t)n;
    }
    return fsync(fd) ? fail_io(ctx, "fsync", path) : 0;
}

static Rc write_new(Ctx *ctx, const char *path, Str content)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) return fail_io(ctx, "open", path);
    Rc rc = write_all(ctx, fd, content, path);
    close(fd);
    if (rc < 0) unlink(path);
    return rc;
}

/* Is it there, whole? Then it is young again. */
static bool touch(const char *path, size_t size)
{
    struct stat st;
    pthread_mutex_lock(&disk);
    bool there = stat(path, &st) == 0 && S_ISREG(st.st_mode) && (size_t)st.st_size == size;
    if (there) utimensat(AT_FDCWD, path, NULL, 0);
    pthread_mutex_unlock(&disk);
    return there;
}

static Rc take_name(Ctx *ctx, const char *from, const char *to)
{
    pthread_mutex_lock(&disk);
    int failed = rename(from, to);
    pthread_mutex_unlock(&disk);
    if (!failed) return 0;
    Rc rc = fail_io(ctx, "rename", to);
    unlink(from);
    return rc;
}

Rc evidence_put(Ctx *ctx, const Kernel *k, Str content, const char **hash)
{
    Arena *a = ctx->arena;
    unsigned char digest[SHA256_BYTES];
    crypto_sha256(content.p, content.n, digest);
    *hash = hex_print(a, digest, sizeof digest);
    const char *root = root_of(a, k), *folder = folder_of(a, k, str_of(*hash));
    const char *path = evidence_path(a, k, str_of(*hash));
    if (touch(path, content.n)) return 0;
    TRY(make_folder(ctx, root, k->data_dir));
    TRY(make_folder(ctx, folder, root));
    const char *fresh = arena_printf(a, "%s/%s%s", root, temporary, crypto_token(a));
    TRY(write_new(ctx, fresh, content));
    TRY(take_name(ctx, fresh, path));
    return sync_folder(ctx, folder);
}

static void clean(const Kernel *k)
{
    Arena *a = arena_new(0);
    DIR *d = opendir(root_of(a, k));
    for (struct dirent *entry; d && (entry = readdir(d)) != NULL;)
        if (str_starts(str_of(entry->d_name), str_of(temporary))) unlinkat(dirfd(d), entry->d_name, 0);
    if (d) closedir(d);
    arena_free(&a);
}

static const char *every_kind(Arena *a)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < evidence_ntypes; i++) buf_printf(&b, "%s%s", i ? " " : "", evidence_types[i].code);
    return str_z(a, buf_str(&b));
}

Rc kernel_evidence_check(Ctx *ctx, const char *kinds)
{
    Str list = str_of(kinds);
    while (list.n) {
        Str kind = str_cut(&list, ' ');
        if (kind.n && !evidence_type_named(kind))
            FAIL_FIELD(ctx, "evidence.kinds", "unknown", 0, "没有附件种类“%.*s”",
                       "there is no kind of file \"%.*s\"", STR_ARG(kind));
    }
    return ctx->err.kind;
}

void evidence_open(Kernel *k, const KernelOptions *opt)
{
    bool named = opt->evidence_kinds && *opt->evidence_kinds;
    bool sized = opt->evidence_max && opt->evidence_max < EVIDENCE_MAX;
    k->evidence_kinds = named ? arena_strdup(k->arena, opt->evidence_kinds) : every_kind(k->arena);
    k->evidence_max = sized ? opt->evidence_max : EVIDENCE_MAX;
    clean(k);
}

/* ---- Files that no record holds ---- */

static Rc is_held(Ctx *ctx, Db *db, Str hash)
{
    DbCursor *c;
    Rc rc = db_query_one(ctx, db, &q_evidence_held, DB_ARGS(db_val_text(hash)), &c);
    if (rc > 0) db_close(&c);
    return rc;
}

static bool is_old(int folder, const char *name, int64_t now)
{
    struct stat st;
    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
           (int64_t)st.st_mtime * MS_SECOND < now - MS_DAY;
}

/* The lock is held from the look to the removal: a put between them would lose its file. */
static Rc sweep_file(Ctx *ctx, Db *db, int folder, const char *name, int64_t now)
{
    if (!evidence_hash_ok(str_of(name)) || !is_old(folder, name, now)) return 0;
    Rc rc = is_held(ctx, db, str_of(name));
    if (rc) return rc < 0 ? rc : 0;
    pthread_mutex_lock(&disk);
    bool gone = is_old(folder, name, now) && unlinkat(folder, name, 0) == 0;
    pthread_mutex_unlock(&disk);
    return gone;
}

Rc evidence_sweep(Ctx *ctx, Kernel *k, unsigned step, int64_t now, int64_t *removed)
{
    const char *path = arena_printf(ctx->arena, "%s/%02x", root_of(ctx->arena, k), step % FOLDERS);
    if (removed) *removed = 0;
    DIR *d = opendir(path);
    if (!d) return 0;
    Db *db = NULL;
    Rc rc = db_take_read(ctx, k->pool, &db);
    for (struct dirent *entry; rc >= 0 && (entry = readdir(d)) != NULL;) {
        rc = sweep_file(ctx, db, dirfd(d), entry->d_name, now);
        if (rc > 0 && removed) ++*removed;
    }
    if (db) db_done(ctx, &db);
    closedir(d);
    return rc < 0 ? rc : 0;
}
