/* Folders of tests: made, copied, damaged, removed. */
#pragma once
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline void test_dir_make(char dir[64])
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, 64, "%.40s/series-XXXXXX", tmp && strlen(tmp) < 40 ? tmp : P_tmpdir);
    if (!mkdtemp(dir)) abort();
}

static inline void test_path(char out[512], const char *dir, const char *name)
{
    if (snprintf(out, 512, "%s/%s", dir, name) >= 512) abort();
}

static inline void test_dir_remove(const char *dir)
{
    DIR *d = opendir(dir);
    if (!d) return;
    for (struct dirent *e; (e = readdir(d));) {
        char path[512];
        if (e->d_name[0] == '.') continue;
        test_path(path, dir, e->d_name);
        if (unlink(path) < 0) test_dir_remove(path);
    }
    closedir(d);
    rmdir(dir);
}

static inline void test_file_copy(const char *from, const char *to)
{
    FILE *a = fopen(from, "rb"), *b = fopen(to, "wb");
    char buf[65536];
    if (!a || !b) abort();
    for (size_t n; (n = fread(buf, 1, sizeof buf, a)) > 0;)
        if (fwrite(buf, 1, n, b) != n) abort();
    fclose(a);
    fclose(b);
}

static inline void test_dir_copy(const char *from, const char *to)
{
    DIR *d = opendir(from);
    if (!d) abort();
    mkdir(to, 0700);
    for (struct dirent *e; (e = readdir(d));) {
        char a[512], b[512];
        struct stat st;
        if (e->d_name[0] == '.') continue;
        test_path(a, from, e->d_name);
        test_path(b, to, e->d_name);
        if (stat(a, &st) == 0 && S_ISDIR(st.st_mode)) test_dir_copy(a, b);
        else test_file_copy(a, b);
    }
    closedir(d);
}

static inline uint64_t test_file_size(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 ? (uint64_t)st.st_size : 0;
}

/* Bytes of all files beneath. */
static inline uint64_t test_dir_size(const char *dir)
{
    DIR *d = opendir(dir);
    uint64_t sum = 0;
    if (!d) return 0;
    for (struct dirent *e; (e = readdir(d));) {
        char path[512];
        struct stat st;
        if (e->d_name[0] == '.') continue;
        test_path(path, dir, e->d_name);
        if (stat(path, &st) == 0) sum += S_ISDIR(st.st_mode) ? test_dir_size(path) : (uint64_t)st.st_size;
    }
    closedir(d);
    return sum;
}

static inline void test_file_flip(const char *path, long at)
{
    FILE *f = fopen(path, "r+b");
    if (!f || fseek(f, at, SEEK_SET) < 0) abort();
    int c = fgetc(f);
    fseek(f, at, SEEK_SET);
    fputc(c ^ 0x40, f);
    fclose(f);
}
