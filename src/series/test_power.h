/* A disk that forgets: changes go to the real folder, but what survives a power cut is only what was synced,
 * files and folder entries apart. Of the rest a random part survives, as on a real disk: a prefix, zeros for
 * the end, a new name with the old content. It can also be full or refuse to sync. One at a time. */
#pragma once
#include "io.h"
#include "test_dir.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>

enum { POWER_NODES = 4096, POWER_FDS = 1024 };

typedef struct PowerNode {
    uint8_t *durable; /* content at the last sync */
    size_t len;
    bool dir;
} PowerNode;

typedef struct PowerEntry {
    char path[256];
    int now, durable; /* node, -1: no such entry */
} PowerEntry;

static struct {
    pthread_mutex_t lock;
    PowerNode nodes[POWER_NODES];
    PowerEntry entries[POWER_NODES];
    int nnodes, nentries;
    int fd_node[POWER_FDS];
    bool dead, full, no_sync;
    long dir_ops_left; /* folders refuse to sync when it is 0; negative: never */
    long ops_left;     /* the power goes when it reaches 0; negative: never */
    uint64_t seed;
} power = {.lock = PTHREAD_MUTEX_INITIALIZER, .ops_left = -1, .dir_ops_left = -1, .seed = 1};

static uint64_t power_rnd(uint64_t n)
{
    power.seed ^= power.seed << 13;
    power.seed ^= power.seed >> 7;
    power.seed ^= power.seed << 17;
    return power.seed % n;
}

static inline PowerEntry *power_entry(const char *path)
{
    for (int i = 0; i < power.nentries; i++)
        if (strcmp(power.entries[i].path, path) == 0) return &power.entries[i];
    PowerEntry *e = &power.entries[power.nentries++];
    if (power.nentries == POWER_NODES || strlen(path) >= sizeof e->path) abort();
    memcpy(e->path, path, strlen(path) + 1);
    e->now = e->durable = -1;
    return e;
}

static inline int power_node(bool dir)
{
    if (power.nnodes == POWER_NODES) abort();
    power.nodes[power.nnodes].dir = dir;
    return power.nnodes++;
}

/* Enters with the lock; false: the power is out. */
static inline bool power_on(void)
{
    pthread_mutex_lock(&power.lock);
    if (!power.dead && power.ops_left >= 0 && power.ops_left-- == 0) power.dead = true;
    if (!power.dead) return true;
    pthread_mutex_unlock(&power.lock);
    return false;
}

static inline int power_off(int rc)
{
    pthread_mutex_unlock(&power.lock);
    return rc;
}

static inline int power_open(const char *path, bool create)
{
    if (!power_on()) return -EIO;
    int fd = io_disk.open(path, create);
    if (fd >= POWER_FDS) abort();
    if (fd >= 0) {
        PowerEntry *e = power_entry(path);
        if (create || e->now < 0) e->now = power_node(false);
        power.fd_node[fd] = e->now;
    }
    return power_off(fd);
}

static inline int power_pwrite(int fd, const void *p, size_t n, uint64_t at)
{
    if (!power_on()) return -EIO;
    if (power.full) {
        io_disk.pwrite(fd, p, n / 2, at);
        return power_off(-ENOSPC);
    }
    return power_off(io_disk.pwrite(fd, p, n, at));
}

static inline int power_sync(int fd)
{
    if (!power_on()) return -EIO;
    if (power.no_sync) return power_off(-EIO);
    PowerNode *node = &power.nodes[power.fd_node[fd]];
    struct stat st;
    if (fstat(fd, &st) < 0) abort();
    size_t len = (size_t)st.st_size;
    if (len < node->len) node->len = len;
    node->durable = realloc(node->durable, len + 1);
    /* Files of the store only grow, or are cut: what was synced before has not changed. */
    if (!node->durable || io_pread(fd, node->durable + node->len, len - node->len, node->len) < 0) abort();
    node->len = len;
    return power_off(0);
}

static inline int power_truncate(int fd, uint64_t len)
{
    if (!power_on()) return -EIO;
    return power_off(io_disk.truncate(fd, len));
}

static inline int power_close(int fd)
{
    return io_disk.close(fd);
}

static inline int power_rename(const char *from, const char *to)
{
    if (!power_on()) return -EIO;
    int rc = io_disk.rename(from, to);
    if (rc == 0) {
        int node = power_entry(from)->now;
        power_entry(to)->now = node;
        power_entry(from)->now = -1;
    }
    return power_off(rc);
}

static inline int power_unlink(const char *path)
{
    if (!power_on()) return -EIO;
    int rc = io_disk.unlink(path);
    if (rc == 0) power_entry(path)->now = -1;
    return power_off(rc);
}

static inline int power_mkdir(const char *path)
{
    if (!power_on()) return -EIO;
    int rc = io_disk.mkdir(path);
    PowerEntry *e = power_entry(path);
    if (rc == 0 && e->now < 0) e->now = power_node(true);
    return power_off(rc);
}

static inline int power_rmdir(const char *path)
{
    if (!power_on()) return -EIO;
    int rc = io_disk.rmdir(path);
    if (rc == 0) power_entry(path)->now = -1;
    return power_off(rc);
}

static inline bool power_in(const char *dir, const char *path)
{
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/' && !strchr(path + n + 1, '/');
}

static inline int power_sync_dir(const char *dir)
{
    if (!power_on()) return -EIO;
    if (power.no_sync || power.dir_ops_left == 0) return power_off(-EIO);
    if (power.dir_ops_left > 0) power.dir_ops_left--;
    for (int i = 0; i < power.nentries; i++)
        if (power_in(dir, power.entries[i].path)) power.entries[i].durable = power.entries[i].now;
    return power_off(0);
}

static const Io power_io = {power_open,   power_pwrite, power_sync,  power_truncate, power_close,
                            power_rename, power_unlink, power_mkdir, power_rmdir,    power_sync_dir};

static inline void power_reset(uint64_t seed)
{
    for (int i = 0; i < power.nnodes; i++) free(power.nodes[i].durable);
    memset(power.nodes, 0, sizeof power.nodes);
    power.nnodes = power.nentries = 0;
    power.dead = power.full = power.no_sync = false;
    power.ops_left = power.dir_ops_left = -1;
    power.seed = seed ? seed : 1;
}

/* Files that are there already are durable. */
static inline void power_seed(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) abort();
    for (struct dirent *e; (e = readdir(d));) {
        char path[512];
        struct stat st;
        if (e->d_name[0] == '.' || strcmp(e->d_name, "LOCK") == 0) continue;
        test_path(path, dir, e->d_name);
        if (stat(path, &st) < 0) abort();
        PowerEntry *entry = power_entry(path);
        entry->now = entry->durable = power_node(S_ISDIR(st.st_mode));
        PowerNode *node = &power.nodes[entry->now];
        if (node->dir) {
            power_seed(path);
            continue;
        }
        node->len = (size_t)st.st_size;
        node->durable = malloc(node->len + 1);
        int fd = open(path, O_RDONLY);
        if (fd < 0 || !node->durable || io_pread(fd, node->durable, node->len, 0) < 0) abort();
        close(fd);
    }
    closedir(d);
}

/* What is left of a file: all that was synced, and perhaps some of what was not. */
static inline void power_write(const char *to, const char *live, const PowerNode *node)
{
    FILE *f = fopen(to, "wb");
    if (!f || fwrite(node->durable ? node->durable : (const uint8_t *)"", 1, node->len, f) != node->len)
        abort();
    FILE *from = fopen(live, "rb");
    if (from && power_rnd(2)) {
        fseek(from, 0, SEEK_END);
        long more = ftell(from) - (long)node->len;
        if (more > 0) {
            long keep = (long)power_rnd((uint64_t)more + 1), zeros = power_rnd(3) ? 0 : more - keep;
            fseek(from, (long)node->len, SEEK_SET);
            while (keep-- > 0) fputc(fgetc(from), f);
            while (zeros-- > 0) fputc(0, f);
        }
    }
    if (from) fclose(from);
    fclose(f);
}

static inline int power_compare(const void *a, const void *b)
{
    return strcmp(((const PowerEntry *)a)->path, ((const PowerEntry *)b)->path);
}

/* Makes the folder as it would be found after the cut. live is the folder that was worked in; the shim is
 * reset by the caller. */
static inline void power_restore(const char *live, const char *to)
{
    size_t root = strlen(live);
    qsort(power.entries, (size_t)power.nentries, sizeof *power.entries,
          power_compare); /* folders before their files */
    mkdir(to, 0700);
    for (int i = 0; i < power.nentries; i++) {
        PowerEntry *e = &power.entries[i];
        char path[512];
        int node = e->now != e->durable && power_rnd(2) ? e->now : e->durable;
        if (node < 0 || strlen(e->path) <= root) continue;
        test_path(path, to, e->path + root + 1);
        if (power.nodes[node].dir) {
            mkdir(path, 0700);
            continue;
        }
        char parent[512];
        memcpy(parent, path, sizeof parent);
        *strrchr(parent, '/') = 0;
        struct stat st;
        if (stat(parent, &st) == 0) power_write(path, e->now == node ? e->path : "", &power.nodes[node]);
    }
}
