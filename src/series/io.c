/* The real disk behind io.h. Interrupted and short writes are continued here and nowhere else. */
#include "io.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WRITER_BUF = 256 * 1024 };

static int disk_open(const char *path, bool create)
{
    int fd = open(path, create ? O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC : O_RDWR | O_CLOEXEC, 0640);
    return fd < 0 ? -errno : fd;
}

static int disk_pwrite(int fd, const void *p, size_t n, uint64_t at)
{
    const char *from = p;
    while (n) {
        ssize_t done = pwrite(fd, from, n, (off_t)at);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return done < 0 ? -errno : -ENOSPC;
        from += done;
        at += (uint64_t)done;
        n -= (size_t)done;
    }
    return 0;
}

static int result(int rc)
{
    return rc < 0 ? -errno : 0;
}
static int disk_sync(int fd)
{
    return result(fdatasync(fd));
}
static int disk_truncate(int fd, uint64_t len)
{
    return result(ftruncate(fd, (off_t)len));
}
static int disk_close(int fd)
{
    return result(close(fd));
}
static int disk_rename(const char *from, const char *to)
{
    return result(rename(from, to));
}
static int disk_unlink(const char *path)
{
    return result(unlink(path));
}
static int disk_mkdir(const char *path)
{
    return mkdir(path, 0750) < 0 && errno != EEXIST ? -errno : 0;
}
static int disk_rmdir(const char *path)
{
    return result(rmdir(path));
}

static int disk_sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -errno;
    int rc = result(fsync(fd));
    close(fd);
    return rc;
}

const Io io_disk = {disk_open,   disk_pwrite, disk_sync,  disk_truncate, disk_close,
                    disk_rename, disk_unlink, disk_mkdir, disk_rmdir,    disk_sync_dir};

int io_pread(int fd, void *p, size_t n, uint64_t at)
{
    char *to = p;
    while (n) {
        ssize_t got = pread(fd, to, n, (off_t)at);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return got < 0 ? -errno : -EIO;
        to += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

int io_open_read(const char *path, uint64_t *len)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -errno;
    struct stat st;
    if (fstat(fd, &st) < 0) {
        int rc = -errno;
        close(fd);
        return rc;
    }
    *len = (uint64_t)st.st_size;
    return fd;
}

void io_close_read(int fd)
{
    close(fd);
}

static void flush(IoWriter *w)
{
    if (w->err == 0 && w->n) w->err = w->io->pwrite(w->fd, w->buf, w->n, w->at - w->n);
    w->n = 0;
}

int io_writer_open(IoWriter *w, const Io *io, const char *path)
{
    *w = (IoWriter){.io = io};
    snprintf(w->path, sizeof w->path, "%s", path);
    snprintf(w->tmp, sizeof w->tmp, "%.*s.tmp", IO_PATH_MAX - 8, path);
    w->fd = io->open(w->tmp, true);
    if (w->fd < 0) return w->fd;
    w->buf = malloc(WRITER_BUF);
    if (!w->buf) abort();
    return 0;
}

void io_writer_put(IoWriter *w, const void *p, size_t n)
{
    const char *from = p;
    while (n) {
        size_t room = WRITER_BUF - w->n, part = n < room ? n : room;
        memcpy(w->buf + w->n, from, part);
        w->n += part;
        w->at += part;
        from += part;
        n -= part;
        if (w->n == WRITER_BUF) flush(w);
    }
}

void io_writer_abort(IoWriter *w)
{
    if (w->fd < 0) return;
    w->io->close(w->fd);
    w->io->unlink(w->tmp);
    free(w->buf);
    w->buf = NULL;
    w->fd = -1;
}

int io_writer_commit(IoWriter *w, const char *dir)
{
    flush(w);
    if (w->err == 0) w->err = w->io->sync(w->fd);
    if (w->err == 0) w->err = w->io->rename(w->tmp, w->path);
    if (w->err) {
        io_writer_abort(w);
        return w->err;
    }
    w->err = w->io->sync_dir(dir);
    w->io->close(w->fd);
    free(w->buf);
    w->buf = NULL;
    w->fd = -1;
    return w->err; /* the new name may be on the disk or not: it stays, so that both are whole */
}
