/* Every change the store makes to the disk goes through this table, so that tests can play a full disk and a
 * power cut. Results are 0 (or a file number, or a count) or -errno. Reading goes straight to the system. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Io {
    int (*open)(const char *path, bool create); /* for reading and writing; create: new or emptied */
    int (*pwrite)(int fd, const void *p, size_t n, uint64_t at); /* all of it */
    int (*sync)(int fd);                                         /* data and length */
    int (*truncate)(int fd, uint64_t len);
    int (*close)(int fd);
    int (*rename)(const char *from, const char *to);
    int (*unlink)(const char *path);
    int (*mkdir)(const char *path); /* existing is fine */
    int (*rmdir)(const char *path);
    int (*sync_dir)(const char *path);
} Io;

extern const Io io_disk;

enum { IO_PATH_MAX = 1024 };
/* All n bytes or -errno; -EIO at the end of the file. */
int io_pread(int fd, void *p, size_t n, uint64_t at);
/* Opens for reading; length of the file in *len. */
int io_open_read(const char *path, uint64_t *len);
void io_close_read(int fd);

/* A file written from front to back under a temporary name; commit syncs it, renames it, and syncs its
 * folder. */
typedef struct IoWriter {
    const Io *io;
    int fd, err; /* err: first failure, -errno */
    uint64_t at; /* bytes so far */
    uint8_t *buf;
    size_t n;
    char path[IO_PATH_MAX], tmp[IO_PATH_MAX];
} IoWriter;
int io_writer_open(IoWriter *w, const Io *io, const char *path);
void io_writer_put(IoWriter *w, const void *p, size_t n);
/* Closes and frees. Returns 0 or -errno; then the file is gone, or its name may not survive a power cut. */
int io_writer_commit(IoWriter *w, const char *dir);
void io_writer_abort(IoWriter *w);
