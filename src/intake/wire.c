/* The two small files of the watch folder. They are written whole under a temporary name, synced, renamed and
 * the folder synced, so that a reader finds the old or the new content and never a mixture; a checksum finds
 * what the disk did to it later. */
#include "wire.h"
#include "base/strmap.h"
#include "wire_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WIRE_PATH_MAX = 4096, WIRE_MAGIC = 8 };

static Rc io_fail(Ctx *ctx, const char *path)
{
    int err = errno;
    FAIL(ctx, RC_IO, "intake.file", "文件 %s 无法读写", "the file %s cannot be read or written", path);
    ctx_cause(ctx, "%s", strerror(err));
    return RC_IO;
}

static bool write_all(int fd, Str s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        s = str_n(s.p + n, s.n - (size_t)n);
    }
    return fsync(fd) == 0;
}

static bool sync_dir(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    bool ok = fsync(fd) == 0;
    close(fd);
    return ok;
}

void wire_seal(StrBuf *b)
{
    wire_add(b, crc32c(0, b->p, b->n), 4);
}

Rc wire_write_file(Ctx *ctx, const char *dir, const char *name, Str content)
{
    char path[WIRE_PATH_MAX], tmp[WIRE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    snprintf(tmp, sizeof tmp, "%s/%s.tmp", dir, name);
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
    if (fd < 0) return io_fail(ctx, tmp);
    bool ok = write_all(fd, content);
    ok = close(fd) == 0 && ok;
    if (!ok || rename(tmp, path) != 0 || !sync_dir(dir)) return io_fail(ctx, path);
    return RC_OK;
}

static Rc read_all(Ctx *ctx, int fd, const char *path, Str *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0) return io_fail(ctx, path);
    char *p = arena_alloc(ctx->arena, (size_t)st.st_size + 1);
    size_t n = 0;
    while (n < (size_t)st.st_size) {
        ssize_t got = read(fd, p + n, (size_t)st.st_size - n);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return io_fail(ctx, path);
        if (got == 0) break;
        n += (size_t)got;
    }
    *out = str_n(p, n);
    return RC_OK;
}

Rc wire_read_file(Ctx *ctx, const char *dir, const char *name, const char magic[8], Str *out)
{
    char path[WIRE_PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return FAIL(ctx, RC_NOT_FOUND, "intake.file", "文件 %s 不存在", "no file %s", path);
    if (fd < 0) return io_fail(ctx, path);
    Str s = STR_NONE;
    Rc rc = read_all(ctx, fd, path, &s);
    close(fd);
    TRY(rc);
    WireIn tail = s.n >= WIRE_MAGIC + 4 ? wire_in(str_n(s.p + s.n - 4, 4)) : wire_in(STR_NONE);
    uint64_t crc = wire_get(&tail, 4);
    if (tail.bad || memcmp(s.p, magic, WIRE_MAGIC) != 0 || crc32c(0, s.p, s.n - 4) != crc)
        return FAIL(ctx, RC_SYNTAX, "intake.damaged", "文件 %s 已损坏", "the file %s is damaged", path);
    *out = str_n(s.p + WIRE_MAGIC, s.n - WIRE_MAGIC - 4);
    return RC_OK;
}
