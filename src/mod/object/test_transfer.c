/* Import and export through the routes: the registers' own tables, and a small entity of the test that counts
 * its hooks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "db/db_test.h"
#include "mod/test_city.h"
#include "mod/body.h"
#include "mod/device.h"
#include "mod/district.h"
#include "mod/object.h"
#include "sheet/write.h"
#include "../../kernel/transfer/transfer.h"
#include "base/clock.h"
#include <iconv.h>

/* ---- An entity that counts ---- */

static int commits;
static void counted(Kernel *k, const Entity *e)
{
    (void)k, (void)e;
    commits++;
}
static Rc refuse_seven(Work *w, const Entity *e, const Record *old, Record *rec)
{
    (void)old;
    if (rec_i64(e, rec, "size") % 7 != 0) return 0;
    return FAIL(w->ctx, RC_STATE, "thing.seven", "不接受 7 的倍数", "no multiples of seven");
}
static const Field thing_fields[] = {
    {.name = "code", .type = F_TEXT, .flags = F_REQUIRED | F_UNIQUE | F_FILTER, .label = T("编号", "Code")},
    {.name = "size",
     .type = F_INT,
     .flags = F_REQUIRED | F_FILTER,
     .min = 1,
     .max = 100000,
     .label = T("大小", "Size")},
    {.name = "fixed", .type = F_TEXT, .flags = F_CREATE_ONLY, .label = T("固定", "Fixed")},
    {.name = "made", .type = F_TIME, .label = T("制造时间", "Made")},
    {.name = "good", .type = F_BOOL, .label = T("合格", "Good"), .fallback = "true"},
    {.name = "secret", .type = F_TEXT, .flags = F_SECRET, .label = T("口令", "Secret")},
    {.name = "next", .type = F_REF, .ref = "things", .label = T("下一个", "Next")},
};
static const Entity thing_entity = {
    .name = "thing",
    .scope = {.kind = SCOPE_OPEN},
    .plural = "things",
    .title = T("物件", "Things"),
    .fields = thing_fields,
    .nfields = ARRAY_LEN(thing_fields),
    .read_perm = "thing.read",
    .write_perm = "thing.write",
    .code_field = "code",
    .title_field = "code",
    .validate = refuse_seven,
    .committed = counted,
};
static const Entity *const thing_entities[] = {&thing_entity};
static const Perm thing_perms[] = {{"thing.read", T("看", "See"), "office system"},
                                   {"thing.write", T("改", "Change"), "office"}};
static const Module mod_thing = {.name = "thing",
                                 .title = T("物件", "Things"),
                                 .entities = thing_entities,
                                 .nentities = 1,
                                 .perms = thing_perms,
                                 .nperms = 2};

static const Module *const modules[] = {&mod_district, &mod_body, &mod_object, &mod_device, &mod_thing};

/* ---- Helpers ---- */

static const Json *import(Arena *a, const City *c, const char *plural, int status, Str content)
{
    Ctx ctx;
    const Json *j = NULL;
    ctx_init(&ctx, a, LANG_ZH);
    Reply r = city_ask(c, "POST", arena_printf(a, "/api/%s/import", plural),
                       "Content-Type: application/octet-stream\r\n", content);
    if (r.status != status) fprintf(stderr, "import %s: %d\n%s\n", plural, r.status, r.body);
    assert_int_equal(r.status, status);
    db_test_must(&ctx, json_parse(&ctx, str_copy(a, str_n(r.body, r.n)), &j));
    reply_free(&r);
    return j;
}

static void counts(const Json *j, int64_t accepted, int64_t rejected)
{
    int64_t got_accepted = -1, got_rejected = -1;
    json_i64(json_get(j, "accepted"), &got_accepted);
    json_i64(json_get(j, "rejected"), &got_rejected);
    assert_int_equal(got_accepted, accepted);
    assert_int_equal(got_rejected, rejected);
    assert_int_equal(json_get(j, "errors")->type, rejected ? JSON_TEXT : JSON_NULL);
}

static Str download(Arena *a, const City *c, const char *path, int status)
{
    Reply r = city_ask(c, "GET", path, "", STR_NONE);
    if (r.status != status) fprintf(stderr, "GET %s: %d\n%s\n", path, r.status, r.body);
    assert_int_equal(r.status, status);
    Str s = str_copy(a, str_n(r.body, r.n));
    reply_free(&r);
    return s;
}

typedef struct Table {
    Arena *a;
    Str cell[64][40];
    int rows;
} Table;

static Rc keep_row(void *ud, int64_t line, const SheetCell *cells, size_t n)
{
    (void)line;
    Table *t = ud;
    for (size_t i = 0; i < n && i < 40 && t->rows < 64; i++)
        t->cell[t->rows][i] = str_copy(t->a, cells[i].text);
    t->rows++;
    return 0;
}

static Table *table_of(Arena *a, Str content)
{
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    Table *t = ARENA_NEW(a, Table);
    t->a = a;
    db_test_must(&ctx, sheet_read(&ctx, content, keep_row, t));
    return t;
}

/* The cell of a row under a title. */
static Str under(const Table *t, int row, const char *title)
{
    for (int i = 0; i < 40; i++)
        if (str_is(t->cell[0][i], title)) return t->cell[row][i];
    fprintf(stderr, "no column %s\n", title);
    fail();
    return STR_NONE;
}

static Str member(const Json *rec, const char *name)
{
    return json_str(json_get(rec, name));
}

static int64_t version(Arena *a, const City *c, const char *path)
{
    int64_t v = -1;
    json_i64(json_get(city_json(a, c, "GET", path, 200, STR_NONE), "version"), &v);
    return v;
}

static Str gb18030(Arena *a, Str s)
{
    iconv_t cd = iconv_open("GB18030", "UTF-8");
    size_t left = s.n, room = s.n * 4 + 8;
    char *buf = arena_alloc(a, room), *dst = buf, *src = (char *)(uintptr_t)s.p;
    assert_int_equal(iconv(cd, &src, &left, &dst, &room), 0);
    iconv_close(cd);
    return str_n(buf, (size_t)(dst - buf));
}

static void registers(Arena *a, const City *c)
{
    counts(
        import(
            a, c, "districts", 200,
            STR("区划代码,名称,上级区划\n330100,云州市,\n330102,上城区,330100\n330102001,河坊街道,330102\n")),
        3, 0);
    counts(import(a, c, "bodies", 200,
                  STR("code;name;kind;统一社会信用代码\nB1;燃气公司;权属运营单位;91350100M000100Y43\n")),
           1, 0);
}

/* ---- Tests ---- */

static void later_rows_and_derived(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    registers(a, &c);
    const Json *d = city_json(a, &c, "GET", "/api/districts/code:330102001", 200, STR_NONE);
    assert_true(str_is(member(d, "level"), "town"));
    assert_true(str_is(member(d, "parent"), "330102"));
    counts(import(a, &c, "objects", 200,
                  STR("对象编号*,对象名称*,Kind,Owner,所属区划,longitude,纬度\n"
                      "O1,西湖大道桥,城市桥梁,B1,330102,120.1,30.2\nO2,井,gas_valve_well,,,,\n")),
           2, 0);
    const Json *o = city_json(a, &c, "GET", "/api/objects/code:O1", 200, STR_NONE);
    assert_true(str_is(member(o, "kind"), "bridge") && str_is(member(o, "field"), "bridge"));
    assert_true(str_is(member(o, "area"), "lifeline") && str_is(member(o, "owner"), "B1"));
    city_close(&c);
    arena_free(&a);
}

static void test_later_rows_and_derived(void **state)
{
    (void)state;
    db_test_each(later_rows_and_derived);
}

static void errors_and_owner(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    Str text = gb18030(
        a, STR("单位编码,单位名称,单位类别,统一社会信用代码,值班电话\nB1,好单位,行业部门,,0571-12345\n"
               "B2,坏代码,行业部门,91350100M000100Y44,\nB3,坏类别,无此类,,\nB4,,行业部门,,\n"));
    const Json *j = import(a, &c, "bodies", 200, text);
    counts(j, 1, 3);
    const char *url = str_z(a, member(j, "errors"));
    Table *t = table_of(a, download(a, &c, url, 200));
    assert_int_equal(t->rows, 5);
    assert_int_equal(under(t, 1, "错误").n, 0);
    assert_true(str_is(under(t, 2, "单位编码"), "B2") && str_find(under(t, 2, "错误"), STR("校验位")) >= 0);
    assert_true(str_find(under(t, 3, "错误"), STR("单位类别")) >= 0);
    assert_true(str_is(under(t, 4, "错误"), "单位名称为必填项"));
    assert_true(str_is(under(t, 4, "单位类别"), "行业部门"));
    City other = c;
    other.token = CITY_TOKEN2;
    download(a, &other, url, 404);
    download(a, &c, "/api/files/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 404);
    download(a, &c, "/api/files/..%2F..%2Fetc%2Fpasswd", 404);
    /* The second row of a code does not take the place of the first; a corrected later one does its work. */
    j = import(a, &c, "bodies", 200,
               STR("code,name,kind\nB9,,行业部门\nB9,第一,行业部门\nB9,第二,行业部门\n"));
    counts(j, 1, 2);
    t = table_of(a, download(a, &c, str_z(a, member(j, "errors")), 200));
    assert_true(str_is(under(t, 3, "错误"), "“B9”与第 3 行重复"));
    assert_true(
        str_is(member(city_json(a, &c, "GET", "/api/bodies/code:B9", 200, STR_NONE), "name"), "第一"));
    counts(import(a, &c, "bodies", 200, STR("code,name,kind\n\"B\n10\",换行,行业部门\n")), 0, 1);
    /* The error file, corrected, can be given back with its extra column. */
    counts(import(a, &c, "bodies", 200,
                  STR("单位编码,单位名称,单位类别,错误\nB4,补名,行业部门,单位名称为必填项\n")),
           1, 0);
    city_close(&c);
    arena_free(&a);
}

static void test_errors_and_owner(void **state)
{
    (void)state;
    db_test_each(errors_and_owner);
}

static void headers_and_files(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    const Json *p = import(a, &c, "things", 422, STR("编号,大小,颜色,形状,口令\nT1,5,红,圆,x\n"));
    const Json *fields = json_get(p, "fields");
    assert_int_equal(fields->count, 3);
    assert_true(str_is(member(fields->child, "field"), "颜色") &&
                str_is(member(fields->child, "code"), "unknown"));
    import(a, &c, "things", 422, STR("编号,编号\nT1,T2\n"));
    import(a, &c, "things", 422, STR("建立时间\n2026-01-01\n"));
    import(a, &c, "things", 422, STR("\n\n"));
    import(a, &c, "things", 400, STR("编号,大小\n\"T1,5\n"));
    import(a, &c, "things", 415, STR("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
    import(a, &c, "things", 400, STR("PK\x03\x04 and no more"));
    City other = c;
    other.token = CITY_TOKEN2; /* may see things, not change them */
    import(a, &other, "things", 403, STR("编号,大小\nT1,5\n"));
    city_close(&c);
    arena_free(&a);
}

static void test_headers_and_files(void **state)
{
    (void)state;
    db_test_each(headers_and_files);
}

static void changes(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    counts(import(a, &c, "things", 200,
                  STR("编号,大小,固定,制造时间,合格\nT1,5,甲,2026/1/2 3:04,否\nT2,6,乙,2026年11月22日,\n")),
           2, 0);
    const Json *t = city_json(a, &c, "GET", "/api/things/code:T1", 200, STR_NONE);
    assert_true(str_is(member(t, "made"), "2026-01-02T03:04:00+08:00"));
    assert_false(json_get(t, "good")->b);
    t = city_json(a, &c, "GET", "/api/things/code:T2", 200, STR_NONE);
    assert_true(str_is(member(t, "made"), "2026-11-22T00:00:00+08:00"));
    assert_true(json_get(t, "good")->b); /* the fallback */
    int64_t before = version(a, &c, "/api/things/code:T1");
    /* The same again changes nothing; an empty cell keeps what is there. */
    counts(import(a, &c, "things", 200, STR("编号,大小,固定\nT1,5,\n")), 1, 0);
    assert_int_equal(version(a, &c, "/api/things/code:T1"), before);
    counts(import(a, &c, "things", 200, STR("code,size\nT1,8\n")), 1, 0);
    assert_int_equal(version(a, &c, "/api/things/code:T1"), before + 1);
    t = city_json(a, &c, "GET", "/api/things/code:T1", 200, STR_NONE);
    assert_true(str_is(member(t, "fixed"), "甲"));
    counts(import(a, &c, "things", 200, STR("code,fixed\nT1,丙\n")), 0, 1);
    counts(import(a, &c, "things", 200, STR("code,size\nT1,14\nT3,x\nT4,100001\n,3\nT5,3,stray\n")), 0, 5);
    /* A row may refer to one before it, but not to one behind it. */
    counts(import(a, &c, "things", 200, STR("code,size,next\nT6,1,T7\nT7,1,\nT8,1,T7\n")), 2, 1);
    city_close(&c);
    arena_free(&a);
}

static void test_changes(void **state)
{
    (void)state;
    db_test_each(changes);
}

static void many_rows(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "code,size\n");
    for (int i = 1; i <= 1200; i++) buf_printf(&b, "N%04d,%d\n", i, i);
    commits = 0;
    const Json *j = import(a, &c, "things", 200, buf_str(&b));
    counts(j, 1200 - 171, 171); /* the multiples of seven */
    assert_int_equal(commits, 1);
    Table *t = table_of(a, download(a, &c, str_z(a, member(j, "errors")), 200));
    assert_int_equal(t->rows, 1201);
    assert_true(str_is(under(t, 7, "错误"), "不接受 7 的倍数") && under(t, 8, "错误").n == 0);
    city_json(a, &c, "GET", "/api/things/code:N1199", 200, STR_NONE);
    city_json(a, &c, "GET", "/api/things/code:N0007", 404, STR_NONE);
    city_close(&c);
    arena_free(&a);
}

static void test_many_rows(void **state)
{
    (void)state;
    db_test_each(many_rows);
}

static void round_trip(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    registers(a, &c);
    counts(import(a, &c, "objects", 200,
                  STR("code,name,kind,owner,geometry,built_year,note\n"
                      "O1,=1+1,bridge,B1,\"{\"\"type\"\":\"\"LineString\"\",\"\"coordinates\"\":[[120,30],["
                      "120.2,30.1]]}\",1999,\n"
                      "O2,+甲,lift,,,,\"两行\n备注\"\nO3,丙,lift,,,,\n")),
           3, 0);
    static const char *const paths[] = {"/api/objects.xlsx", "/api/objects.csv", "/api/objects.xlsx?lang=en",
                                        "/api/objects.csv?lang=en"};
    for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
        Str content = download(a, &c, paths[i], 200);
        assert_int_equal(sheet_kind(content), i % 2 ? SHEET_CSV : SHEET_XLSX);
        counts(import(a, &c, "objects", 200, content), 3, 0);
        assert_int_equal(version(a, &c, "/api/objects/code:O1"), 1); /* nothing changed on the way */
        assert_int_equal(version(a, &c, "/api/objects/code:O2"), 1);
    }
    Table *t = table_of(a, download(a, &c, "/api/objects.xlsx?kind=bridge", 200));
    assert_int_equal(t->rows, 2);
    assert_true(str_is(under(t, 1, "对象类型"), "城市桥梁") &&
                str_is(under(t, 1, "权属单位（名称）"), "燃气公司"));
    assert_true(str_is(under(t, 1, "对象名称"), "=1+1") && str_is(under(t, 1, "经度"), "120.1"));
    download(a, &c, "/api/objects.xlsx?colour=red", 422);
    /* No spool file is left. */
    char folder[80];
    snprintf(folder, sizeof folder, "%s/files", c.dir);
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) assert_int_equal(e->d_name[0], '.');
    closedir(d);
    city_close(&c);
    arena_free(&a);
}

static void test_round_trip(void **state)
{
    (void)state;
    db_test_each(round_trip);
}

static void template(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    Table *t = table_of(a, download(a, &c, "/api/objects/import-template", 200));
    assert_int_equal(t->rows, 1);
    assert_true(str_is(t->cell[0][0], "对象编号*") && str_is(t->cell[0][2], "四大领域"));
    t = table_of(a, download(a, &c, "/api/things/import-template?format=csv&lang=en", 200));
    assert_true(str_is(t->cell[0][0], "Code*") && str_is(t->cell[0][1], "Size*") &&
                str_is(t->cell[0][4], "Good"));
    assert_int_equal(t->cell[0][6].n, 0); /* the secret has no column */
    download(a, &c, "/api/things/import-template?format=pdf", 422);
    city_close(&c);
    arena_free(&a);
}

static void test_template(void **state)
{
    (void)state;
    db_test_each(template);
}

/* What is read is written back as typed: an xlsx import that fails gives an xlsx error file with numbers and
 * dates. */
static void typed_errors(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    Ctx ctx;
    ctx_init(&ctx, a, LANG_ZH);
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    char path[100];
    snprintf(path, sizeof path, "%s/t.xlsx", c.dir);
    SheetWriter *w;
    static const SheetColumn cols[] = {{.title = "编号*"}, {.title = "大小*"}, {.title = "制造时间"}};
    db_test_must(&ctx, sheet_writer_open(&ctx, SHEET_XLSX, path, &w));
    db_test_must(&ctx, sheet_begin(&ctx, w, "物件", cols, 3));
    for (int i = 13; i <= 14; i++) {
        sheet_put_text(w, str_printf(a, "%04d", i));
        sheet_put_i64(w, i);
        sheet_put_time(w, INT64_C(1763773200000));
        db_test_must(&ctx, sheet_end_row(&ctx, w));
    }
    db_test_must(&ctx, sheet_writer_close(&ctx, &w));
    StrBuf b;
    buf_init(&b, a);
    FILE *f = fopen(path, "rb");
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buf_add(&b, str_n(block, n));
    fclose(f);
    const Json *j = import(a, &c, "things", 200, buf_str(&b));
    counts(j, 1, 1);
    Str errors = download(a, &c, str_z(a, member(j, "errors")), 200);
    assert_int_equal(sheet_kind(errors), SHEET_XLSX);
    Table *t = table_of(a, errors);
    assert_true(str_is(under(t, 2, "编号*"), "0014") && str_is(under(t, 2, "大小*"), "14"));
    assert_true(str_is(under(t, 2, "制造时间"), "2025-11-22 09:00:00"));
    assert_true(str_is(under(t, 2, "错误"), "不接受 7 的倍数"));
    city_close(&c);
    arena_free(&a);
}

static void test_typed_errors(void **state)
{
    (void)state;
    db_test_each(typed_errors);
}

/* Formulas are never reckoned: what the file keeps of them counts and is told; what it does not keep is a
 * wrong row. */
static void formulas(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    StrBuf b;
    buf_init(&b, a);
    FILE *f = fopen(ANLAN_SOURCE_DIR "/fuzz/corpora/sheet_xlsx/formulas.xlsx", "rb");
    assert_non_null(f);
    char block[4096];
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buf_add(&b, str_n(block, n));
    fclose(f);
    const Json *j = import(a, &c, "things", 200, buf_str(&b));
    counts(j, 2, 2);
    int64_t n = 0;
    assert_true(json_i64(json_get(j, "formulas"), &n) && n == 2);
    assert_true(str_is(member(j, "first_formula"), "B2"));
    Table *t = table_of(a, download(a, &c, str_z(a, member(j, "errors")), 200));
    assert_true(str_find(under(t, 3, "错误"), STR("单元格 B4 是公式，文件中没有保存结果")) >= 0);
    assert_true(str_find(under(t, 4, "错误"), STR("单元格 B5 是错误值“#DIV/0!”")) >= 0);
    city_close(&c);
    arena_free(&a);
}

static void test_formulas(void **state)
{
    (void)state;
    db_test_each(formulas);
}

/* A browser's form, the command line, and the end of a file's seven days. */
static void ways_in(DbPool *pool)
{
    Arena *a = arena_new(0);
    City c;
    Ctx ctx;
    ctx_init(&ctx, a, LANG_EN);
    city_open(&c, pool, modules, ARRAY_LEN(modules), NULL, NULL);
    Str form =
        STR("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\up\\\\things.v2.csv\"\r\n"
            "Content-Type: text/csv\r\n\r\ncode,size\nA,1\nB,x\n\r\n--x--\r\n");
    Reply r = city_ask(&c, "POST", "/api/things/import?lang=en",
                       "Content-Type: multipart/form-data; boundary=x\r\n", form);
    assert_int_equal(r.status, 200);
    const Json *j;
    db_test_must(&ctx, json_parse(&ctx, str_copy(a, str_n(r.body, r.n)), &j));
    reply_free(&r);
    counts(j, 1, 1);
    const char *url = str_z(a, member(j, "errors"));
    r = city_ask(&c, "GET", url, "", STR_NONE);
    assert_int_equal(r.status, 200);
    assert_non_null(strstr(r.head, "things.v2-Error.csv"));
    assert_non_null(strstr(r.body, "Size must be a whole number"));
    reply_free(&r);
    ImportResult result;
    db_test_must(&ctx, import_table(&ctx, c.kernel, NULL, "cli", &thing_entity, STR("/elsewhere/t.csv"),
                                    STR("code,size\nC,1\nD,0\n"), &result));
    assert_int_equal(result.accepted, 1);
    assert_int_equal(result.rejected, 1);
    assert_int_equal(access(result.error_file, R_OK), 0);
    download(a, &c, arena_printf(a, "/api/files/%s", result.error_id), 404); /* not the caller's */
    transfer_files_expire(c.kernel, clock_now());
    download(a, &c, url, 200);
    transfer_files_expire(c.kernel, clock_now() + 8 * MS_DAY);
    download(a, &c, url, 404);
    assert_int_equal(access(result.error_file, R_OK), -1);
    city_close(&c);
    arena_free(&a);
}

static void test_ways_in(void **state)
{
    (void)state;
    db_test_each(ways_in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_later_rows_and_derived),
        cmocka_unit_test(test_errors_and_owner),
        cmocka_unit_test(test_headers_and_files),
        cmocka_unit_test(test_changes),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_template),
        cmocka_unit_test(test_typed_errors),
        cmocka_unit_test(test_formulas),
        cmocka_unit_test(test_ways_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
