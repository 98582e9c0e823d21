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

void dir_release(DataDir *dir)
{
    if (dir->lock >= 0) close(dir->lock);
    dir->lock = -1;
}
