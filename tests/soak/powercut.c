/* A disk that forgets: preloaded into the program, it keeps the old bytes of everything written under
 * POWERCUT_DIR until it is synced. After a kill, `powercut` (the same file built with -DPOWERCUT_TOOL) puts
 * the old bytes back, as a power cut would.
 *
 * What counts as synced: fsync or fdatasync of a file makes its bytes, its size and its own creation last (as
 * on ext4); a rename or unlink lasts when the folder is synced. Each record is written to the journal before
 * the act it undoes, so a kill in between undoes nothing. One journal file a file or folder (by inode); a
 * sync empties it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OLD_BYTES = 1, OLD_SIZE, CREATED, RENAMED, UNLINKED };

/* In a journal, followed by n bytes (old content, or names with their NUL). */
typedef struct Undo {
    uint64_t seq;
    uint32_t kind, n;
    uint64_t offset; /* of OLD_BYTES; the size for OLD_SIZE; number of the saved link for RENAMED and
                        UNLINKED, 0: none */
    uint64_t inode;  /* of the file that was changed or created */
} Undo;

#ifndef POWERCUT_TOOL

#include <dlfcn.h>
#include <pthread.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char root[4096], journal[4096];
static size_t root_len;
static uint64_t seq;
static int (*real_open)(const char *, int, ...);
static int (*real_fsync)(int), (*real_fdatasync)(int), (*real_rename)(const char *, const char *),
    (*real_unlink)(const char *);
static int (*real_ftruncate)(int, off_t);
static ssize_t (*real_write)(int, const void *, size_t), (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_writev)(int, const struct iovec *, int),
    (*real_pwritev)(int, const struct iovec *, int, off_t);

__attribute__((constructor)) static void start(void)
{
    real_open = dlsym(RTLD_NEXT, "open");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_pwritev = dlsym(RTLD_NEXT, "pwritev64");
    const char *dir = getenv("POWERCUT_DIR"), *j = getenv("POWERCUT_JOURNAL");
    if (!dir || !j || !realpath(dir, root)) return;
    snprintf(journal, sizeof journal, "%s", j);
    root_len = strlen(root);
}

/* Is the open file one of ours, and a regular file? */
static bool ours(int fd, struct stat *st)
{
    char link[64], path[4096];
    if (!root_len || fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) return false;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(link, path, sizeof path - 1);
    return n > (ssize_t)root_len && memcmp(path, root, root_len) == 0 && path[root_len] == '/' &&
           !(n > 4 && memcmp(path + n - 4, "-shm", 4) == 0);
}

static bool ours_path(const char *path, char full[4096])
{
    char dir[4096];
    if (!root_len) return false;
    const char *slash = strrchr(path, '/');
    snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
    if (!realpath(slash == path ? "/" : dir, full)) return false;
    size_t n = strlen(full);
    snprintf(full + n, 4096 - n, "/%s", slash ? slash + 1 : path);
    return strncmp(full, root, root_len) == 0 && full[root_len] == '/';
}

static int journal_of(uint64_t inode)
{
    char name[4200];
    snprintf(name, sizeof name, "%s/%llu.undo", journal, (unsigned long long)inode);
    return real_open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static void note(uint64_t owner, uint32_t kind, uint64_t offset, uint64_t inode, const void *bytes,
                 uint32_t n)
{
    int fd = journal_of(owner);
    if (fd < 0) return;
    Undo u = {++seq, kind, n, offset, inode};
    struct iovec v[] = {{&u, sizeof u}, {(void *)(uintptr_t)bytes, n}};
    if (real_writev(fd, v, n ? 2 : 1) < 0) perror("powercut");
    close(fd);
}

static void forget(uint64_t owner)
{
    char name[4200];
    snprintf(name, sizeof name, "%s/%llu.undo", journal, (unsigned long long)owner);
    real_unlink(name);
}

static uint64_t parent_inode(const char *full)
{
    char dir[4096];
    struct stat st;
    snprintf(dir, sizeof dir, "%.*s", (int)(strrchr(full, '/') - full), full);
    return stat(dir, &st) == 0 ? st.st_ino : 0;
}

/* Before [at, at + n) is overwritten. */
static void before_write(int fd, const struct stat *st, off_t at, size_t n)
{
    if (at + (off_t)n > st->st_size) note(st->st_ino, OLD_SIZE, (uint64_t)st->st_size, st->st_ino, NULL, 0);
    if (at >= st->st_size) return;
    size_t have = (size_t)(st->st_size - at) < n ? (size_t)(st->st_size - at) : n;
    char link[64], *old = malloc(have);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int in = real_open(link, O_RDONLY | O_CLOEXEC);
    ssize_t got = in >= 0 && old ? pread(in, old, have, at) : -1;
    if (got > 0) note(st->st_ino, OLD_BYTES, (uint64_t)at, st->st_ino, old, (uint32_t)got);
    if (in >= 0) close(in);
    free(old);
}

static off_t position(int fd, const struct stat *st)
{
    return fcntl(fd, F_GETFL) & O_APPEND ? st->st_size : lseek(fd, 0, SEEK_CUR);
}

#define GUARDED(fd, at, n, call)                                                                             \
    struct stat st;                                                                                          \
    if (!ours(fd, &st)) return call;                                                                         \
    pthread_mutex_lock(&lock);                                                                               \
    if (fstat(fd, &st) == 0) before_write(fd, &st, (at), (n));                                               \
    __auto_type result = call;                                                                               \
    pthread_mutex_unlock(&lock);                                                                             \
    return result

static size_t total(const struct iovec *v, int count)
{
    size_t n = 0;
    for (int i = 0; i < count; i++) n += v[i].iov_len;
    return n;
}

ssize_t write(int fd, const void *p, size_t n)
{
    GUARDED(fd, position(fd, &st), n, real_write(fd, p, n));
}
ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
    GUARDED(fd, at, n, real_pwrite(fd, p, n, at));
}
ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
    return pwrite64(fd, p, n, at);
}
ssize_t writev(int fd, const struct iovec *v, int c)
{
    GUARDED(fd, position(fd, &st), total(v, c), real_writev(fd, v, c));
}
ssize_t pwritev64(int fd, const struct iovec *v, int c, off_t at)
{
    GUARDED(fd, at, total(v, c), real_pwritev(fd, v, c, at));
}
ssize_t pwritev(int fd, const struct iovec *v, int c, off_t at)
{
    return pwritev64(fd, v, c, at);
}

int ftruncate64(int fd, off_t size)
{
    struct stat st;
    if (!ours(fd, &st)) return real_ftruncate(fd, size);
    pthread_mutex_lock(&lock);
    if (fstat(fd, &st) == 0) {
        if (size < st.st_size) before_write(fd, &st, size, (size_t)(st.st_size - size));
        note(st.st_ino, OLD_SIZE, (uint64_t)st.st_size, st.st_ino, NULL, 0);
    }
    int rc = real_ftruncate(fd, size);
    pthread_mutex_unlock(&lock);
    return rc;
}
int ftruncate(int fd, off_t size)
{
    return ftruncate64(fd, size);
}

static int opened(const char *path, int flags, mode_t mode)
{
    char full[4096];
    struct stat st;
    if (!(flags & (O_CREAT | O_TRUNC)) || !ours_path(path, full)) return real_open(path, flags, mode);
    pthread_mutex_lock(&lock);
    bool there = stat(path, &st) == 0;
    if (there && (flags & O_TRUNC)) {
        int old = real_open(path, O_RDWR | O_CLOEXEC);
        if (old >= 0) {
            before_write(old, &st, 0, (size_t)st.st_size);
            note(st.st_ino, OLD_SIZE, (uint64_t)st.st_size, st.st_ino, NULL, 0);
            close(old);
        }
    }
    int fd = real_open(path, flags, mode);
    if (fd >= 0 && !there && fstat(fd, &st) == 0)
        note(st.st_ino, CREATED, 0, st.st_ino, full, (uint32_t)strlen(full) + 1);
    pthread_mutex_unlock(&lock);
    return fd;
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
/* The program names files by whole paths or relative to the working folder; relative to a descriptor is made
 * whole. */
int openat(int at, const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (flags & (O_CREAT | O_TMPFILE)) {
        va_list ap;
        va_start(ap, flags);
        mode = va_arg(ap, mode_t);
        va_end(ap);
    }
    if (at == AT_FDCWD || path[0] == '/') return opened(path, flags, mode);
    char whole[4200];
    snprintf(whole, sizeof whole, "/proc/self/fd/%d/%s", at, path);
    return opened(whole, flags, mode);
}

static int synced(int fd, int (*call)(int))
{
    struct stat st;
    bool dir = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode), file = !dir && ours(fd, &st);
    if (!root_len || (!dir && !file)) return call(fd);
    pthread_mutex_lock(&lock);
    int rc = call(fd);
    if (rc == 0) forget(st.st_ino);
    pthread_mutex_unlock(&lock);
    return rc;
}
int fsync(int fd)
{
    return synced(fd, real_fsync);
}
int fdatasync(int fd)
{
    return synced(fd, real_fdatasync);
}

static uint64_t save_link(const char *full)
{
    char name[4200];
    uint64_t id = ++seq;
    snprintf(name, sizeof name, "%s/%llu.saved", journal, (unsigned long long)id);
    return link(full, name) == 0 ? id : 0;
}

int rename(const char *from, const char *to)
{
    char a[4096], b[4096], names[8192];
    struct stat st;
    if (!ours_path(from, a) || !ours_path(to, b) || stat(from, &st) != 0) return real_rename(from, to);
    pthread_mutex_lock(&lock);
    uint64_t saved = save_link(b);
    size_t na = strlen(a) + 1, nb = strlen(b) + 1;
    memcpy(names, a, na);
    memcpy(names + na, b, nb);
    note(parent_inode(b), RENAMED, saved, st.st_ino, names, (uint32_t)(na + nb));
    int rc = real_rename(from, to);
    pthread_mutex_unlock(&lock);
    return rc;
}

int unlink(const char *path)
{
    char full[4096];
    struct stat st;
    if (!ours_path(path, full) || stat(path, &st) != 0) return real_unlink(path);
    pthread_mutex_lock(&lock);
    uint64_t saved = save_link(full);
    note(parent_inode(full), UNLINKED, saved, st.st_ino, full, (uint32_t)strlen(full) + 1);
    int rc = real_unlink(path);
    pthread_mutex_unlock(&lock);
    return rc;
}

#else /* the tool: powercut JOURNAL DIR */

typedef struct Item {
    Undo u;
    char *bytes;
} Item;
static Item *items;
static size_t nitems, cap;
static const char *journal;

static void load(const char *name)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/%s", journal, name);
    FILE *in = fopen(path, "rb");
    Undo u;
    while (in && fread(&u, sizeof u, 1, in) == 1) {
        char *bytes = malloc(u.n + 1);
        if (!bytes || fread(bytes, 1, u.n, in) != u.n) break; /* a torn last record: its act never happened */
        if (nitems == cap && !(items = realloc(items, (cap = cap ? cap * 2 : 256) * sizeof *items))) exit(1);
        items[nitems++] = (Item){u, bytes};
    }
    if (in) fclose(in);
}

static char found[4096];
/* Path of an inode under a folder, or NULL. */
static const char *find(const char *dir, uint64_t inode)
{
    DIR *d = opendir(dir);
    const char *hit = NULL;
    for (struct dirent *e; d && !hit && (e = readdir(d));) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        char path[4096];
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (lstat(path, &st) != 0) continue;
        if (st.st_ino == inode && S_ISREG(st.st_mode)) {
            memcpy(found, path, sizeof found);
            hit = found;
        } else if (S_ISDIR(st.st_mode)) {
            hit = find(path, inode);
        }
    }
    if (d) closedir(d);
    return hit;
}

static const char *saved_name(uint64_t id)
{
    static char name[4200];
    snprintf(name, sizeof name, "%s/%llu.saved", journal, (unsigned long long)id);
    return name;
}

static void undo(const Item *it, const char *dir)
{
    const Undo *u = &it->u;
    const char *path;
    int fd;
    switch (u->kind) {
    case OLD_BYTES:
    case OLD_SIZE:
        path = find(dir, u->inode);
        if (!path && !(path = find(journal, u->inode))) return;
        if ((fd = open(path, O_RDWR)) < 0) return;
        if (u->kind == OLD_BYTES ? pwrite(fd, it->bytes, u->n, (off_t)u->offset) < 0
                                 : ftruncate(fd, (off_t)u->offset) != 0)
            perror(path);
        close(fd);
        return;
    case CREATED:
        unlink(it->bytes);
        return;
    case RENAMED: {
        const char *from = it->bytes, *to = from + strlen(from) + 1;
        struct stat st;
        if (stat(to, &st) == 0 && st.st_ino == u->inode && rename(to, from) != 0) perror(to);
        if (u->offset && link(saved_name(u->offset), to) != 0 && errno != EEXIST) perror(to);
        return;
    }
    case UNLINKED:
        if (u->offset && link(saved_name(u->offset), it->bytes) != 0 && errno != EEXIST) perror(it->bytes);
        return;
    default:
        return;
    }
}

static int newest_first(const void *a, const void *b)
{
    uint64_t x = ((const Item *)a)->u.seq, y = ((const Item *)b)->u.seq;
    return x < y ? 1 : x > y ? -1 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) return 2;
    journal = argv[1];
    DIR *d = opendir(journal);
    for (struct dirent *e; d && (e = readdir(d));)
        if (strstr(e->d_name, ".undo")) load(e->d_name);
    if (d) closedir(d);
    qsort(items, nitems, sizeof *items, newest_first);
    uint64_t bytes = 0;
    for (size_t i = 0; i < nitems; i++) {
        undo(&items[i], argv[2]);
        bytes += items[i].u.kind == OLD_BYTES ? items[i].u.n : 0;
    }
    printf("%zu unsynced acts undone, %llu bytes put back\n", nitems, (unsigned long long)bytes);
    d = opendir(journal);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[4200];
        snprintf(path, sizeof path, "%s/%s", journal, e->d_name);
        if (e->d_name[0] != '.') unlink(path);
    }
    return 0;
}
#endif
