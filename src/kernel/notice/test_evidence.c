/* Evidence over HTTP on both databases: kept once by its hash, told by its content, named harmlessly, reached
 * through its record only, and swept when no record holds it. */
#include <setjmp.h>
#include <stddef.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>
#include "test_kernel.h"
#include "notice/evidence.h"
#include "kernel/matter.h"
#include "kernel_int.h"
#include "base/clock.h"
#include <fcntl.h>
#include <sys/stat.h>

static const char jpeg[] = "\xff\xd8\xff\xe0 one picture";
#define JPEG str_n(jpeg, sizeof jpeg - 1)

/* ---- What a file is ---- */

/* A package whose directory holds the names, with nothing packed behind them. */
static Str package(Arena *a, const char *const *names, size_t n)
{
    StrBuf b;
    buf_init(&b, a);
    buf_add(&b, str_n("PK\x03\x04", 4));
    size_t start = b.n;
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(names[i]);
        char head[46] = "PK\x01\x02";
        head[28] = (char)len;
        buf_add(&b, str_n(head, sizeof head));
        buf_addz(&b, names[i]);
    }
    char end[22] = "PK\x05\x06";
    end[10] = (char)n;
    end[16] = (char)start;
    buf_add(&b, str_n(end, sizeof end));
    return buf_str(&b);
}

static void test_types(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    static const char *const docx[] = {"[Content_Types].xml", "word/document.xml"};
    static const char *const xlsx[] = {"xl/workbook.xml"};
    static const char *const macro[] = {"word/document.xml", "word/vbaProject.bin"};
    static const char *const zip[] = {"readme.txt"};
    const struct {
        Str content;
        const char *code;
    } cases[] = {
        {JPEG, "jpeg"},
        {STR("\x89PNG\r\n\x1a\nx"), "png"},
        {STR("RIFF\1\2\3\4WEBPVP8 "), "webp"},
        {STR("RIFF\1\2\3\4WAVEfmt "), NULL},
        {STR("%PDF-1.7\n"), "pdf"},
        {STR("\0\0\0\x18"
             "ftypmp42...."),
         "mp4"},
        {STR("\0\0\0\x18"
             "ftypheic...."),
         "heic"},
        {STR("\0\0\0\x18"
             "ftypqt  ...."),
         "mov"},
        {STR("\0\0\0\x18"
             "ftypxxxx...."),
         NULL},
        {package(a, docx, 2), "docx"},
        {package(a, xlsx, 1), "xlsx"},
        {package(a, macro, 2), NULL},
        {package(a, zip, 1), NULL},
        {STR("PK\x03\x04 cut off"), NULL},
        {STR("现场已处置\r\n"), "txt"},
        {STR("<script>alert(1)</script>"), NULL},
        {STR("\xEF\xBB\xBF \n<?xml version=\"1.0\"?><svg/>"), NULL},
        {STR("<!doctype html>"), NULL},
        {STR("<30 ppm，未见异常"), "txt"},
        {STR("MZ\x90\0\3"), NULL},
        {STR("\x7f"
             "ELF\2\1\1"),
         NULL},
        {STR("\xc4\xe3\xba\xc3"), NULL}, /* not UTF-8 */
        {STR("a\0b"), NULL},
        {STR(""), NULL},
        {STR("\xff\xd8"), NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const EvidenceType *t = evidence_type_of(cases[i].content);
        if (!cases[i].code && t) fail_msg("case %zu is %s", i, t->code);
        if (cases[i].code && !(t && !strcmp(t->code, cases[i].code))) fail_msg("case %zu", i);
    }
    arena_free(&a);
}

/* A directory that lies about places and lengths is no package, and nothing outside is read. */
static void test_packages_that_lie(void **state)
{
    (void)state;
    Arena *a = arena_new(0);
    static const char *const docx[] = {"word/document.xml"};
    Str good = package(a, docx, 1);
    for (size_t cut = 3; cut < good.n; cut++) {
        Str part = str_copy(a, str_n(good.p, cut));
        assert_null(evidence_type_of(part));
    }
    for (size_t i = 4; i < good.n; i++) {
        char *bent = arena_copy(a, good.p, good.n);
        bent[i] = (char)0xff;
        evidence_type_of(str_n(bent, good.n)); /* must only come back; the sanitizer watches */
    }
    arena_free(&a);
}

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *name, *type, *expected;
    } cases[] = {
        {"现场.jpg", "jpeg", "现场.jpg"},
        {"现场.JPEG", "jpeg", "现场.JPEG"},
        {"photo.exe", "jpeg", "photo.exe.jpg"},
        {"../../etc/passwd", "txt", "passwd.txt"},
        {"..\\..\\boot.ini", "txt", "boot.ini.txt"},
        {"/", "txt", "附件.txt"},
        {"", "pdf", "附件.pdf"},
        {"...", "pdf", "附件.pdf"},
        {".htaccess", "txt", "htaccess.txt"},
        {"<script>alert(1)</script>.png", "png", "script_.png"},
        {"<img src=x onerror=1>.png", "png", "_img src=x onerror=1_.png"},
        {"a\xe2\x80\xaegpj.exe", "pdf", "agpj.exe.pdf"},
        {"a\r\nSet-Cookie: x.pdf", "pdf", "aSet-Cookie_ x.pdf"},
        {"a\"; rm -rf \"b.pdf", "pdf", "a__ rm -rf _b.pdf"},
        {"con:stream", "txt", "con_stream.txt"},
        {"报告.pdf.", "pdf", "报告.pdf.pdf"},
    };
    Arena *a = arena_new(0);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Str got = evidence_name(a, str_of(cases[i].name), evidence_type_named(str_of(cases[i].type)));
        assert_string_equal(str_z(a, got), cases[i].expected);
    }
    char *long_name = arena_alloc(a, 3000);
    memset(long_name, 'x', 2999);
    assert_int_equal(evidence_name(a, str_of(long_name), evidence_type_named(STR("pdf"))).n,
                     EVIDENCE_NAME_MAX);
    arena_free(&a);
}

/* ---- Over HTTP ---- */

static int upload_as(World *t, const char *auth, const char *path, const char *type, Str body)
{
    StrBuf b;
    buf_init(&b, t->arena);
    buf_printf(&b, "POST %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\nAccept-Language: en\r\n%s", path,
               auth);
    buf_printf(&b, "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n", type, body.n);
    buf_add(&b, body);
    reply_free(&t->last);
    t->last = client_ask(t->port, b.p, b.n);
    return t->last.status;
}

static int upload(World *t, const char *path, Str body)
{
    return upload_as(t, t->auth, path, "application/octet-stream", body);
}

static const char *file_on_disk(World *t, const char *hash)
{
    return arena_printf(t->arena, "%s/evidence/%.2s/%s", t->dir, hash, hash);
}

static void clean_disk(World *t, const char *hash)
{
    unlink(file_on_disk(t, hash));
    rmdir(arena_printf(t->arena, "%s/evidence/%.2s", t->dir, hash));
    rmdir(arena_printf(t->arena, "%s/evidence", t->dir));
}

static void run_attach(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    make_site(&t, "A-2", "南站");
    assert_int_equal(
        upload(&t,
               "/api/sites/code:A-1/files?name=..%2F%E9%98%80%E9%97%A8.jpg&note=%E9%98%80&taken_at="
               "2026-11-22T08:00:00%2B08:00&lon=120.5&lat=31.2",
               JPEG),
        201);
    assert_string_equal(text_at(&t, "name"), "阀门.jpg");
    assert_string_equal(text_at(&t, "type"), "image/jpeg");
    assert_string_equal(text_at(&t, "by"), "office-token");
    assert_string_equal(text_at(&t, "taken_at"), "2026-11-22T08:00:00+08:00");
    assert_int_equal(int_at(&t, "size"), JPEG.n);
    const char *hash = arena_strdup(t.arena, text_at(&t, "hash"));
    assert_int_equal(access(file_on_disk(&t, hash), R_OK), 0);
    /* Again: the same; and on another record it is the same file with a name of its own. */
    assert_int_equal(upload(&t, "/api/sites/code:A-1/files?name=b.jpg", JPEG), 200);
    assert_string_equal(text_at(&t, "name"), "阀门.jpg");
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites/code:A-2/files/%s", hash)), 404);
    assert_int_equal(upload(&t, "/api/sites/code:A-2/files?name=b", JPEG), 201);
    assert_string_equal(text_at(&t, "name"), "b.jpg");
    assert_int_equal(GET(&t, "/api/sites/code:A-1/files"), 200);
    assert_int_equal(count_at(&t, "items"), 1);
    assert_string_equal(text_at(&t, "items.0.note"), "阀");
    assert_true(at(&t, "editable")->b);
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites/code:A-1/files/%s", hash)), 200);
    assert_string_equal(header(&t, "Content-Type"), "image/jpeg");
    assert_string_equal(header(&t, "Content-Disposition"),
                        "inline; filename=\"file.jpg\"; filename*=UTF-8''%E9%98%80%E9%97%A8.jpg");
    assert_string_equal(header(&t, "X-Content-Type-Options"), "nosniff");
    assert_memory_equal(t.last.body, jpeg, JPEG.n);
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites/code:A-1/files/%s?download=true", hash)), 200);
    assert_non_null(strstr(header(&t, "Content-Disposition"), "attachment; filename=\""));
    /* The ledger names hash and file. */
    assert_int_equal(GET(&t, "/api/sites/code:A-1/history"), 200);
    assert_string_equal(text_at(&t, "items.0.action"), "attach");
    assert_string_equal(text_at(&t, "items.0.file.hash"), hash);
    assert_string_equal(text_at(&t, "items.0.file.name"), "阀门.jpg");
    clean_disk(&t, hash);
    world_close(&t);
}

/* A marked photo and the original it was made from: linked, both in the ledger by their hashes, counted once.
 */
static void run_original(DbPool *pool)
{
    static const char raw[] = "\xff\xd8\xff\xe1 as the camera gave it";
    World t;
    int64_t n;
    Work w;
    Record *rec;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    make_site(&t, "A-2", "南站");
    assert_int_equal(upload(&t, "/api/sites/code:A-1/files?name=a.jpg", JPEG), 201);
    const char *marked = arena_strdup(t.arena, text_at(&t, "hash"));
    const char *query =
        arena_printf(t.arena,
                     "name=raw.jpg&of=%s&taken_at=2026-11-22T08:00:00%%2B08:00&lon=120.5&lat=31.2"
                     "&shot_at=2026-11-20T08:00:00%%2B08:00&shot_lon=121&shot_lat=30",
                     marked);
    Str content = str_n(raw, sizeof raw - 1);
    assert_int_equal(upload(&t, arena_printf(t.arena, "/api/sites/code:A-2/files?%s", query), content), 422);
    assert_string_equal(text_at(&t, "fields.0.field"), "of");
    assert_int_equal(upload(&t, arena_printf(t.arena, "/api/sites/code:A-1/files?%s", query), content), 201);
    assert_int_equal(upload(&t, arena_printf(t.arena, "/api/sites/code:A-1/files?%s", query), content), 200);
    const char *original = arena_strdup(t.arena, text_at(&t, "hash"));
    assert_string_equal(text_at(&t, "of"), marked);
    assert_string_equal(text_at(&t, "shot_at"), "2026-11-20T08:00:00+08:00");
    assert_int_equal(GET(&t, "/api/sites/code:A-1/files"), 200);
    assert_int_equal(count_at(&t, "items"), 2);
    assert_string_equal(text_at(&t, "items.1.of"), marked);
    assert_int_equal(int_at(&t, "items.1.shot_lon"), 121);
    assert_int_equal(GET(&t, arena_printf(t.arena, "/api/sites/code:A-1/files/%s", original)), 200);
    assert_memory_equal(t.last.body, raw, sizeof raw - 1);
    assert_int_equal(GET(&t, "/api/sites/code:A-1/history"), 200);
    assert_string_equal(text_at(&t, "items.0.file.hash"), original);
    assert_string_equal(text_at(&t, "items.0.file.of"), marked);
    const Entity *e = kernel_entity(t.kernel, "sites");
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", false, &w));
    assert_int_equal(store_find(&w, e, STR("code:A-1"), &rec), 1);
    db_test_must(&t.ctx, evidence_count(&w, e, rec->id, 0, &n));
    assert_int_equal(n, 1);
    work_abort(&w);
    clean_disk(&t, marked);
    clean_disk(&t, original);
    world_close(&t);
}

static void run_refused(DbPool *pool)
{
    static const struct {
        const char *query, *field;
    } wrong[] = {
        {"?lon=181&lat=31", "lon"},
        {"?lon=120", "lat"},
        {"?lat=31&lon=nan", "lon"},
        {"?taken_at=yesterday", "taken_at"},
        {"?taken_at=2099-01-01", "taken_at"},
        {"?colour=red", "colour"},
        {"?shot_lon=181&shot_lat=1", "shot_lon"},
        {"?shot_at=then", "shot_at"},
        {"?of=../../etc/passwd", "of"},
    };
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(
            upload(&t, arena_printf(t.arena, "/api/sites/code:A-1/files%s", wrong[i].query), JPEG), 422);
        if (!at(&t, "fields")) fail_msg("case %zu: %s", i, t.last.body);
        assert_string_equal(text_at(&t, "fields.0.field"), wrong[i].field);
    }
    const char *path = "/api/sites/code:A-1/files";
    assert_int_equal(upload(&t, path, STR("MZ\x90\0\3")), 415);
    assert_string_equal(text_at(&t, "code"), "evidence.type");
    assert_int_equal(upload(&t, path, STR("")), 422);
    assert_int_equal(upload(&t, "/api/sites/code:A-9/files", JPEG), 404);
    assert_int_equal(upload_as(&t, "", path, "image/jpeg", JPEG), 401);
    /* A watch officer reads sites and neither changes nor acts on them. */
    const char *watch = "Authorization: Bearer test-token-watch\r\n";
    assert_int_equal(upload_as(&t, watch, path, "image/jpeg", JPEG), 403);
    assert_int_equal(GET(&t, "/api/sites/code:A-1/files/../../../anlan.db"), 400);
    assert_int_equal(GET(&t, "/api/sites/code:A-1/files/..%2F..%2Fanlan.db"), 404);
    /* Archived: readable, and takes no more. */
    assert_int_equal(ask(&t, "DELETE", "/api/sites/code:A-1", NULL, NULL), 204);
    assert_int_equal(GET(&t, "/api/sites/code:A-1/files"), 404); /* an archived code names nothing */
    assert_int_equal(access(arena_printf(t.arena, "%s/evidence", t.dir), F_OK), -1);
    world_close(&t);
}

static void run_archived(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    const char *id = arena_strdup(t.arena, text_at(&t, "id"));
    const char *path = arena_printf(t.arena, "/api/sites/%s/files", id);
    assert_int_equal(upload(&t, path, JPEG), 201);
    const char *hash = arena_strdup(t.arena, text_at(&t, "hash"));
    assert_int_equal(ask(&t, "DELETE", "/api/sites/code:A-1", NULL, NULL), 204);
    assert_int_equal(upload(&t, path, STR("%PDF-1.4")), 409);
    assert_string_equal(text_at(&t, "code"), "evidence.ended");
    assert_int_equal(GET(&t, path), 200);
    assert_false(at(&t, "editable")->b);
    assert_int_equal(GET(&t, arena_printf(t.arena, "%s/%s", path, hash)), 200);
    clean_disk(&t, hash);
    world_close(&t);
}

static void run_form(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    Str body = STR("--x\r\nContent-Disposition: form-data; name=\"f\"; "
                   "filename=\"<b>.pdf\"\r\n\r\n%PDF-1.4\r\n--x--\r\n");
    assert_int_equal(
        upload_as(&t, t.auth, "/api/sites/code:A-1/files", "multipart/form-data; boundary=x", body), 201);
    assert_string_equal(text_at(&t, "name"), "_b_.pdf");
    const char *hash = arena_strdup(t.arena, text_at(&t, "hash"));
    Work w;
    int64_t n;
    Record *rec;
    const Entity *e = kernel_entity(t.kernel, "sites");
    db_test_must(&t.ctx, work_begin_as(&t.ctx, t.kernel, NULL, "test", false, &w));
    assert_int_equal(store_find(&w, e, STR("code:A-1"), &rec), 1);
    db_test_must(&t.ctx, evidence_count(&w, e, rec->id, 0, &n));
    assert_int_equal(n, 1);
    db_test_must(&t.ctx, evidence_count(&w, e, rec->id, INT64_C(4102444800000), &n));
    assert_int_equal(n, 0);
    work_abort(&w);
    clean_disk(&t, hash);
    world_close(&t);
}

/* The largest file that is taken, and one byte more. */
static void run_large(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    char *p = malloc(EVIDENCE_MAX + 1);
    assert_non_null(p);
    memset(p, 'x', EVIDENCE_MAX + 1);
    const char *path = "/api/sites/code:A-1/files";
    assert_int_equal(upload(&t, path, str_n(p, EVIDENCE_MAX + 1)), 413);
    assert_string_equal(text_at(&t, "code"), "evidence.too_large");
    assert_int_equal(upload(&t, path, str_n(p, EVIDENCE_MAX)), 201);
    free(p);
    clean_disk(&t, arena_strdup(t.arena, text_at(&t, "hash")));
    world_close(&t);
}

static void put(World *t, Str content, const char **hash)
{
    db_test_must(&t->ctx, evidence_put(&t->ctx, t->kernel, content, hash));
}

static void make_old(World *t, const char *hash)
{
    struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    assert_int_equal(utimensat(AT_FDCWD, file_on_disk(t, hash), old, 0), 0);
}

static int64_t sweep_all(World *t)
{
    int64_t sum = 0, n;
    for (unsigned i = 0; i < 256; i++) {
        db_test_must(&t->ctx, evidence_sweep(&t->ctx, t->kernel, i, clock_now(), &n));
        sum += n;
    }
    return sum;
}

static void run_sweep(DbPool *pool)
{
    World t;
    const char *orphan, *young;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    assert_int_equal(upload(&t, "/api/sites/code:A-1/files", JPEG), 201);
    const char *held = arena_strdup(t.arena, text_at(&t, "hash"));
    put(&t, STR("%PDF-1.1 nobody's"), &orphan);
    put(&t, STR("%PDF-1.2 on its way"), &young);
    make_old(&t, held);
    make_old(&t, orphan);
    make_old(&t, young);
    put(&t, STR("%PDF-1.2 on its way"), &young); /* put again: young again */
    assert_int_equal(sweep_all(&t), 1);
    assert_int_equal(access(file_on_disk(&t, orphan), F_OK), -1);
    assert_int_equal(access(file_on_disk(&t, held), F_OK), 0);
    assert_int_equal(access(file_on_disk(&t, young), F_OK), 0);
    /* What a crash left half-written goes at the next start. */
    const char *half = arena_printf(t.arena, "%s/evidence/tmp-half", t.dir);
    int fd = open(half, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    close(fd);
    evidence_open(t.kernel, &(KernelOptions){0});
    assert_int_equal(access(half, F_OK), -1);
    rmdir(arena_printf(t.arena, "%s/evidence/%.2s", t.dir, orphan));
    unlink(file_on_disk(&t, young));
    rmdir(arena_printf(t.arena, "%s/evidence/%.2s", t.dir, young));
    clean_disk(&t, held);
    world_close(&t);
}

static void run_allow_list(DbPool *pool)
{
    World t;
    world_open(&t, pool);
    make_site(&t, "A-1", "北站");
    evidence_open(t.kernel, &(KernelOptions){.evidence_kinds = "png pdf", .evidence_max = 10});
    assert_int_equal(upload(&t, "/api/sites/code:A-1/files", STR("\xff\xd8\xff x")), 415);
    assert_int_equal(upload(&t, "/api/sites/code:A-1/files", STR("%PDF-1.4 long")), 413);
    world_close(&t);
}

#define EACH(name)                                                                                           \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        db_test_each(run_##name);                                                                            \
    }
EACH(attach)
EACH(original)
EACH(refused)
EACH(archived)
EACH(form)
EACH(large)
EACH(sweep)
EACH(allow_list)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),      cmocka_unit_test(test_packages_that_lie),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_attach),
        cmocka_unit_test(test_original),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_archived),   cmocka_unit_test(test_form),
        cmocka_unit_test(test_large),      cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_allow_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
