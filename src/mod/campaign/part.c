/* A part: what one body assesses. Its figures are counted by the program when the part is made, on request
 * and, for good, when it is submitted; the texts are the body's. Each submission is kept as a version, so
 * that a returned part shows what was changed. */
#include "campaign_private.h"
#include "base/clock.h"

#define RO   F_READONLY
#define ROOM T("", "")
#define NUMBER(name, zh, en, flags)                                                                          \
    {                                                                                                        \
        name, F_INT, RO | (flags), NULL, 0, 1e9, T(zh, en), ROOM, NULL, "assessment", NULL                   \
    }
#define WORDS(name, zh, en, help_zh, help_en)                                                                \
    {                                                                                                        \
        name, F_TEXT, RO | F_LONG, NULL, 0, 4000, T(zh, en), T(help_zh, help_en), NULL, "response", NULL     \
    }
static const Field fields[] = {
    {"code", F_TEXT, RO | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120, T("编号", "Code"),
     ROOM, NULL, "basic", NULL},
    {"title", F_TEXT, RO | F_SEARCH | F_LIST, NULL, 2, 240, T("名称", "Title"), ROOM, NULL, "basic", NULL},
    {"campaign", F_REF, RO | F_FILTER | F_INDEX, "risk-campaigns", 0, 0, T("所属评估", "Campaign"), ROOM,
     NULL, "basic", NULL},
    {"state", F_ENUM, RO | F_FILTER | F_SORT | F_LIST | F_INDEX, "campaign_part_state", 0, 0,
     T("状态", "State"), ROOM, NULL, "basic", NULL},
    {"role", F_ENUM, RO | F_FILTER | F_LIST, "campaign_role", 0, 0, T("填报范围", "Assesses"), ROOM, NULL,
     "basic", NULL},
    {"body", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("填报单位", "Assessed by"), ROOM,
     NULL, "basic", NULL},
    {"reviewer", F_REF, RO | F_FILTER, "bodies", 0, 0, T("复核单位", "Reviewed by"), ROOM, NULL, "basic",
     NULL},
    {"district", F_REF, RO | F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("评估区域", "Area"), ROOM,
     NULL, "basic", NULL},
    {"industries", F_TEXT, RO, NULL, 0, 500, T("评估行业", "Industries"), ROOM, NULL, "basic", NULL},
    {"due_at", F_TIME, RO | F_FILTER | F_SORT | F_LIST, NULL, 0, 0, T("填报截止", "Due"), ROOM, NULL, "basic",
     NULL},
    NUMBER("red", "重大风险（红）", "Major (red)", F_LIST),
    NUMBER("orange", "较大风险（橙）", "Considerable (orange)", F_LIST),
    NUMBER("yellow", "一般风险（黄）", "General (yellow)", F_LIST),
    NUMBER("blue", "低风险（蓝）", "Low (blue)", F_LIST),
    NUMBER("ungraded", "未评级", "Not graded", 0),
    NUMBER("units", "风险单元", "Risk units", F_LIST),
    NUMBER("overdue", "逾期未重新评估", "Re-assessment overdue", 0),
    {"counted_at", F_TIME, RO, NULL, 0, 0, T("统计时间", "Counted"), ROOM, NULL, "assessment", NULL},
    {"query", F_TEXT, RO | F_INNER, NULL, 0, 4000, T("统计条件", "Counted list"), ROOM, NULL, "assessment",
     NULL},
    {"top", F_JSON, RO | F_INNER, NULL, 0, 65536, T("主要风险", "Top risks"), ROOM, NULL, "assessment", NULL},
    WORDS("situation", "风险状况", "Situation", "辨识排查情况、总体判断",
          "what was looked at, the judgement"),
    WORDS("top_text", "主要风险说明", "Top risks in words", "", ""),
    WORDS("changes", "与上次相比的变化", "Changes since the last one", "", ""),
    WORDS("measures", "管控措施", "Measures", "", ""),
    {"before", F_REF, RO, "campaign-parts", 0, 0, T("上次填报", "The one before"), ROOM, NULL, "basic", NULL},
    {"rounds", F_INT, RO, NULL, 0, 1000, T("提交次数", "Times submitted"), ROOM, NULL, "response", "0"},
    {"submitted_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("提交时间", "Submitted"), ROOM, NULL, "response",
     NULL},
    {"submitted_by", F_TEXT, RO, NULL, 0, 100, T("提交人", "Submitted by"), ROOM, NULL, "response", NULL},
    {"accepted_at", F_TIME, RO | F_SORT, NULL, 0, 0, T("通过时间", "Accepted"), ROOM, NULL, "response", NULL},
};

/* What it was last time, and which list each figure counts. */
static void expand(Work *w, const Entity *e, const Record *rec, JsonOut *o)
{
    Record *before;
    Counts c = {.query = rec_text(e, rec, "query")};
    jout_key(o, "lists");
    jout_open(o);
    for (int i = 0; i < COUNTS && c.query.n; i++) jout_ks(o, count_names[i], campaign_list(w, &c, i));
    jout_close(o);
    jout_key(o, "was");
    if (!rec_i64(e, rec, "before") || store_get(w, e, rec_i64(e, rec, "before"), &before) < 0) {
        ctx_clear(w->ctx);
        jout_null(o);
        return;
    }
    jout_open(o);
    for (int i = 0; i < COUNTS; i++) jout_ki(o, count_names[i], rec_i64(e, before, count_names[i]));
    jout_close(o);
}

const Entity campaign_part_entity = {
    .name = "campaign-part",
    .plural = "campaign-parts",
    .title = T("安全风险评估填报", "Parts of risk assessment campaigns"),
    .icon = T("", "check"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "campaign.read",
    .code_field = "code",
    .title_field = "title",
    .sort = "code",
    .expand = expand,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "body reviewer", .line = SCOPE_ANY_LINE},
    .flow = &campaign_part_flow,
};

static const Field version_fields[] = {
    {"part", F_REF, RO | F_FILTER | F_INDEX | F_LIST, "campaign-parts", 0, 0, T("填报", "Part"), ROOM, NULL,
     "basic", NULL},
    {"round", F_INT, RO | F_SORT | F_LIST, NULL, 1, 1000, T("第几次提交", "Round"), ROOM, NULL, "basic",
     NULL},
    {"t", F_TIME, RO | F_SORT | F_LIST, NULL, 0, 0, T("提交时间", "Submitted"), ROOM, NULL, "basic", NULL},
    {"who", F_TEXT, RO | F_LIST, NULL, 0, 100, T("提交人", "Submitted by"), ROOM, NULL, "basic", NULL},
    {"content", F_JSON, RO, NULL, 0, 131072, T("提交内容", "Content"), ROOM, NULL, "basic", NULL},
};
const Entity campaign_version_entity = {
    .name = "campaign-version",
    .plural = "campaign-versions",
    .title = T("安全风险评估填报版本", "Versions of parts"),
    .icon = T("", "file"),
    .fields = version_fields,
    .nfields = ARRAY_LEN(version_fields),
    .read_perm = "campaign.read",
    .sort = "-round",
    .scope = {.kind = SCOPE_VIA, .via = "part"},
};

/* ---- Making ---- */

Rc part_count(Work *w, Record *part)
{
    Counts c;
    Str top, industries = rec_text(PE, part, "industries");
    int64_t district = rec_i64(PE, part, "district");
    TRY(campaign_count(w, district, industries, &c));
    TRY(campaign_top(w, district, industries, &top));
    for (int i = 0; i < COUNTS; i++) rec_set(PE, part, count_names[i], db_val_i64(c.n[i]));
    rec_set(PE, part, "query", c.query.n ? db_val_text(c.query) : db_val_null());
    rec_set(PE, part, "top", db_val_json(top));
    rec_set(PE, part, "counted_at", db_val_i64(w->now));
    return RC_OK;
}

/* The accepted part of the same body in the campaign before. */
static Rc find_before(Work *w, const Record *campaign, int64_t body, Record *part)
{
    SqlBuf b;
    DbCursor *c;
    if (!rec_i64(CE, campaign, "previous")) return RC_OK;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b,
            "SELECT id FROM campaign_parts WHERE archived_at IS NULL AND state = 'accepted' AND campaign = ");
    sql_arg(&b, *rec_val(CE, campaign, "previous"));
    sql_lit(&b, " AND body = ");
    sql_arg(&b, db_val_i64(body));
    sql_lit(&b, " ORDER BY id LIMIT 1");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    Rc rc = db_next(w->ctx, c);
    if (rc > 0) rec_set(PE, part, "before", db_val_i64(db_i64(c, 0)));
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

Rc part_add(Work *w, const Record *campaign, int64_t body, int64_t district, Str industries)
{
    Record *b, *part = rec_new(w->ctx, PE);
    Arena *a = w->ctx->arena;
    bool whole = district == rec_i64(CE, campaign, "district");
    TRY(store_get(w, &body_entity, body, &b));
    rec_set(PE, part, "code",
            db_val_text(str_printf(a, "%.*s-%.*s", STR_ARG(rec_text(CE, campaign, "code")),
                                   STR_ARG(rec_text(&body_entity, b, "code")))));
    rec_set(PE, part, "title",
            db_val_text(str_printf(a, "%.*s：%.*s", STR_ARG(rec_text(CE, campaign, "title")),
                                   STR_ARG(rec_text(&body_entity, b, "name")))));
    rec_set(PE, part, "campaign", db_val_i64(campaign->id));
    rec_set(PE, part, "role", db_val_z(whole ? "line" : "area"));
    rec_set(PE, part, "body", db_val_i64(body));
    rec_set(PE, part, "reviewer", *rec_val(CE, campaign, "body"));
    rec_set(PE, part, "district", db_val_i64(district));
    rec_set(PE, part, "industries", industries.n ? db_val_text(industries) : db_val_null());
    rec_set(PE, part, "due_at", *rec_val(CE, campaign, "due_at"));
    TRY(find_before(w, campaign, body, part));
    TRY(part_count(w, part));
    Work program = campaign_program(w);
    TRY(store_insert(&program, PE, part));
    TRY(matter_party(w, campaign->id, body, "assessor"));
    return matter_link(w, CE, campaign->id, PE, part->id);
}

typedef struct Asked {
    int64_t district, body;
    Str name;
} Asked;

/* Every district of the level with the body that stands for it: of several the committee's office, the
 * government, the emergency office, the street, in this order. */
static Rc read_asked(Work *w, const Record *campaign, Asked *out, size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    const char *path = scope_district_path(w, rec_i64(CE, campaign, "district"));
    if (!path) path = "-";
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT d.id, d.name, y.id FROM districts d LEFT JOIN bodies y ON y.district = d.id"
                " AND y.archived_at IS NULL AND y.kind IN ('committee_office', 'government', 'emergency',"
                " 'town') WHERE d.archived_at IS NULL AND d.level = ");
    sql_arg(&b, *rec_val(CE, campaign, "level"));
    sql_lit(&b, " AND d.path LIKE ");
    sql_arg(&b, db_val_z(arena_printf(w->ctx->arena, "%s%%", path)));
    sql_lit(&b, " ORDER BY d.code, CASE y.kind WHEN 'committee_office' THEN 1 WHEN 'government' THEN 2"
                " WHEN 'emergency' THEN 3 ELSE 4 END, y.code");
    TRY(sql_query(w->ctx, w->db, &b, &c));
    *n = 0;
    while ((rc = db_next(w->ctx, c)) > 0 && *n < PARTS_MOST) {
        if (*n && out[*n - 1].district == db_i64(c, 0)) continue;
        out[(*n)++] =
            (Asked){db_i64(c, 0), db_is_null(c, 2) ? 0 : db_i64(c, 2), str_copy(w->ctx->arena, db_str(c, 1))};
    }
    db_close(&c);
    return rc < 0 ? rc : RC_OK;
}

Rc parts_open(Work *w, const Record *campaign)
{
    Asked *asked = ARENA_ARRAY(w->ctx->arena, Asked, PARTS_MOST);
    size_t n;
    TRY(read_asked(w, campaign, asked, &n));
    if (!n)
        return FAIL_FIELD(w->ctx, "level", "empty", 0, "评估区域内没有该级区划",
                          "the area has no district of this level");
    for (size_t i = 0; i < n; i++)
        if (!asked[i].body)
            return FAIL(w->ctx, RC_STATE, "campaign.nobody", "“%.*s”没有可填报的单位，请先登记",
                        "nobody stands for \"%.*s\": enter its body first", STR_ARG(asked[i].name));
    for (size_t i = 0; i < n; i++)
        TRY(part_add(w, campaign, asked[i].body, asked[i].district, rec_text(CE, campaign, "industries")));
    return RC_OK;
}

Rc parts_of(Work *w, int64_t campaign, Record **out, size_t *n)
{
    SqlBuf b;
    DbCursor *c;
    Rc rc;
    int64_t *ids = ARENA_ARRAY(w->ctx->arena, int64_t, PARTS_MOST);
    size_t found = 0;
    sql_init(&b, w->ctx, w->db);
    sql_lit(&b, "SELECT id FROM campaign_parts WHERE archived_at IS NULL AND campaign = ");
    sql_arg(&b, db_val_i64(campaign));
    sql_lit(&b, " ORDER BY role, code LIMIT ");
    sql_arg(&b, db_val_i64(PARTS_MOST));
    TRY(sql_query(w->ctx, w->db, &b, &c));
    while ((rc = db_next(w->ctx, c)) > 0) ids[found++] = db_i64(c, 0);
    db_close(&c);
    TRY(rc);
    for (*n = 0; *n < found; (*n)++) TRY(store_get(w, PE, ids[*n], &out[*n]));
    return RC_OK;
}

Rc parts_end(Work *w, int64_t campaign)
{
    Record **parts = ARENA_ARRAY(w->ctx->arena, Record *, PARTS_MOST);
    size_t n;
    Work program = campaign_program(w);
    TRY(parts_of(w, campaign, parts, &n));
    for (size_t i = 0; i < n; i++)
        if (!(flow_state(PE, parts[i])->flags & STATE_FINAL))
            TRY(flow_do(&program, PE, parts[i], "miss", NULL));
    return RC_OK;
}
