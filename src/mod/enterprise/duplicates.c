/* GET /api/bodies/duplicates: entries of the register that may be one enterprise. A credit code is unique
 * already, so what is left is a name written otherwise: the words that say nothing (company, limited, the
 * city) are taken off, the names of a district are sorted by what remains, and each is compared with those
 * that follow it by pairs of characters. A name that differs in its first characters is not found so. */
#include "enterprise_private.h"
#include "mod_enterprise_queries_sql.h"
#include "mod/danger_words.h"
#include <stdlib.h>

enum { BODIES_MOST = 30000, TWINS_MOST = 200, WINDOW = 12, LIKE = 80 };

typedef struct Name {
    int64_t id, district;
    Str code, name, core;
} Name;

/* Full-width letters, figures and brackets (U+FF01 to U+FF5E, the blank U+3000) as their plain ones, small.
 */
static Str half_width(Arena *a, Str s)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < s.n; i++) {
        const unsigned char *p = (const unsigned char *)s.p + i;
        bool wide = i + 2 < s.n && p[0] == 0xEF && (p[1] == 0xBC || p[1] == 0xBD) && p[2] >= 0x80;
        int c = wide ? ((p[1] & 0x3F) << 6 | (p[2] & 0x3F)) - 0xF00 + 0x20 : p[0];
        bool blank = i + 2 < s.n && p[0] == 0xE3 && p[1] == 0x80 && p[2] == 0x80;
        if (blank) c = ' ';
        if (wide && (c < 0x21 || c > 0x7E)) wide = false, c = p[0];
        buf_addc(&b, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
        if (wide || blank) i += 2;
    }
    return buf_str(&b);
}

/* Words that many names share; what is left tells them apart. */
static Str core_of(Arena *a, Str name)
{
    static const char *const empty[] = {"有限责任公司", "股份有限公司", "有限公司", "集团", "公司",
                                        "（",           "）",           "(",        ")",    " ",
                                        "市",           "区",           "县"};
    StrBuf b;
    buf_init(&b, a);
    name = half_width(a, name);
    while (name.n) {
        size_t skip = 0;
        for (size_t i = 0; i < ARRAY_LEN(empty) && !skip; i++)
            if (str_starts(name, str_of(empty[i]))) skip = strlen(empty[i]);
        if (!skip) buf_addc(&b, name.p[0]);
        name = str_n(name.p + (skip ? skip : 1), name.n - (skip ? skip : 1));
    }
    return buf_str(&b);
}

static int by_core(const void *a, const void *b)
{
    const Name *x = a, *y = b;
    if (x->district != y->district) return x->district < y->district ? -1 : 1;
    return str_cmp(x->core, y->core);
}

static Rc read_names(Work *w, Name *names, size_t *n)
{
    DbCursor *c;
    Rc rc;
    *n = 0;
    TRY(scope_query(w, &q_enterprise_names, DB_ARGS(db_val_i64(BODIES_MOST)), &c));
    while ((rc = db_next(w->ctx, c)) > 0 && *n < BODIES_MOST)
        names[(*n)++] = (Name){.id = db_i64(c, 0),
                               .district = db_i64(c, 1),
                               .code = db_str_copy(w->ctx, c, 2),
                               .name = db_str_copy(w->ctx, c, 3)};
    db_close(&c);
    for (size_t i = 0; i < *n; i++) names[i].core = core_of(w->ctx->arena, names[i].name);
    return rc;
}

static void write_twin(Work *w, const Name *a, const Name *b, int score, JsonOut *out)
{
    bool en = w->ctx->lang == LANG_EN;
    jout_open(out);
    jout_kid(out, "id", a->id);
    jout_ks(out, "code", a->code);
    jout_ks(out, "name", a->name);
    jout_kid(out, "other_id", b->id);
    jout_ks(out, "other_code", b->code);
    jout_ks(out, "other_name", b->name);
    jout_ki(out, "score", score);
    jout_kz(out, "why",
            arena_printf(w->ctx->arena, en ? "names alike %d %%, same district" : "名称相似 %d%%，同一区划",
                         score));
    jout_close(out);
}

Rc enterprise_duplicates(Req *req, Res *res)
{
    Work w;
    size_t n, found = 0;
    TRY(work_begin(req, false, &w));
    Name *names = arena_alloc(w.ctx->arena, BODIES_MOST * sizeof *names);
    TRY(read_names(&w, names, &n));
    qsort(names, n, sizeof *names, by_core);
    JsonOut *out = res_json(req, res);
    jout_open(out);
    jout_key(out, "items");
    jout_open_array(out);
    for (size_t i = 0; i < n && found < TWINS_MOST; i++)
        for (size_t j = i + 1; j < n && j <= i + WINDOW && found < TWINS_MOST; j++) {
            if (names[i].district != names[j].district) break;
            int score = (int)(danger_words_alike(names[i].core, names[j].core) * 100);
            if (score < LIKE) continue;
            write_twin(&w, &names[i], &names[j], score, out);
            found++;
        }
    jout_close_array(out);
    jout_close(out);
    return RC_OK;
}
