/* State files. Two are kept: the log is cut only behind the older one, so that a damaged newest file costs
 * time at the start and nothing else. */
#include "state_file.h"
#include "wire.h"
#include "wire_file.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char magic[8] = "ANLSTAT1";
enum { NAME_MAX_LEN = 64, PATH_LEN = 4096 };

static void file_name(uint64_t pos, char out[NAME_MAX_LEN])
{
    snprintf(out, NAME_MAX_LEN, "state-%020llu.bin", (unsigned long long)pos);
}

Rc state_file_write(Ctx *ctx, const char *dir, const StateFile *s)
{
    StrBuf b;
    buf_init(&b, ctx->arena);
    buf_add(&b, str_n(magic, sizeof magic));
    wire_add(&b, s->pos, 8);
    wire_add(&b, s->nlanes, 4);
    for (size_t i = 0; i < s->nlanes; i++) {
        wire_add(&b, s->lanes[i].n, 8);
        buf_add(&b, s->lanes[i]);
    }
    wire_add(&b, s->active.n, 8);
    buf_add(&b, s->active);
    wire_seal(&b);
    char name[NAME_MAX_LEN];
    file_name(s->pos, name);
    return wire_write_file(ctx, dir, name, buf_str(&b));
}

static bool parse_name(const char *name, uint64_t *pos)
{
    unsigned long long v;
    int end = 0;
    if (sscanf(name, "state-%20llu.bin%n", &v, &end) != 1 || end == 0 || name[end]) return false;
    *pos = v;
    return true;
}

static int descending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? 1 : x > y ? -1 : 0;
}

Rc state_file_list(Ctx *ctx, const char *dir, uint64_t **out, size_t *n)
{
    DIR *d = opendir(dir);
    if (!d) {
        FAIL(ctx, RC_IO, "intake.dir", "目录 %s 无法读取", "the folder %s cannot be read", dir);
        ctx_cause(ctx, "%s", strerror(errno));
        return RC_IO;
    }
    size_t cap = 16;
    uint64_t pos;
    *out = ARENA_ARRAY(ctx->arena, uint64_t, cap);
    *n = 0;
    for (struct dirent *e; (e = readdir(d));) {
        if (!parse_name(e->d_name, &pos)) continue;
        if (*n == cap) {
            *out = memcpy(ARENA_ARRAY(ctx->arena, uint64_t, cap * 2), *out, cap * sizeof **out);
            cap *= 2;
        }
        (*out)[(*n)++] = pos;
    }
    closedir(d);
    qsort(*out, *n, sizeof **out, descending);
    return RC_OK;
}

Rc state_file_read(Ctx *ctx, const char *dir, uint64_t pos, StateFile *out)
{
    char name[NAME_MAX_LEN];
    Str s = STR_NONE;
    file_name(pos, name);
    TRY(wire_read_file(ctx, dir, name, magic, &s));
    WireIn w = wire_in(s);
    out->pos = wire_get(&w, 8);
    out->nlanes = wire_get(&w, 4);
    if (out->nlanes > 256) w.bad = true;
    out->lanes = ARENA_ARRAY(ctx->arena, Str, w.bad ? 1 : out->nlanes + 1);
    for (size_t i = 0; !w.bad && i < out->nlanes; i++) out->lanes[i] = wire_get_bytes(&w, wire_get(&w, 8));
    out->active = wire_get_bytes(&w, wire_get(&w, 8));
    if (w.bad || w.p != w.end || out->pos != pos)
        return FAIL(ctx, RC_SYNTAX, "intake.damaged", "文件 %s 已损坏", "the file %s is damaged", name);
    return RC_OK;
}

void state_file_prune(Ctx *ctx, const char *dir, size_t keep)
{
    uint64_t *list;
    size_t n;
    if (state_file_list(ctx, dir, &list, &n) < 0) return;
    for (size_t i = keep; i < n; i++) {
        char name[NAME_MAX_LEN], path[PATH_LEN];
        file_name(list[i], name);
        snprintf(path, sizeof path, "%s/%s", dir, name);
        unlink(path);
    }
}
