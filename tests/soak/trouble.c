/* Trouble on command: preloaded into the program, it watches a small file (TROUBLE_CONTROL, mapped) that the
 * test writes to while the program runs.
 *
 * - clock: milliseconds added to the wall clock. Waits until an instant of the wall clock end when the moved
 *   clock says so, as they do when a real clock is set; the steady clock is left alone.
 * - full: files under TROUBLE_DIR take no further byte. A write that would lengthen a file, or a new file,
 *   fails with ENOSPC, the first one of a burst after half of its bytes, as a full disk does.
 * - sync_ms: every sync under TROUBLE_DIR takes so much longer. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

typedef struct Control {
    _Atomic int64_t clock_ms;
    _Atomic int32_t full, sync_ms;
} Control;

static Control none, *control = &none;
static char root[4096];
static size_t root_len;
static atomic_int bursts;

static int (*real_gettime)(clockid_t, struct timespec *);
static int (*real_timedwait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
static int (*real_open)(const char *, int, ...);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_truncate)(int, off_t);
static ssize_t (*real_write)(int, const void *, size_t), (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int),
    (*real_pwritev)(int, const struct iovec *, int, off_t);

/* Other constructors, and the sanitizers, may ask before ours has run. */
static void find_real(void)
{
    if (real_gettime) return;
    real_timedwait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
    real_open = dlsym(RTLD_NEXT, "open");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_truncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
    real_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

__attribute__((constructor)) static void start(void)
{
    find_real();
    const char *file = getenv("TROUBLE_CONTROL"), *dir = getenv("TROUBLE_DIR");
    if (!file || !dir || !realpath(dir, root)) return;
    root_len = strlen(root);
    int fd = real_open(file, O_RDWR | O_CLOEXEC);
    void *p = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p != MAP_FAILED) control = p;
    if (fd >= 0) close(fd);
}

/* ---- The clock ---- */

static void shift(struct timespec *t, int64_t ms)
{
    int64_t ns = (int64_t)t->tv_nsec + ms % 1000 * 1000000;
    t->tv_sec += ms / 1000 + ns / 1000000000 - (ns < 0);
    t->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
}

int clock_gettime(clockid_t id, struct timespec *t)
{
    find_real();
    int rc = real_gettime(id, t);
    if (rc == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) shift(t, control->clock_ms);
    return rc;
}

int gettimeofday(struct timeval *tv, void *zone)
{
    struct timespec t;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &t);
    *tv = (struct timeval){t.tv_sec, t.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *out)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (out) *out = t.tv_sec;
    return t.tv_sec;
}

static bool before(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

/* An instant of the wall clock is beyond 1e9 s; of the steady clock it is not, and that one passes through.
 * Otherwise waits in slices, so that a clock that is set meanwhile counts. */
int pthread_cond_timedwait(pthread_cond_t *c, pthread_mutex_t *m, const struct timespec *until)
{
    find_real();
    if (until->tv_sec < 1000000000) return real_timedwait(c, m, until);
    for (;;) {
        struct timespec now, slice;
        clock_gettime(CLOCK_REALTIME, &now);
        if (!before(&now, until)) return ETIMEDOUT;
        int64_t left = (until->tv_sec - now.tv_sec) * 1000 + (until->tv_nsec - now.tv_nsec) / 1000000;
        real_gettime(CLOCK_REALTIME, &slice);
        shift(&slice, left < 50 ? left + 1 : 50);
        int rc = real_timedwait(c, m, &slice);
        if (rc != ETIMEDOUT) return rc;
    }
}

/* ---- The disk ---- */

static bool ours(int fd, struct stat *st)
{
    char link[64], path[4096];
    if (!root_len || fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    return n > (ssize_t)root_len && memcmp(path, root, root_len) == 0 && path[root_len] == '/' &&
           !(n > 4 && memcmp(path + n - 4, "-shm", 4) == 0);
}

/* How many of n bytes at `at` the full disk takes; -1: none. */
static ssize_t room(int fd, off_t at, size_t n)
{
    struct stat st;
    if (!control->full || !ours(fd, &st)) return (ssize_t)n;
    if (at < 0) at = fcntl(fd, F_GETFL) & O_APPEND ? st.st_size : lseek(fd, 0, SEEK_CUR);
    if (at + (off_t)n <= st.st_size) return (ssize_t)n; /* overwrites blocks it has */
    if (n > 1 && atomic_fetch_add(&bursts, 1) % 4 == 0) return (ssize_t)(n / 2);
    errno = ENOSPC;
    return -1;
}

ssize_t write(int fd, const void *p, size_t n)
{
    find_real();
    ssize_t can = room(fd, -1, n);
    return can < 0 ? -1 : real_write(fd, p, (size_t)can);
}
ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    find_real();
    ssize_t can = room(fd, at, n);
    return can < 0 ? -1 : real_pwrite(fd, p, (size_t)can, at);
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return pwrite64(fd, p, n, at);
}

static size_t total(const struct iovec *v, int count)
{
    size_t n = 0;
    for (int i = 0; i < count; i++) n += v[i].iov_len;
    return n;
}

/* All or nothing: half of a list of pieces is nobody's habit. */
ssize_t writev(int fd, const struct iovec *v, int count)
{
    find_real();
    if (room(fd, -1, total(v, count)) == (ssize_t)total(v, count)) return real_writev(fd, v, count);
    errno = ENOSPC;
    return -1;
}
ssize_t pwritev64(int fd, const struct iovec *v, int count, off_t at)
{
    find_real();
    if (room(fd, at, total(v, count)) == (ssize_t)total(v, count)) return real_pwritev(fd, v, count, at);
    errno = ENOSPC;
    return -1;
}
ssize_t pwritev(int fd, const struct iovec *v, int count, off_t at)
{
    return pwritev64(fd, v, count, at);
}

int ftruncate64(int fd, off_t size)
{
    find_real();
    struct stat st;
    if (control->full && ours(fd, &st) && size > st.st_size) {
        errno = ENOSPC;
        return -1;
    }
    return real_truncate(fd, size);
}
int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

/* A new file needs a block of its folder's. */
static int opened(const char *path, int flags, mode_t mode)
{
    find_real();
    if (control->full && (flags & O_CREAT) && root_len && strncmp(path, root, root_len) == 0 &&
        access(path, F_OK) != 0) {
        errno = ENOSPC;
        return -1;
    }
    return real_open(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    return opened(path, flags, mode);
}
int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    return opened(path, flags, mode);
}

static int synced(int fd, int (*call)(int))
{
    struct stat st;
    if (control->sync_ms && ours(fd, &st)) usleep((useconds_t)control->sync_ms * 1000);
    return call(fd);
}
int fsync(int fd)
{
    find_real();
    return synced(fd, real_fsync);
}
int fdatasync(int fd)
{
    find_real();
    return synced(fd, real_fdatasync);
}
