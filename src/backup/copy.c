/* Files and folders of a backup. Nothing follows a symbolic link: what is copied are plain files, and what is
 * written has mode 0600 in folders of 0700, because records, readings and keys are in it. */
#include "backup_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE      (1u << 20)
#define SMALL_MOST (INT64_C(1) << 30)

Rc backup__io(Ctx *ctx, const char *what, const char *path)
{
    int err = errno;
    return FAIL(ctx, RC_IO, "backup.io", "备份的磁盘操作出错（%s %s）：%s", "disk error (%s %s): %s", what,
                path, strerror(err));
}

static bool put_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t w = write(fd, p, n);
        if (w < 0 && errno == EINTR) continue;
        if (w <= 0) return false;
        p += w;
        n -= (size_t)w;
    }
    return true;
}

/* Negative -1: could not be read, -2: not be written. */
static int pump(int in, int to, Copied *out)
{
    char *piece = malloc(PIECE);
    ENSURE(piece);
    Sm3 *sm3 = crypto_sm3_new();
    ssize_t n;
    int failed = 0;
    while ((n = read(in, piece, PIECE)) != 0) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) failed = -1;
        else if (to >= 0 && !put_all(to, piece, (size_t)n)) failed = -2;
        if (failed) break;
        crypto_sm3_add(sm3, piece, (size_t)n);
        out->bytes += n;
    }
    int err = errno;
    crypto_sm3_end(&sm3, out->sm3);
    free(piece);
    errno = err;
    return failed;
}

Rc backup__copy(Ctx *ctx, const char *from, const char *to, Copied *out)
{
    *out = (Copied){0};
    int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (in < 0 && errno == ENOENT) {
        out->gone = true;
        return RC_OK;
    }
    if (in < 0) return backup__io(ctx, "read", from);
    int fd = to ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    int failed = to && fd < 0 ? -2 : pump(in, fd, out);
    Rc rc = failed == -1 ? backup__io(ctx, "read", from) : failed ? backup__io(ctx, "write", to) : RC_OK;
    if (fd >= 0 && close(fd) != 0 && rc >= 0) rc = backup__io(ctx, "write", to);
    close(in);
    return rc;
}

Rc backup__make_parents(Ctx *ctx, const char *root, const char *path)
{
    const char *full = arena_printf(ctx->arena, "%s/%s", root, path);
    for (const char *p = full + strlen(root) + 1; (p = strchr(p, '/')); p++) {
        const char *part = str_z(ctx->arena, str_n(full, (size_t)(p - full)));
        if (mkdir(part, 0700) != 0 && errno != EEXIST) return backup__io(ctx, "mkdir", part);
    }
    return RC_OK;
}

Rc backup__read_small(Ctx *ctx, const char *path, Str *out)
{
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT
                   ? FAIL(ctx, RC_NOT_FOUND, "backup.none", "没有文件 %s", "there is no file %s", path)
                   : backup__io(ctx, "read", path);
    struct stat st;
    bool ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= SMALL_MOST;
    char *p = ok ? arena_alloc(ctx->arena, (size_t)st.st_size + 1) : NULL;
    size_t n = 0;
    while (ok && n < (size_t)st.st_size) {
        ssize_t got = read(fd, p + n, (size_t)st.st_size - n);
        if (got < 0 && errno == EINTR) continue;
        ok = got > 0;
        if (ok) n += (size_t)got;
    }
    close(fd);
    if (!ok) return backup__io(ctx, "read", path);
    *out = str_n(p, n);
    return RC_OK;
}

Rc backup__write_small(Ctx *ctx, const char *path, Str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && put_all(fd, text.p, text.n) && fsync(fd) == 0;
    Rc rc = ok ? RC_OK : backup__io(ctx, "write", path);
    if (fd >= 0) close(fd);
    return rc;
}

void backup__remove_tree(Ctx *ctx, const char *path)
{
    DIR *d = opendir(path);
    if (d) {
        for (struct dirent *e; (e = readdir(d));) {
            if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
            const char *child = arena_printf(ctx->arena, "%s/%s", path, e->d_name);
            struct stat st;
            if (lstat(child, &st) == 0 && S_ISDIR(st.st_mode)) backup__remove_tree(ctx, child);
            else unlink(child);
        }
        closedir(d);
    }
    rmdir(path);
}

/* One flush of the file system instead of one a file. */
Rc backup__sync_tree(Ctx *ctx, const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && syncfs(fd) == 0;
    Rc rc = ok ? RC_OK : backup__io(ctx, "sync", path);
    if (fd >= 0) close(fd);
    return rc;
}

typedef struct Walk {
    const char *root;
    Rc (*fn)(Ctx *ctx, void *ud, const char *name);
    void *ud;
} Walk;

static Rc walk(Ctx *ctx, const Walk *w, const char *below, int depth)
{
    const char *path = *below ? arena_printf(ctx->arena, "%s/%s", w->root, below) : w->root;
    DIR *d = opendir(path);
    if (!d) return errno == ENOENT ? RC_OK : backup__io(ctx, "read", path);
    Rc rc = RC_OK;
    for (struct dirent *e; rc >= 0 && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
        const char *name = arena_printf(ctx->arena, "%s%s%s", below, *below ? "/" : "", e->d_name);
        struct stat st;
        if (lstat(arena_printf(ctx->arena, "%s/%s", w->root, name), &st) != 0) continue; /* gone meanwhile */
        if (S_ISDIR(st.st_mode) && depth < BACKUP_DEEPEST) rc = walk(ctx, w, name, depth + 1);
        else if (S_ISREG(st.st_mode)) rc = w->fn(ctx, w->ud, name);
    }
    closedir(d);
    return rc;
}

Rc backup__walk(Ctx *ctx, const char *root, Rc (*fn)(Ctx *ctx, void *ud, const char *name), void *ud)
{
    return walk(ctx, &(Walk){root, fn, ud}, "", 0);
}

bool backup__empty(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) return errno == ENOENT;
    bool empty = true;
    for (struct dirent *e; (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0) empty = false;
    closedir(d);
    return empty;
}
