/* Is a backup what it was when it was made? Every listed file is read and hashed; a file that is not listed
 * is a finding too. */
#include "backup_int.h"
#include <stdlib.h>

typedef struct Extra {
    Entry *e;
    size_t n;
    StrBuf *findings;
    int64_t found;
} Extra;

static int by_path(const void *a, const void *b)
{
    Str x = ((const Entry *)a)->path, y = ((const Entry *)b)->path;
    int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return c ? c : (x.n > y.n) - (x.n < y.n);
}

/* Marks what is listed: only plain files in plain folders are met, no link, pipe or device is opened. */
static Rc meet(Ctx *ctx, void *ud, const char *name)
{
    Extra *x = ud;
    Entry key = {.path = str_of(name)};
    if (strcmp(name, BACKUP_HEAD) == 0 || strcmp(name, BACKUP_LIST) == 0) return RC_OK;
    Entry *known = bsearch(&key, x->e, x->n, sizeof key, by_path);
    if (known) {
        known->met = true;
        return RC_OK;
    }
    buf_printf(x->findings, "%s: %s\n", name,
               text_in((Text)T("不在清单中", "is not in the list"), ctx->lang));
    x->found++;
    return RC_OK;
}

static const Text missing = T("缺失", "is missing"), twice = T("重复列出", "is listed twice"),
                  longer = T("长度不符", "has a wrong length"),
                  changed = T("内容与校验值不符", "its content is not what its hash says");

static Rc check_entry(Ctx *ctx, const char *dir, const Entry *e, StrBuf *findings, int64_t *found)
{
    Copied c;
    const Text *what = NULL;
    c = (Copied){.gone = !e->met};
    if (e->met) TRY(backup__copy(ctx, arena_printf(ctx->arena, "%s/%.*s", dir, STR_ARG(e->path)), NULL, &c));
    if (c.gone) what = &missing;
    else if (c.bytes != e->bytes) what = &longer;
    else if (memcmp(c.sm3, e->sm3, SM3_BYTES) != 0) what = &changed;
    if (!what) return RC_OK;
    buf_printf(findings, "%.*s: %s\n", STR_ARG(e->path), text_in(*what, ctx->lang));
    ++*found;
    return RC_OK;
}

Rc backup_verify(Ctx *ctx, const char *dir, StrBuf *findings, BackupInfo *out)
{
    Entry *e;
    size_t n;
    TRY(list_read(ctx, dir, findings, out, &e, &n));
    if (n) qsort(e, n, sizeof *e, by_path);
    Extra x = {e, n, findings, 0};
    TRY(backup__walk(ctx, dir, meet, &x));
    for (size_t i = 0; i < n; i++) {
        if (i && by_path(&e[i - 1], &e[i]) == 0) {
            buf_printf(findings, "%.*s: %s\n", STR_ARG(e[i].path), text_in(twice, ctx->lang));
            x.found++;
            continue;
        }
        Rc rc = check_entry(ctx, dir, &e[i], findings, &x.found);
        if (rc == RC_IO) { /* a place the disk cannot read is damage of that file */
            buf_printf(findings, "%.*s: %s\n", STR_ARG(e[i].path), ctx->err.message);
            ctx_clear(ctx);
            x.found++;
        } else if (rc < 0) return rc;
    }
    if (x.found == 0) return RC_OK;
    return FAIL(ctx, RC_INVALID, "backup.damaged", "备份已损坏：%lld 处，见上",
                "the backup is damaged: %lld findings above", (long long)x.found);
}
