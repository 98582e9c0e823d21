/* A plain driver for fuzz targets: runs LLVMFuzzerTestOneInput over every regular file in the directories
 * given, in the order of their names, so that corpora and old crashes are replayed as ordinary tests with any
 * compiler. A directory that does not exist is fine (no crash was found yet); a file that cannot be read is a
 * failure. */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* 1: ran, 0: not a regular file, -1: unreadable. */
static int replay_file(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) return -1;
    if (!S_ISREG(st.st_mode)) return 0;
    FILE *f = fopen(path, "rb");
    if (!f) return -1;
    size_t n = (size_t)st.st_size;
    /* Exactly n bytes on the heap: a sanitizer sees the first byte read past the end. */
    uint8_t *data = malloc(n ? n : 1);
    int done = data && fread(data, 1, n, f) == n ? 1 : -1;
    fclose(f);
    if (done == 1) LLVMFuzzerTestOneInput(data, n);
    free(data);
    return done;
}

static int replay_directory(const char *directory, unsigned *count)
{
    struct dirent **names = NULL;
    int n = scandir(directory, &names, NULL, alphasort);
    if (n < 0) return errno == ENOENT ? 0 : -1;
    int rc = 0;
    for (int i = 0; i < n; i++) {
        char path[4096];
        int len = snprintf(path, sizeof path, "%s/%s", directory, names[i]->d_name);
        int done = len > 0 && (size_t)len < sizeof path ? replay_file(path) : -1;
        if (done < 0) {
            fprintf(stderr, "replay: cannot read %s\n", path);
            rc = -1;
        } else {
            *count += (unsigned)done;
        }
        free(names[i]);
    }
    free(names);
    return rc;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    int rc = 0;
    for (int i = 1; i < argc; i++)
        if (replay_directory(argv[i], &count) < 0) rc = 1;
    printf("replayed %u inputs\n", count);
    return rc;
}
