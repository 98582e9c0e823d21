/* Bodies: who owns, operates, supervises or answers. The unified social credit code is checked digit by digit
 * when it is given, because a wrong one would tie a record to another enterprise in every exchange with other
 * platforms. */
#include "body_private.h"
#include "kernel/place.h"
#include "mod_body_queries_sql.h"
#include <stdatomic.h>

static const DictEntry kinds[] = {
    {"government", T("党委政府", "Party and government"), NULL, NULL},
    {"committee_office", T("安委会办公室", "Safety committee office"), NULL, NULL},
    {"department", T("行业部门", "Department"), NULL, NULL},
    {"emergency", T("应急管理部门", "Emergency management"), NULL, NULL},
    {"town", T("乡镇街道", "Town or street"), NULL, NULL},
    {"grid", T("网格站点", "Grid station"), NULL, NULL},
    {"operator", T("权属运营单位", "Owner and operator"), NULL, NULL},
    {"enterprise", T("生产经营单位", "Enterprise"), NULL, NULL},
    {"institution", T("事业单位", "Public institution"), NULL, NULL},
    {"service", T("技术服务机构", "Service body"), NULL, NULL},
    {"rescue", T("救援队伍", "Rescue team"), NULL, NULL},
    {"other", T("其他", "Other"), NULL, NULL},
};

static const DictEntry scales[] = {
    {"large", T("大型", "Large"), NULL, NULL},
    {"medium", T("中型", "Medium"), NULL, NULL},
    {"small", T("小型", "Small"), NULL, NULL},
    {"micro", T("微型", "Micro"), NULL, NULL},
};

static const Field fields[] = {
    {"code", F_TEXT, F_REQUIRED | F_UNIQUE | F_FILTER | F_SORT | F_SEARCH | F_LIST, NULL, 1, 64,
     T("单位编码", "Code"), T("", ""), NULL, "basic", NULL},
    {"name", F_TEXT, F_REQUIRED | F_FILTER | F_SORT | F_SEARCH | F_LIST | F_INDEX, NULL, 1, 200,
     T("单位名称", "Name"), T("", ""), NULL, "basic", NULL},
    {"kind", F_ENUM, F_REQUIRED | F_FILTER | F_LIST, "body_kind", 0, 0, T("单位类别", "Kind"), T("", ""),
     NULL, "basic", NULL},
    {"credit_code", F_TEXT, F_UNIQUE | F_FILTER | F_SEARCH, NULL, 18, 18,
     T("统一社会信用代码", "Credit code"),
     T("GB 32100，18 位，含校验位", "GB 32100, 18 characters with a check character"), NULL, "basic", NULL},
    {"industry", F_ENUM, F_FILTER | F_LIST, "industry", 0, 0, T("行业", "Industry"),
     T("生产经营单位填写", "of enterprises"), NULL, "basic", NULL},
    {"scale", F_ENUM, F_FILTER, "body_scale", 0, 0, T("规模", "Size"), T("", ""), NULL, "basic", NULL},
    {"employees", F_INT, F_FILTER | F_SORT, NULL, 0, 1000000, T("从业人数", "Employees"), T("", ""), "人",
     "basic", NULL},
    {"legal_person", F_TEXT, F_SEARCH, NULL, 0, 50, T("主要负责人", "Responsible person"), T("", ""), NULL,
     "contact", NULL},
    {"district", F_REF, F_FILTER | F_LIST | F_INDEX, "districts", 0, 0, T("所属区划", "District"), T("", ""),
     NULL, "place", NULL},
    {"parent", F_REF, F_FILTER | F_LIST, "bodies", 0, 0, T("上级单位", "Body above"),
     T("上级单位可见下级单位的数据", "the body above sees the data of those below"), NULL, "basic", NULL},
    {"lines", F_TEXT, F_FILTER, NULL, 0, 400, T("条线", "Lines of business"),
     T("主管的专业代码，以空格分隔", "codes of the fields it is in charge of, separated by spaces"), NULL,
     "basic", NULL},
    {"path", F_TEXT, F_READONLY | F_INDEX, NULL, 0, 400, T("单位路径", "Path"), T("", ""), NULL, "basic",
     NULL},
    {"grid", F_REF, F_FILTER, "districts", 0, 0, T("网格", "Grid cell"),
     T("单位所在的网格", "the cell in which it lies"), NULL, "place", NULL},
    {"address", F_TEXT, F_SEARCH, NULL, 0, 300, T("地址", "Address"), T("", ""), NULL, "place", NULL},
    {"lon", F_REAL, F_FILTER, NULL, 73, 136, T("经度", "Longitude"), T("CGCS2000，度", "CGCS2000, degrees"),
     "°", "place", NULL},
    {"lat", F_REAL, F_FILTER, NULL, 3, 54, T("纬度", "Latitude"), T("CGCS2000，度", "CGCS2000, degrees"), "°",
     "place", NULL},
    {"contact", F_TEXT, F_SEARCH, NULL, 0, 50, T("联系人", "Contact"), T("", ""), NULL, "contact", NULL},
    {"phone", F_TEXT, F_SEARCH | F_LIST, NULL, 0, 50, T("值班电话", "Telephone"), T("", ""), NULL, "contact",
     NULL},
    {"mobile", F_TEXT, F_MASK, NULL, 0, 30, T("联系人手机", "Contact's mobile"), T("", ""), NULL, "contact",
     NULL},
    {"note", F_TEXT, F_LONG, NULL, 0, 1000, T("备注", "Note"), T("", ""), NULL, "basic", NULL},
};

/* GB 32100-2015: weights 3^i mod 31 over the 31 characters without I, O, S, V, Z. */
bool credit_code_ok(Str code)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if (code.n != 18) return false;
    int sum = 0, weight = 1, value = 0;
    for (size_t i = 0; i < 18; i++) {
        const char *at = memchr(alphabet, code.p[i], sizeof alphabet - 1);
        if (!at) return false;
        value = (int)(at - alphabet);
        if (i < 17) sum += value * weight;
        weight = weight * 3 % 31;
    }
    return value == (31 - sum % 31) % 31;
}

static bool phone_ok(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789+-() ,/;*#", s.p[i])) return false;
    return true;
}

/* Kept with one space between, so that equal sets of lines are equal texts. */
static void check_lines(Work *w, const Entity *e, Record *rec)
{
    Str rest = rec_text(e, rec, "lines");
    if (!rest.n) return;
    StrBuf b;
    buf_init(&b, w->ctx->arena);
    while (rest.n) {
        Str line = str_cut(&rest, ' ');
        if (!line.n) continue;
        if (!dict_has(w->kernel, "field", line))
            FAIL_FIELD(w->ctx, "lines", "dictionary", 0, "没有专业“%.*s”", "there is no field \"%.*s\"",
                       STR_ARG(line));
        if (b.n) buf_addc(&b, ' ');
        buf_add(&b, line);
    }
    rec_set(e, rec, "lines", db_val_text(buf_str(&b)));
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

static _Atomic(BodyMade) listener;

void body_listen(BodyMade fn)
{
    listener = fn;
}

bool body_is_enterprise(const Record *rec)
{
    static const char *const all[] = {"enterprise", "operator", "service"};
    Str kind = rec_text(&body_entity, rec, "kind");
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (str_is(kind, all[i])) return rec_text(&body_entity, rec, "credit_code").n > 0;
    return false;
}

/* Two of one name in one district may be one body that was entered twice: taken, and told. */
static Rc tell_namesake(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    Str name = rec_text(e, rec, "name");
    const DbVal *district = rec_val(e, rec, "district");
    DbCursor *c;
    if (district->type != DB_I64 || (old && str_eq(rec_text(e, old, "name"), name))) return 0;
    Rc rc = db_query_one(w->ctx, w->db, &q_body_namesake,
                         DB_ARGS(db_val_text(name), *district, db_val_i64(rec->id)), &c);
    if (rc <= 0) return rc;
    bool en = w->ctx->lang == LANG_EN;
    Str code = db_str(c, Q_BODY_NAMESAKE_CODE);
    work_warn(w, "name", "namesake",
              arena_printf(w->ctx->arena,
                           en ? "\"%.*s\" is in this district already as %.*s: perhaps entered twice"
                              : "本区划已有同名单位“%.*s”（编码 %.*s），请核对是否重复登记",
                           STR_ARG(name), STR_ARG(code)));
    return 0;
}

static Rc changed(Work *w, const Entity *e, const Record *old, const Record *rec)
{
    BodyMade made = listener;
    TRY(tree_moved(w, e, old, rec));
    TRY(tell_namesake(w, e, old, rec));
    return !old && made ? made(w, rec) : 0;
}

static Rc validate(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    check_lines(w, e, rec);
    Rc placed = tree_place(w, e, NULL, rec);
    if (placed < 0 && placed != RC_INVALID) return placed;
    if ((rec_val(e, rec, "lon")->type == DB_NULL) != (rec_val(e, rec, "lat")->type == DB_NULL))
        FAIL_FIELD(w->ctx, "lon", "required", 0, "经度和纬度应同时填写",
                   "longitude and latitude go together");
    Str credit = rec_text(e, rec, "credit_code");
    if (credit.n && !credit_code_ok(credit))
        FAIL_FIELD(w->ctx, "credit_code", "check", 0, "统一社会信用代码的校验位不符",
                   "the credit code's check character is wrong");
    static const char *const phones[] = {"phone", "mobile"};
    for (size_t i = 0; i < ARRAY_LEN(phones); i++)
        if (!phone_ok(rec_text(e, rec, phones[i])))
            FAIL_FIELD(w->ctx, phones[i], "format", 0, "电话号码含有不能使用的字符",
                       "the telephone number has characters that cannot be used");
    return w->ctx->err.kind;
}

const Entity body_entity = {
    .name = "body",
    .plural = "bodies",
    .title = T("单位", "Bodies"),
    .icon = T("", "body"),
    .fields = fields,
    .nfields = ARRAY_LEN(fields),
    .read_perm = "body.read",
    .write_perm = "body.write",
    .unmask_perm = "body.unmask",
    .code_field = "code",
    .title_field = "name",
    .sort = "code",
    .searched = true,
    .scope = {.kind = SCOPE_ROW, .district = "district", .body = "id", .line = SCOPE_ANY_LINE, .named = true},
    .validate = validate,
    .changed = changed,
    .committed = committed,
};

static const Entity *const entities[] = {&body_entity};
static const Perm perms[] = {
    {"body.read", T("查看单位", "See bodies"),
     "watch office dept town inspector enterprise leader system audit grid"},
    {"body.write", T("维护单位", "Change bodies"), "office dept system"},
    {"body.unmask", T("查看单位联系人完整号码", "See whole numbers of bodies' contacts"), "watch office"},
};
static const Dict dicts[] = {
    {"body_kind", T("单位类别", "Kinds of bodies"), kinds, ARRAY_LEN(kinds), false},
    {"body_scale", T("单位规模", "Sizes of enterprises"), scales, ARRAY_LEN(scales), false},
    {"industry", T("行业", "Industries"), body_industries, BODY_INDUSTRIES, false},
};

const Module mod_body = {
    .name = "body",
    .title = T("单位", "Bodies"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .dicts = dicts,
    .ndicts = ARRAY_LEN(dicts),
};
