/* The data directory: made with narrow rights, owned by one process at a time through a lock file. */
#include "app.h"
#include "base/id.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char *dir_file(Ctx *ctx, const char *path, const char *name)
{
    return arena_printf(ctx->arena, "%s/%s", path, name);
}

Rc dir_take(Ctx *ctx, const char *path, DataDir *out)
{
    *out = (DataDir){.path = arena_strdup(ctx->arena, path), .lock = -1};
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return FAIL(ctx, RC_IO, "data.make", "无法建立数据目录 %s：%s",
                    "cannot make the data directory %s: %s", path, strerror(errno));
    int fd = open(dir_file(ctx, path, "lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return FAIL(ctx, RC_IO, "data.lock", "无法打开数据目录 %s：%s",
                    "cannot open the data directory %s: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return FAIL(ctx, RC_STATE, "data.owned", "数据目录 %s 正由另一个进程使用",
                    "another process owns the data directory %s", path);
    }
    out->lock = fd;
    return RC_OK;
}

Rc dir_node(Ctx *ctx, const DataDir *dir, int64_t *node)
{
    char text[24] = "";
    int fd = open(dir_file(ctx, dir->path, "node"), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && read(fd, text, sizeof text - 1) >= 0;
    if (ok && !num_parse_i64(str_trim(str_of(text)), node)) {
        *node = id_new();
        int n = snprintf(text, sizeof text, "%lld\n", (long long)*node);
        ok = ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)n, 0) == n && fsync(fd) == 0;
    }
    int err = errno;
    if (fd >= 0) close(fd);
    if (!ok)
        return FAIL(ctx, RC_IO, "data.node", "数据目录 %s 的 node 文件不可读写：%s",
                    "the file node of the data directory %s cannot be read or written: %s", dir->path,
                    strerror(err));
    return RC_OK;
}

/* ---- The stamp ---- */
enum { DIR_FORMAT = 1, STAMP_MOST = 4096 };

static Str stamp_read(Ctx *ctx, const DataDir *dir)
{
    char *text = arena_alloc(ctx->arena, STAMP_MOST);
    int fd = open(dir_file(ctx, dir->path, "version"), O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, STAMP_MOST) : -1;
    if (fd >= 0) close(fd);
    return n > 0 ? str_n(text, (size_t)n) : STR("");
}

/* Lines of a word and its value; an absent stamp is that of a version before there was one. */
Rc dir_stamp_check(Ctx *ctx, const DataDir *dir)
{
    Str rest = stamp_read(ctx, dir), program = STR("?");
    int64_t format = DIR_FORMAT;
    while (rest.n) {
        Str line = str_cut(&rest, '\n'), word = str_cut(&line, ' ');
        if (str_is(word, "format") && !num_parse_i64(line, &format)) format = INT64_MAX;
        if (str_is(word, "anlan")) program = line;
    }
    if (format <= DIR_FORMAT) return RC_OK;
    return FAIL(ctx, RC_STATE, "data.newer",
                "数据目录 %s 由更新版本的程序（%.*s）建立，本程序为 %s，请使用新版本程序",
                "the data directory %s was made by a newer program (%.*s) than this one (%s)", dir->path,
                STR_ARG(program), ANLAN_VERSION);
}

Rc dir_stamp_write(Ctx *ctx, const DataDir *dir, int64_t schema)
{
    Str text = str_printf(ctx->arena, "format %d\nanlan %s\nschema %lld\n", DIR_FORMAT, ANLAN_VERSION,
                          (long long)schema);
    Str before = stamp_read(ctx, dir);
    if (before.n == text.n && memcmp(before.p, text.p, text.n) == 0) return RC_OK;
    const char *path = dir_file(ctx, dir->path, "version"), *tmp = dir_file(ctx, dir->path, "version.tmp");
    int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    if (ok && rename(tmp, path) == 0) return RC_OK;
    return FAIL(ctx, RC_IO, "data.stamp", "无法写入 %s：%s", "cannot write %s: %s", path, strerror(errno));
}

void dir_release(DataDir *dir)
{
    if (dir->lock >= 0) close(dir->lock);
    dir->lock = -1;
}
