/* The adapter to libzip: the only file that includes zip.h. It reads and never writes. A small archive may
 * unpack to terabytes, so what comes out is counted over all members and reading ends at the limit; what the
 * directory claims about sizes is not believed. */
#include "sheet/zipfile.h"
#include <zip.h>

#define MAX_MEMBERS 10000

struct ZipFile {
    zip_t *zip;
    zip_file_t *member;
    uint64_t left;
    bool over;
};

static void close_member(ZipFile *z)
{
    if (z->member) zip_fclose(z->member);
    z->member = NULL;
}

static void close_zip(void *arg)
{
    ZipFile *z = arg;
    close_member(z);
    if (z->zip) zip_discard(z->zip);
    z->zip = NULL;
}

static Rc fail_damaged(Ctx *ctx, const char *what)
{
    Rc rc = FAIL(ctx, RC_SYNTAX, "sheet.damaged", "文件已损坏，不是完整的 xlsx 工作簿",
                 "the file is damaged: not a complete xlsx workbook");
    ctx_cause(ctx, "zip: %s", what);
    return rc;
}

Rc zipfile_open(Ctx *ctx, Str content, uint64_t limit, ZipFile **out)
{
    ZipFile *z = ARENA_NEW(ctx->arena, ZipFile);
    zip_error_t err;
    zip_error_init(&err);
    zip_source_t *src = zip_source_buffer_create(content.p, content.n, 0, &err);
    if (src) {
        z->zip = zip_open_from_source(src, ZIP_RDONLY, &err);
        if (!z->zip) zip_source_free(src);
    }
    if (!z->zip) {
        Rc rc = fail_damaged(ctx, zip_error_strerror(&err));
        zip_error_fini(&err);
        return rc;
    }
    zip_error_fini(&err);
    z->left = limit;
    arena_defer(ctx->arena, close_zip, z);
    if (zip_get_num_entries(z->zip, 0) > MAX_MEMBERS) return fail_damaged(ctx, "too many members");
    *out = z;
    return 0;
}

const char *zipfile_name(const ZipFile *z, size_t i)
{
    return zip_get_name(z->zip, i, ZIP_FL_ENC_GUESS);
}

Rc zipfile_member(Ctx *ctx, ZipFile *z, const char *name)
{
    close_member(z);
    zip_int64_t at = zip_name_locate(z->zip, name, ZIP_FL_NOCASE | ZIP_FL_ENC_GUESS);
    if (at < 0) return 0;
    z->member = zip_fopen_index(z->zip, (zip_uint64_t)at, 0);
    if (!z->member) return fail_damaged(ctx, zip_strerror(z->zip));
    return 1;
}

long zipfile_read(void *ud, char *buf, size_t max)
{
    ZipFile *z = ud;
    if (!z->member) return -1;
    zip_int64_t n = zip_fread(z->member, buf, max);
    if (n < 0) return -1;
    if ((uint64_t)n > z->left) {
        z->over = true;
        return -1;
    }
    z->left -= (uint64_t)n;
    return (long)n;
}

bool zipfile_over(const ZipFile *z)
{
    return z->over;
}
