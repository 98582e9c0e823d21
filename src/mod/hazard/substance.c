/* Substances of a unit: what is typed is which and how many tonnes, all else follows. Each change grades the
 * unit anew in the same transaction; what is filed is not changed but revised first. */
#include "hazard_private.h"

#define ROOM T("", "")
#define FIGURE(name, zh, en, unit)                                                                           \
    {                                                                                                        \
        name, F_REAL, F_READONLY | F_LIST, NULL, 0, 0, T(zh, en), ROOM, unit, "assessment", NULL             \
    }
static const Field fields[] = {
    {"hazard", F_REF, F_REQUIRED | F_CREATE_ONLY | F_FILTER | F_LIST | F_INDEX, "major-hazards", 0, 0,
     T("重大危险源", "Major hazard source"), ROOM, NULL, "basic", NULL},
    {"title", F_TEXT, F_READONLY | F_LIST, NULL, 0, 200, T("物质", "Substance"), ROOM, NULL, "basic", NULL},
    {"cas", F_TEXT, F_SEARCH, NULL, 0, 20, T("CAS 号", "CAS number"),
     T("CAS 号、名称、类别三者填一项", "one of CAS number, name and category"), NULL, "basic", NULL},
    {"name", F_TEXT, F_SEARCH, NULL, 0, 100, T("名称", "Name"),
     T("标准名称、别名或分子式", "the standard's name, an alias or the formula"), NULL, "basic", NULL},
    {"category", F_TEXT, 0, NULL, 0, 10, T("危险性类别", "Category"), T("如 W5.3", "such as W5.3"), NULL,
     "basic", NULL},
    {"row", F_INT, 0, NULL, 1, 85, T("表 1 序号", "Row of table 1"),
     T("同一 CAS 号在表 1 有多行时填写", "where table 1 has several rows of a CAS number"), NULL, "basic",
     NULL},
    {"tonnes", F_REAL, F_REQUIRED | F_SORT | F_LIST, NULL, 0, 1e9, T("设计最大量", "Design maximum"), ROOM,
     "t", "basic", NULL},
    FIGURE("critical_t", "临界量 Q", "Critical quantity Q", "t"),
    FIGURE("share", "q/Q", "q/Q", NULL),
    FIGURE("beta", "校正系数 β", "β", NULL),
    FIGURE("weighted", "β·q/Q", "β·q/Q", NULL),
};

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    if (w->ctx->err.kind || rec_val(e, rec, "tonnes")->type == DB_NULL) return w->ctx->err.kind;
    return hazard_weigh(w, rec);
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    Record *hazard;
    (void)old;
    TRY(store_get(w, HE, rec_i64(e, rec, "hazard"), &hazard));
    if (!str_is(rec_text(HE, hazard, "state"), "draft"))
        return FAIL(w->ctx, RC_STATE, "hazard.filed", "已申报的重大危险源须先退回修订",
                    "what was handed in or filed is revised first");
    return store_update(w, HE, rec_copy(w->ctx, HE, hazard), hazard, "graded");
}

const Entity substance_entity = {
    .name = "hazard-substance",
    .plural = "hazard-substances",
    .title = T("危险源物质", "Substances of hazard sources"),
    .icon = T("", "list"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "hazard.read",
    .write_perm = "hazard.write",
    .title_field = "title",
    .sort = "-tonnes",
    .validate = validate,
    .changed = changed,
    .scope = {.kind = SCOPE_VIA, .via = "hazard"},
};
