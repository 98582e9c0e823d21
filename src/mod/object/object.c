/* Objects. Area, field and kind form a tree of dictionaries: what is left out follows from the deeper one,
 * and a contradiction is refused. Coordinates are CGCS2000 degrees; with a geometry and no place of its own
 * an object stands in the middle of its geometry. */
#include "object_private.h"
#include "mod_object_queries_sql.h"

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("对象编号", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 120, T("对象名称", "Name"),
     T("", ""), NULL, "basic", NULL},
    {"area", F_ENUM, F_FILTER, "area", 0, 0, T("四大领域", "Area"),
     T("不填时按专业确定", "follows from the field when left out"), NULL, "basic", NULL},
    {"field", F_ENUM, F_FILTER | F_LIST | F_INDEX, "field", 0, 0, T("专业", "Field"),
     T("不填时按对象类型确定", "follows from the kind when left out"), NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "object_kind", 0, 0, T("对象类型", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"district", F_REF, F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
    {"owner", F_REF, F_FILTER | F_LIST | F_INDEX, "bodies", 0, 0, T("权属单位", "Owner"), T("", ""), NULL,
     "contact", NULL},
    {"address", F_TEXT, F_SEARCH, NULL, 0, 300, T("地址", "Address"), T("", ""), NULL, "place", NULL},
    {"lon", F_REAL, F_FILTER, NULL, 73, 136, T("经度", "Longitude"), T("CGCS2000，度", "CGCS2000, degrees"),
     "°", "place", NULL},
    {"lat", F_REAL, F_FILTER, NULL, 3, 54, T("纬度", "Latitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     "place", NULL},
    {"geometry", F_JSON, 0, NULL, 0, 1 << 20, T("几何形状", "Geometry"),
     T("GeoJSON 的 Point、LineString、Polygon、MultiLineString 或 MultiPolygon",
       "GeoJSON Point, LineString, Polygon, MultiLineString or MultiPolygon"),
     NULL, "place", NULL},
    {"built_year", F_INT, F_FILTER | F_SORT, NULL, 1800, 2100, T("建成年份", "Built in"), T("", ""), NULL,
     "technical", NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

/* The entry's parent in the dictionary above; STR_NONE when it has none. */
static Rc parent_of(Work *w, const char *dict, Str code, Str *out)
{
    DbCursor *c;
    *out = STR_NONE;
    Rc rc =
        db_query_one(w->ctx, w->db, &q_object_dict_parent, DB_ARGS(db_val_z(dict), db_val_text(code)), &c);
    if (rc > 0 && !db_is_null(c, 0)) *out = db_str_copy(w->ctx, c, 0);
    db_close(&c);
    return rc < 0 ? rc : 0;
}

/* upper follows from lower, the dictionary entry under it. */
static Rc derive(Work *w, const Entity *e, Record *rec, const char *lower, const char *dict,
                 const char *upper)
{
    Str code = rec_text(e, rec, lower), parent;
    if (code.n == 0) return 0;
    TRY(parent_of(w, dict, code, &parent));
    if (parent.n == 0) return 0;
    Str given = rec_text(e, rec, upper);
    if (given.n == 0) rec_set(e, rec, upper, db_val_text(parent));
    else if (!str_eq(given, parent))
        FAIL_FIELD(w->ctx, upper, "contradiction", 0, "与%s不符，应为“%s”",
                   "it contradicts the %s; expected \"%s\"",
                   text_in(e->fields[entity_field(e, lower)].label, w->ctx->lang),
                   dict_label(w->kernel, upper, parent, w->ctx->lang)
                       ? dict_label(w->kernel, upper, parent, w->ctx->lang)
                       : str_z(w->ctx->arena, parent));
    return 0;
}

/* A changed kind with untouched field and area moves them along. */
static void forget_derived(const Entity *e, const Record *old, Record *rec)
{
    static const char *const chain[] = {"kind", "field", "area"};
    for (size_t i = 0; old && i + 1 < ARRAY_LEN(chain); i++) {
        bool moved = !str_eq(rec_text(e, old, chain[i]), rec_text(e, rec, chain[i]));
        bool kept = str_eq(rec_text(e, old, chain[i + 1]), rec_text(e, rec, chain[i + 1]));
        if (moved && kept) rec_set(e, rec, chain[i + 1], db_val_null());
    }
}

static Rc check_place(Work *w, const Entity *e, Record *rec)
{
    DbVal *lon = rec_val(e, rec, "lon"), *lat = rec_val(e, rec, "lat");
    if ((lon->type == DB_NULL) == (lat->type == DB_NULL)) return 0;
    return FAIL_FIELD(w->ctx, lon->type == DB_NULL ? "lon" : "lat", "required", 0, "经度和纬度应同时填写",
                      "longitude and latitude go together");
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    forget_derived(e, old, rec);
    TRY(derive(w, e, rec, "kind", "object_kind", "field"));
    TRY(derive(w, e, rec, "field", "field", "area"));
    Rc rc = check_place(w, e, rec);
    return rc < 0 ? rc : w->ctx->err.kind;
}

/* The points' snapshot knows objects and their districts. */
static void committed(Kernel *k, const Entity *e)
{
    (void)e;
    const Entity *points = kernel_entity(k, "points");
    if (points && points->committed) points->committed(k, points);
}

const Entity object_entity = {
    .name = "object",
    .plural = "objects",
    .title = T("监测对象", "Objects"),
    .icon = T("", "place"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "object.read",
    .write_perm = "object.write",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .searched = true,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "owner", .line = "field"},
    .validate = validate,
    .committed = committed,
};

static const Entity *const entities[] = {&object_entity};
static const Perm perms[] = {
    {"object.read", T("查看监测对象", "See objects"),
     "watch office dept town inspector leader system audit grid"},
    {"object.write", T("维护监测对象", "Change objects"), "office dept system"},
};

const Module mod_object = {
    .name = "object",
    .title = T("监测对象", "Objects"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = object_dicts,
    .ndicts = OBJECT_DICTS,
};
