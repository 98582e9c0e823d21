/* Dictionaries: codes with labels in both languages and validity dates, kept in one table and edited like any
 * record, read from memory. What the modules declare is put in once for each code and never overwritten
 * afterwards: an archived or changed entry stays as people made it. Labels handed out live as long as the
 * kernel, so they are kept in a pool that only grows by what is edited. */
#include "base/clock.h"
#include "base/log.h"
#include "base/snapshot.h"
#include "kernel_int.h"
#include "kernel_queries_sql.h"
#include <stdlib.h>

typedef struct DictRow {
    Str dict, code;
    const char *label[LANG_COUNT];
    Str parent, extra;
    int64_t from, to; /* TIME_NONE: open */
} DictRow;

typedef struct DictSnap {
    Arena *arena;
    DictRow *rows;
    size_t n;
    StrMap *by_key;
} DictSnap;

struct DictStore {
    SnapshotSlot *slot;
    pthread_mutex_t lock; /* the pool */
    StrMap *pool;
    Arena *arena;
    const char **labels;
    size_t n, cap;
};

static void snap_free(void *p)
{
    DictSnap *s = p;
    strmap_free(&s->by_key);
    Arena *a = s->arena;
    arena_free(&a);
}

DictStore *dict_store_new(void)
{
    DictStore *s = calloc(1, sizeof *s);
    ENSURE(s);
    s->slot = snapshot_new(snap_free);
    s->arena = arena_new(0);
    s->pool = strmap_new(1024);
    pthread_mutex_init(&s->lock, NULL);
    return s;
}

void dict_store_free(DictStore **sp)
{
    DictStore *s = *sp;
    if (!s) return;
    snapshot_free(&s->slot);
    strmap_free(&s->pool);
    arena_free(&s->arena);
    free(s->labels);
    pthread_mutex_destroy(&s->lock);
    free(s);
    *sp = NULL;
}

static const char *intern(DictStore *s, Str text)
{
    pthread_mutex_lock(&s->lock);
    uint32_t i = strmap_get(s->pool, text);
    if (i == STRMAP_NONE) {
        if (s->n == s->cap) {
            s->cap = s->cap ? 2 * s->cap : 256;
            s->labels = realloc(s->labels, s->cap * sizeof *s->labels);
            ENSURE(s->labels);
        }
        i = (uint32_t)s->n++;
        s->labels[i] = str_z(s->arena, text);
        strmap_put(s->pool, text, i);
    }
    const char *z = s->labels[i];
    pthread_mutex_unlock(&s->lock);
    return z;
}

/* ---- Loading ---- */

static DictRow row_of(DictStore *store, Ctx *own, const DbCursor *c)
{
    Str zh = db_str(c, Q_DICT_ALL_LABEL_ZH), en = db_str(c, Q_DICT_ALL_LABEL_EN);
    DictRow r = {.dict = db_str_copy(own, c, Q_DICT_ALL_DICT),
                 .code = db_str_copy(own, c, Q_DICT_ALL_CODE),
                 .parent = db_str_copy(own, c, Q_DICT_ALL_PARENT),
                 .extra = db_str_copy(own, c, Q_DICT_ALL_EXTRA),
                 .from = db_time(c, Q_DICT_ALL_VALID_FROM),
                 .to = db_time(c, Q_DICT_ALL_VALID_TO)};
    r.label[LANG_ZH] = intern(store, zh);
    r.label[LANG_EN] = en.n ? intern(store, en) : r.label[LANG_ZH];
    return r;
}

static Str key_of(Arena *a, Str dict, Str code)
{
    return str_printf(a, "%.*s:%.*s", STR_ARG(dict), STR_ARG(code));
}

static void add_row(DictSnap *s, size_t *cap, DictRow row)
{
    if (s->n == *cap) {
        DictRow *bigger = ARENA_ARRAY(s->arena, DictRow, *cap ? 2 * *cap : 512);
        if (s->n) memcpy(bigger, s->rows, s->n * sizeof row);
        s->rows = bigger;
        *cap = *cap ? 2 * *cap : 512;
    }
    s->rows[s->n++] = row;
}

static Rc read_rows(Ctx *ctx, Kernel *k, Db *db, DictSnap *s)
{
    DbCursor *c;
    TRY(db_query(ctx, db, &q_dict_all, DB_NO_ARGS, &c));
    Ctx own;
    ctx_init(&own, s->arena, ctx->lang);
    size_t cap = 0;
    Rc rc;
    while ((rc = db_next(ctx, c)) > 0) add_row(s, &cap, row_of(k->dicts, &own, c));
    db_close(&c);
    return rc;
}

Rc dict_load(Ctx *ctx, Kernel *k)
{
    Arena *a = arena_new(0);
    DictSnap *s = ARENA_NEW(a, DictSnap);
    s->arena = a;
    Db *db;
    Rc rc = db_take_read(ctx, k->pool, &db);
    if (!rc) {
        rc = read_rows(ctx, k, db, s);
        db_done(ctx, &db);
    }
    if (rc < 0) {
        arena_free(&a);
        return rc;
    }
    s->by_key = strmap_new(s->n + 1);
    for (size_t i = 0; i < s->n; i++)
        strmap_put(s->by_key, key_of(a, s->rows[i].dict, s->rows[i].code), (uint32_t)i);
    snapshot_publish(k->dicts->slot, s);
    return 0;
}

/* ---- Asking ---- */

static bool is_valid(const DictRow *r, int64_t now)
{
    return (r->from == TIME_NONE || r->from <= now) && (r->to == TIME_NONE || now < r->to);
}

/* The key is made on the stack for the usual short ones. */
static const DictRow *find(const DictSnap *s, const char *dict, Str code)
{
    char small[128];
    size_t dict_n = strlen(dict), n = dict_n + 1 + code.n;
    if (!s || n > sizeof small) return NULL;
    memcpy(small, dict, dict_n);
    small[dict_n] = ':';
    if (code.n) memcpy(small + dict_n + 1, code.p, code.n);
    uint32_t i = strmap_get(s->by_key, str_n(small, n));
    return i == STRMAP_NONE ? NULL : &s->rows[i];
}

bool dict_has(Kernel *k, const char *dict, Str code)
{
    DictSnap *s = snapshot_take(k->dicts->slot);
    const DictRow *r = find(s, dict, code);
    bool has = r && is_valid(r, clock_now());
    snapshot_release(k->dicts->slot, s);
    return has;
}

const char *dict_label(Kernel *k, const char *dict, Str code, Lang lang)
{
    DictSnap *s = snapshot_take(k->dicts->slot);
    const DictRow *r = find(s, dict, code);
    const char *label = r && is_valid(r, clock_now()) ? r->label[lang] : NULL;
    snapshot_release(k->dicts->slot, s);
    return label;
}

Str dict_extra(Ctx *ctx, Kernel *k, const char *dict, Str code)
{
    DictSnap *s = snapshot_take(k->dicts->slot);
    const DictRow *r = find(s, dict, code);
    Str extra = r && is_valid(r, clock_now()) && r->extra.n ? str_copy(ctx->arena, r->extra) : STR_NONE;
    snapshot_release(k->dicts->slot, s);
    return extra;
}

static void write_entry(const DictRow *r, JsonOut *o)
{
    jout_open(o);
    jout_ks(o, "code", r->code);
    jout_text(o, "label", (Text){r->label[LANG_ZH], r->label[LANG_EN]});
    jout_key(o, "parent");
    if (r->parent.n) jout_str(o, r->parent);
    else jout_null(o);
    jout_key(o, "extra");
    if (r->extra.n) jout_raw(o, r->extra);
    else jout_null(o);
    jout_close(o);
}

void dict_write_all(Kernel *k, JsonOut *o)
{
    int64_t now = clock_now();
    DictSnap *s = snapshot_take(k->dicts->slot);
    jout_open(o);
    for (size_t d = 0; d < k->decl->ndicts; d++) {
        const Dict *dict = k->decl->dicts[d];
        jout_key(o, dict->name);
        jout_open(o);
        jout_text(o, "title", dict->title);
        jout_key(o, "entries");
        jout_open_array(o);
        for (size_t i = 0; s && i < s->n; i++)
            if (str_is(s->rows[i].dict, dict->name) && is_valid(&s->rows[i], now))
                write_entry(&s->rows[i], o);
        jout_close_array(o);
        jout_close(o);
    }
    jout_close(o);
    snapshot_release(k->dicts->slot, s);
}

/* ---- The entity ---- */

static const Field entry_fields[] = {
    {.name = "key",
     .type = F_TEXT,
     .flags = F_UNIQUE | F_READONLY | F_SORT,
     .max = 128,
     .label = T("键", "Key")},
    {.name = "dict",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_SORT | F_LIST,
     .max = 40,
     .label = T("字典", "Dictionary")},
    {.name = "code",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_SORT | F_SEARCH | F_LIST,
     .max = 80,
     .label = T("代码", "Code")},
    {.name = "label_zh",
     .type = F_TEXT,
     .flags = F_REQUIRED | F_SORT | F_SEARCH | F_LIST,
     .max = 200,
     .label = T("中文名称", "Chinese label")},
    {.name = "label_en",
     .type = F_TEXT,
     .flags = F_SEARCH | F_LIST,
     .max = 200,
     .label = T("英文名称", "English label")},
    {.name = "parent",
     .type = F_TEXT,
     .flags = F_FILTER | F_LIST,
     .max = 80,
     .label = T("上级代码", "Parent code")},
    {.name = "extra", .type = F_JSON, .label = T("附加数据", "Further data")},
    {.name = "position",
     .type = F_INT,
     .flags = F_SORT,
     .min = 0,
     .max = 1000000,
     .fallback = "100000",
     .label = T("次序", "Position")},
    {.name = "valid_from", .type = F_TIME, .flags = F_FILTER | F_SORT, .label = T("生效时间", "Valid from")},
    {.name = "valid_to", .type = F_TIME, .flags = F_FILTER | F_SORT, .label = T("失效时间", "Valid to")},
};

static Rc validate_entry(Work *w, const Entity *e, const Record *old, Record *rec)
{
    Str name = rec_text(e, rec, "dict"), code = rec_text(e, rec, "code");
    const Dict *dict = decl_dict(w->kernel->decl, name);
    rec_set(e, rec, "key", db_val_text(key_of(w->ctx->arena, name, code)));
    if (!old && !dict)
        FAIL_FIELD(w->ctx, "dict", "reference", 0, "没有字典“%.*s”", "there is no dictionary \"%.*s\"",
                   STR_ARG(name));
    if (!old && dict && dict->fixed && w->who)
        FAIL_FIELD(w->ctx, "dict", "readonly", 0, "字典“%s”的代码由程序确定，只能修改名称",
                   "the codes of \"%s\" belong to the program, only labels may be changed",
                   text_in(dict->title, w->ctx->lang));
    int64_t from = rec_time(e, rec, "valid_from"), to = rec_time(e, rec, "valid_to");
    if (from != TIME_NONE && to != TIME_NONE && to <= from)
        FAIL_FIELD(w->ctx, "valid_to", "range", 0, "失效时间应晚于生效时间",
                   "valid_to must be later than valid_from");
    return w->ctx->err.kind;
}

/* An entry of a fixed dictionary is neither archived nor given an end. */
static Rc entry_changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    const Dict *dict = decl_dict(w->kernel->decl, rec_text(e, rec, "dict"));
    bool ends = rec->archived_at != TIME_NONE || rec_time(e, rec, "valid_to") != TIME_NONE ||
                rec_time(e, rec, "valid_from") != TIME_NONE;
    if (!dict || !dict->fixed || !ends || !old) return 0;
    return FAIL(w->ctx, RC_STATE, "dict.fixed", "字典“%s”的代码由程序使用，不能停用",
                "the program uses the codes of \"%s\", they cannot end", text_in(dict->title, w->ctx->lang));
}

static void entries_committed(Kernel *k, const Entity *e)
{
    (void)e;
    Arena *a = arena_new(0);
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    if (dict_load(&ctx, k) < 0) log_err(LOG_ERROR, "kernel", &ctx);
    arena_free(&a);
}

const Entity dict_entries_entity = {
    .name = "dict-entry",
    .plural = "dict-entries",
    .title = T("字典条目", "Dictionary entries"),
    .icon = T("", "book"),
    .fields = entry_fields,
    .nfields = ARRAY_LEN(entry_fields),
    .read_perm = "dict.read",
    .write_perm = "dict.write",
    .code_field = "key",
    .title_field = "label_zh",
    .sort = "key",
    .scope = {.kind = SCOPE_OPEN},
    .validate = validate_entry,
    .changed = entry_changed,
    .committed = entries_committed,
};

/* ---- Seeding ---- */

static Rc seed_entry(Work *w, const Dict *d, size_t at)
{
    const DictEntry *entry = &d->entries[at];
    const Entity *e = &dict_entries_entity;
    DbCursor *c;
    Rc rc =
        db_query_one(w->ctx, w->db, &q_dict_seed_find, DB_ARGS(db_val_z(d->name), db_val_z(entry->code)), &c);
    if (rc) {
        if (rc > 0) db_close(&c);
        return rc < 0 ? rc : 0;
    }
    Record *rec = rec_new(w->ctx, e);
    rec_set(e, rec, "dict", db_val_z(d->name));
    rec_set(e, rec, "code", db_val_z(entry->code));
    rec_set(e, rec, "label_zh", db_val_z(entry->label.zh));
    rec_set(e, rec, "label_en", db_val_z(entry->label.en));
    rec_set(e, rec, "position", db_val_i64((int64_t)at + 1));
    if (entry->parent) rec_set(e, rec, "parent", db_val_z(entry->parent));
    if (entry->extra) rec_set(e, rec, "extra", db_val_json(str_of(entry->extra)));
    rc = store_insert(w, e, rec);
    if (rc == RC_CONFLICT) ctx_clear(w->ctx); /* somebody made it by hand before the program knew it */
    else TRY(rc);
    rc = db_exec(w->ctx, w->db, &q_dict_seed_add, DB_ARGS(db_val_z(d->name), db_val_z(entry->code)));
    return rc < 0 ? rc : 0;
}

Rc dict_seed(Work *w)
{
    const Decl *d = w->kernel->decl;
    for (size_t i = 0; i < d->ndicts; i++)
        for (size_t j = 0; j < d->dicts[i]->nentries; j++) TRY(seed_entry(w, d->dicts[i], j));
    return 0;
}
