/* Puts the files of a folder into the program: embed DIR OUT.S OUT.c. The assembler takes the bytes with
 * .incbin; the C file is a table sorted by path, with type and a tag of the content. A folder that is not
 * there gives an empty table. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct File {
    char *disk, *web;
    uint64_t tag;
    long size;
} File;
static File *files;
static size_t nfiles, cap;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static char *join(const char *a, const char *b)
{
    char *s = NULL;
    if (asprintf(&s, "%s/%s", a, b) < 0) die("memory");
    return s;
}

static void read_tag(File *f)
{
    FILE *in = fopen(f->disk, "rb");
    if (!in) die(f->disk);
    uint64_t h = UINT64_C(14695981039346656037);
    int c;
    while ((c = getc(in)) != EOF) {
        h = (h ^ (uint64_t)c) * UINT64_C(1099511628211);
        f->size++;
    }
    fclose(in);
    f->tag = h;
}

static void walk(const char *disk, const char *web)
{
    DIR *dir = opendir(disk);
    if (!dir) return;
    for (struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.') continue;
        char *d = join(disk, e->d_name), *w = join(web, e->d_name);
        struct stat st;
        if (stat(d, &st) != 0) die(d);
        if (S_ISDIR(st.st_mode)) {
            walk(d, w);
            continue;
        }
        if (nfiles == cap && !(files = realloc(files, (cap = cap ? cap * 2 : 64) * sizeof *files)))
            die("memory");
        files[nfiles] = (File){d, w, 0, 0};
        read_tag(&files[nfiles++]);
    }
    closedir(dir);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const File *)a)->web, ((const File *)b)->web);
}

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".ico", "image/x-icon"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
    };
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof types[0]; i++)
        if (strcmp(dot, types[i][0]) == 0) return types[i][1];
    return "application/octet-stream";
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: embed DIR OUT.S OUT.c\n");
        return 2;
    }
    walk(argv[1], "");
    if (nfiles) qsort(files, nfiles, sizeof *files, by_path);
    FILE *s = fopen(argv[2], "w"), *c = fopen(argv[3], "w");
    if (!s || !c) die("output");
    fprintf(s, ".section .rodata\n");
    fprintf(c, "#include \"assets.h\"\n");
    for (size_t i = 0; i < nfiles; i++) {
        fprintf(s, ".global anlan_asset_%zu\n.balign 16\nanlan_asset_%zu:\n.incbin \"%s\"\n.byte 0\n", i, i,
                files[i].disk);
        fprintf(c, "extern const unsigned char anlan_asset_%zu[];\n", i);
    }
    fprintf(s, ".section .note.GNU-stack,\"\",@progbits\n");
    fprintf(c, "const struct HttpAsset app_assets[] = {\n");
    for (size_t i = 0; i < nfiles; i++)
        fprintf(c, "    {\"%s\", anlan_asset_%zu, %ld, \"%s\", \"\\\"%016llx\\\"\"},\n", files[i].web, i,
                files[i].size, type_of(files[i].web), (unsigned long long)files[i].tag);
    fprintf(c, "    {0}\n};\nconst size_t app_nassets = %zu;\n", nfiles);
    return fclose(s) || fclose(c) ? 1 : 0;
}
