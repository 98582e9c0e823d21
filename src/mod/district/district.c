/* Districts: codes after GB/T 2260 and its extension (GB/T 10114): 6 digits down to the county, 9 to the town
 * or street, 12 to the village or community, 15 to the grid cell (网格) under it. The level follows from the
 * code, so it is filled in when left out and refused when it contradicts. */
#include "mod/district.h"

#define NAME_CHARS 100

static const DictEntry levels[] = {
    {"province", T("省级", "Province"), NULL, NULL}, {"city", T("地级", "Prefecture"), NULL, NULL},
    {"county", T("县级", "County"), NULL, NULL},     {"town", T("乡级", "Town"), NULL, NULL},
    {"village", T("村级", "Village"), NULL, NULL},   {"grid", T("网格", "Grid cell"), NULL, NULL},
};

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 6, 15,
     T("区划代码", "Code"),
     T("GB/T 2260 代码，6、9、12 位数字，网格 15 位",
       "GB/T 2260 code of 6, 9 or 12 digits; 15 for a grid cell"),
     NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, NAME_CHARS,
     T("名称", "Name"), T("", ""), NULL, "basic", NULL},
    {"level", F_ENUM, F_FILTER | F_LIST, "district_level", 0, 0, T("级别", "Level"),
     T("不填时按代码确定", "follows from the code when left out"), NULL, "basic", NULL},
    {"parent", F_REF, F_FILTER | F_LIST, "districts", 0, 0, T("上级区划", "Parent"), T("", ""), NULL, "basic",
     NULL},
    {"path", F_TEXT, F_READONLY | F_INDEX, NULL, 0, 200, T("区划路径", "Path"), T("", ""), NULL, "basic",
     NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 500, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

static bool all_digits(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9') return false;
    return true;
}

/* NULL: no district code. */
static const char *level_of(Str code)
{
    if (!all_digits(code)) return NULL;
    if (code.n == 15) return "grid";
    if (code.n == 12) return "village";
    if (code.n == 9) return "town";
    if (code.n != 6) return NULL;
    if (str_ends(code, STR("0000"))) return "province";
    return str_ends(code, STR("00")) ? "city" : "county";
}

/* The snapshots of points and vehicles hold paths and names. */
static void committed(Kernel *k, const Entity *e)
{
    static const char *const plurals[] = {"points", "vehicles"};
    (void)e;
    for (size_t i = 0; i < ARRAY_LEN(plurals); i++) {
        const Entity *other = kernel_entity(k, plurals[i]);
        if (other && other->committed) other->committed(k, other);
    }
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    return tree_moved(w, e, old, rec);
}

/* A grid cell lies in the village whose code begins its own. */
static Rc check_cell(Work *w, const Entity *e, const Record *rec)
{
    enum { VILLAGE_DIGITS = 12 };
    Record *parent = NULL;
    int64_t up = rec_i64(e, rec, "parent");
    if (up) TRY(store_get(w, e, up, &parent));
    Str code = rec_text(e, rec, "code"), above = parent ? rec_text(e, parent, "code") : STR_NONE;
    if (above.n == VILLAGE_DIGITS && str_starts(code, above)) return 0;
    return FAIL_FIELD(w->ctx, "parent", "contradiction", 0, "网格的上级应为代码前 12 位所示的村或社区",
                      "a grid cell's parent is the village of its code's first 12 digits");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    const char *level = level_of(rec_text(e, rec, "code"));
    if (!level)
        return FAIL_FIELD(w->ctx, "code", "format", 0, "区划代码应为 6、9、12 或 15 位数字",
                          "the code must be 6, 9, 12 or 15 digits");
    Str given = rec_text(e, rec, "level");
    if (given.n == 0) rec_set(e, rec, "level", db_val_z(level));
    else if (!str_is(given, level))
        FAIL_FIELD(w->ctx, "level", "contradiction", 0, "级别与区划代码不符",
                   "the level contradicts the code");
    Rc rc = tree_place(w, e, "code", rec);
    if (rc >= 0 && !strcmp(level, "grid")) rc = check_cell(w, e, rec);
    return rc < 0 ? rc : w->ctx->err.kind;
}

const Entity district_entity = {
    .name = "district",
    .plural = "districts",
    .title = T("行政区划", "Districts"),
    .icon = T("", "map"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "district.read",
    .write_perm = "district.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .searched = true,
    .scope = {.kind = SCOPE_OPEN, .named = true},
    .validate = validate,
    .changed = changed,
    .committed = committed,
};

static const Entity *const entities[] = {&district_entity};
static const Perm perms[] = {
    {"district.read", T("查看行政区划", "See districts"),
     "watch office dept town inspector enterprise leader system security audit grid"},
    {"district.write", T("维护行政区划", "Change districts"), "office system"},
};
static const Dict dicts[] = {
    {"district_level", T("区划级别", "District levels"), levels, ARRAY_LEN(levels), true},
};

const Module mod_district = {
    .name = "district",
    .title = T("行政区划", "Districts"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
};
