/* Variations of a paper must read alike: other widths, brackets and numerals, hard-wrapped lines, pages with
 * running titles, other encodings, a web page, a docx. Made at run time from our own papers in tests/policy
 * and, when they are there, from the papers of the test data. */
#include "policy_test.h"
#include "test_zip.h"
#include "text.h"

#include <dirent.h>
#include <iconv.h>

typedef struct Cp {
    char32_t *p;
    size_t n, cap;
    Arena *arena;
} Cp;

static void cp_add(Cp *c, char32_t x)
{
    if (c->n == c->cap) c->p = policy__vec_grow(c->arena, c->p, c->n, &c->cap, sizeof *c->p);
    c->p[c->n++] = x;
}

static void cp_addz(Cp *c, const char32_t *z)
{
    while (*z) cp_add(c, *z++);
}

/* --- what must not change --- */

static void add_folded(StrBuf *b, Str s)
{
    Arena *a = arena_new(0);
    Ctx ctx;
    PolicyPaper *p = NULL;
    ctx_init(&ctx, a, LANG_EN);
    assert_true(policy_read(&ctx, s, &p) >= 0);
    for (size_t i = 0; i < p->ntext; i++) {
        char32_t c = cp_fold(p->text[i]);
        if (c == U'一' || cp_digit(c)) c = '1'; /* numerals and years are rewritten too */
        if (!cp_blank(c)) policy__buf_cp(b, c);
    }
    arena_free(&a);
}

/* Clauses with their units by role, holders, cadences: one line each. */
static Str digest(Test *t, Str bytes, size_t *clauses, size_t *cadences)
{
    const PolicyPaper *p = test_read(t, bytes);
    StrBuf b;
    buf_init(&b, t->arena);
    *clauses = *cadences = 0;
    for (size_t i = 0; i < p->items.n; i++) {
        const PolicyItem *item = &p->items.v[i];
        if (item->clause.p) {
            add_folded(&b, item->clause);
            for (PolicyRole r = 0; r < POLICY_ROLES; r++) {
                buf_addz(&b, " |");
                for (size_t k = 0; k < item->units[r].n; k++) {
                    buf_addc(&b, ' ');
                    add_folded(&b, item->units[r].v[k]);
                }
            }
            buf_addc(&b, '\n');
            ++*clauses;
        }
        if (item->holder.n) add_folded(&b, str_printf(t->arena, "holder: %.*s", STR_ARG(item->holder)));
        if (item->cadence.n) buf_printf(&b, "%s\n", test_cadence(t, item));
        *cadences += item->cadence.n;
    }
    return b.p ? buf_str(&b) : STR("");
}

/* --- encodings and files --- */

static Str to_utf8(Arena *a, const Cp *c)
{
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < c->n; i++) policy__buf_cp(&b, c->p[i]);
    return buf_str(&b);
}

static Str to_encoding(Arena *a, const Cp *c, const char *name)
{
    iconv_t cd = iconv_open(name, "UTF-32LE");
    assert_true(cd != (iconv_t)-1);
    size_t in_left = c->n * 4, size = c->n * 4 + 16, left = size;
    char *in = (char *)c->p, *out = arena_alloc(a, size), *to = out;
    assert_true(iconv(cd, &in, &in_left, &to, &left) != (size_t)-1);
    iconv_close(cd);
    return str_n(out, size - left);
}

static void add_escaped(StrBuf *b, char32_t c)
{
    if (c == '<') buf_addz(b, "&lt;");
    else if (c == '>') buf_addz(b, "&gt;");
    else if (c == '&') buf_addz(b, "&amp;");
    else policy__buf_cp(b, c);
}

/* Each line of the text between open and close. */
static void add_lines(StrBuf *b, const Cp *c, const char *open, const char *close)
{
    for (size_t i = 0, from = 0; i <= c->n; i++) {
        if (i < c->n && c->p[i] != '\n') continue;
        if (i > from) {
            buf_addz(b, open);
            for (size_t k = from; k < i; k++) add_escaped(b, c->p[k] == '\t' ? ' ' : c->p[k]);
            buf_addz(b, close);
        }
        from = i + 1;
    }
}

static Str to_html(Arena *a, const Cp *c)
{
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b,
             "<!DOCTYPE html>\n<html><head><title>政务公开</title><style>p{color:red}</style></head><body>"
             "<div class=nav><a>首页</a> &gt; "
             "<a>政务公开</a></div><table><tr><td><ul><li>机构职能<li>通知公告</ul></td><td>"
             "<div>发布时间：2031-05-06 浏览次数：12</div><script>var a='（市应急局负责）。'</script>\n");
    add_lines(&b, c, "<p>\n<span>", "</span>&nbsp;</p>\n");
    buf_addz(&b, "<br>上一篇：无<br></td></tr></table><div>版权所有 主办</div></body></html>");
    return buf_str(&b);
}

static Str to_docx(Arena *a, const Cp *c)
{
    StrBuf b;
    buf_init(&b, a);
    buf_addz(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><w:document xmlns:w=\"w\"><w:body>");
    add_lines(&b, c, "<w:p><w:r><w:t>", "</w:t><w:delText>（市应急局负责）。</w:delText></w:r></w:p>");
    buf_addz(&b, "</w:body></w:document>");
    return test_zip(a, &(TestMember){"word/document.xml", buf_str(&b)}, 1);
}

/* --- rewriting --- */

static Cp map_chars(Arena *a, const Cp *c, const char32_t *from, const char32_t *to)
{
    Cp out = {.arena = a};
    for (size_t i = 0; i < c->n; i++) {
        char32_t x = c->p[i];
        for (size_t k = 0; from[k]; k++)
            if (from[k] == x) x = to[k];
        cp_add(&out, x);
    }
    return out;
}

/* Brackets of other kinds, opening and closing by turns. */
static Cp vary_brackets(Arena *a, const Cp *c)
{
    static const char32_t opens[] = U"（〔[【(", closes[] = U"）]〕)】";
    Cp out = {.arena = a};
    size_t o = 0, e = 0;
    for (size_t i = 0; i < c->n; i++) {
        char32_t x = cp_fold(c->p[i]);
        cp_add(&out, x == '(' ? opens[o++ % 5] : x == ')' ? closes[e++ % 5] : c->p[i]);
    }
    return out;
}

static Cp vary_numerals(Arena *a, const Cp *c)
{
    Cp out = {.arena = a};
    for (size_t i = 0; i < c->n; i++) {
        bool counted = i + 1 < c->n && one_of(c->p[i + 1], U"次起轮");
        bool alone = i == 0 || (!cp_numeral(c->p[i - 1]) && !one_of(c->p[i - 1], U"第.－-—"));
        char32_t x = c->p[i];
        if (counted && alone && x == '1') x = U'一';
        else if (counted && alone && x == U'一' && c->p[i + 1] == U'次') x = '1';
        cp_add(&out, x);
    }
    return out;
}

static Cp vary_years(Arena *a, const Cp *c)
{
    Cp out = {.arena = a};
    for (size_t i = 0; i < c->n; i++) {
        bool year = i + 4 < c->n && c->p[i] == '2' && c->p[i + 1] == '0' && cp_digit(c->p[i + 2]) &&
                    c->p[i + 4] == U'年';
        if (year) cp_addz(&out, U"2037"), i += 3;
        else cp_add(&out, c->p[i]);
    }
    return out;
}

typedef struct Page {
    size_t columns, lines; /* a line's width in Han; lines of a page, 0: no pages */
    bool gaps;             /* a blank line between paragraphs instead of an indent */
} Page;

/* Hard-wrapped for a page; the paragraph's own indent becomes two wide blanks or a blank line before it. */
static Cp wrap(Arena *a, const Cp *c, const Page *page)
{
    Cp out = {.arena = a};
    size_t line = 0, number = 1;
    for (size_t i = 0; i < c->n;) {
        size_t end = i, column = 0;
        while (end < c->n && c->p[end] != '\n') end++;
        while (i < end && cp_blank(c->p[i])) i++;
        if (i < end && page->gaps) cp_add(&out, '\n');
        if (i < end && !page->gaps) cp_addz(&out, U"　　"), column = 4;
        for (bool any = i < end; any; any = false) {
            for (; i < end; i++) {
                unsigned width = c->p[i] < 0x80 ? 1 : 2;
                if (column + width > page->columns * 2) {
                    cp_add(&out, '\n');
                    column = 0;
                    if (page->lines && ++line >= page->lines) {
                        line = 0;
                        cp_addz(&out, U"\n— ");
                        if (number > 9) cp_add(&out, (char32_t)('0' + number / 10 % 10));
                        cp_add(&out, (char32_t)('0' + number++ % 10));
                        cp_addz(&out, U" —\n\f镜湖市工作文件汇编\n");
                    }
                }
                cp_add(&out, c->p[i]);
                column += width;
            }
            cp_add(&out, '\n');
            line++;
        }
        i = end + 1;
    }
    return out;
}

/* --- the runs --- */

typedef struct Tally {
    size_t papers, variations, alike, clauses, cadences;
} Tally;

static void compare(Tally *tally, const char *paper, const char *what, Str want, Str bytes)
{
    Test t = test_begin();
    size_t clauses, cadences;
    Str got = digest(&t, bytes, &clauses, &cadences);
    tally->variations++;
    if (str_eq(got, want)) {
        tally->alike++;
    } else {
        size_t i = 0, from = 0;
        while (i < got.n && i < want.n && got.p[i] == want.p[i]) {
            if (got.p[i] == '\n') from = i + 1;
            i++;
        }
        print_error("%s, %s differs\n  want %.*s\n  got  %.*s\n", paper, what,
                    (int)(want.n - from < 300 ? want.n - from : 300), want.p + from,
                    (int)(got.n - from < 300 ? got.n - from : 300), got.p + from);
    }
    arena_free(&t.arena);
}

static void vary(Tally *tally, const char *name, Str bytes)
{
    static const char32_t half[] = U",;:()?!", full[] = U"，；：（）？！";
    Test t = test_begin();
    size_t clauses, cadences;
    const PolicyPaper *p = test_read(&t, bytes);
    Cp c = {(char32_t *)p->text, p->ntext, p->ntext, t.arena};
    Str want = digest(&t, bytes, &clauses, &cadences);
    Arena *a = t.arena;
    Cp wide = map_chars(a, &c, half, full), narrow = map_chars(a, &c, full, half),
       kinds = vary_brackets(a, &c), numerals = vary_numerals(a, &c), years = vary_years(a, &c);
    Cp w30 = wrap(a, &c, &(Page){30, 0, false}), w27 = wrap(a, &c, &(Page){27, 10, false}),
       w40 = wrap(a, &wide, &(Page){40, 0, true});
    compare(tally, name, "full width", want, to_utf8(a, &wide));
    compare(tally, name, "half width", want, to_utf8(a, &narrow));
    compare(tally, name, "brackets of all kinds", want, to_utf8(a, &kinds));
    compare(tally, name, "other numerals", want, to_utf8(a, &numerals));
    compare(tally, name, "other years", want, to_utf8(a, &years));
    compare(tally, name, "wrapped", want, to_utf8(a, &w30));
    compare(tally, name, "wrapped, with pages", want, to_utf8(a, &w27));
    compare(tally, name, "wrapped, blank lines between", want, to_utf8(a, &w40));
    compare(tally, name, "GB 18030", want, to_encoding(a, &c, "GB18030"));
    compare(tally, name, "UTF-16 with its mark", want, to_encoding(a, &c, "UTF-16"));
    compare(tally, name, "UTF-16BE", want, to_encoding(a, &c, "UTF-16BE"));
    compare(tally, name, "html", want, to_html(a, &c));
    compare(tally, name, "html in GB 18030", want,
            to_encoding(a,
                        &(Cp){(char32_t *)test_read(&t, to_html(a, &c))->text,
                              test_read(&t, to_html(a, &c))->ntext, 0, a},
                        "GB18030"));
    compare(tally, name, "docx", want, to_docx(a, &c));
    tally->papers++;
    tally->clauses += clauses;
    tally->cadences += cadences;
    arena_free(&t.arena);
}

static bool vary_file(Tally *tally, const char *path, const char *name)
{
    Arena *a = arena_new(0);
    StrBuf b;
    char block[8192];
    buf_init(&b, a);
    FILE *f = fopen(path, "rb");
    if (!f) return arena_free(&a), false;
    for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;) buf_add(&b, str_n(block, n));
    fclose(f);
    vary(tally, name, buf_str(&b));
    arena_free(&a);
    return true;
}

static size_t vary_folder(Tally *tally, const char *folder)
{
    size_t n = 0;
    struct dirent *e;
    DIR *dir = opendir(folder);
    if (!dir) return 0;
    while ((e = readdir(dir)) != NULL) {
        char path[4096];
        if (!str_ends(str_of(e->d_name), STR(".txt"))) continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        n += vary_file(tally, path, e->d_name);
    }
    closedir(dir);
    return n;
}

static void check(Tally *tally)
{
    print_message(
        "   %zu papers, %zu variations, %zu read alike (%zu clauses and %zu cadences a variation in all)\n",
        tally->papers, tally->variations, tally->alike, tally->clauses, tally->cadences);
    assert_int_equal(tally->alike, tally->variations);
}

static void test_own_papers(void **state)
{
    (void)state;
    Tally tally = {0};
    assert_true(vary_folder(&tally, ANLAN_SOURCE_DIR "/tests/policy") >= 3);
    check(&tally);
}

static void test_papers_of_the_data(void **state)
{
    (void)state;
    Tally tally = {0};
    char folder[4096];
    const char *data = getenv("ANLAN_TEST_DATA");
    snprintf(folder, sizeof folder, "%s/../policy", data ? data : ANLAN_SOURCE_DIR "/../shared/data");
    if (vary_folder(&tally, folder) == 0) {
        print_message("   skipped: no test data\n");
        return;
    }
    check(&tally);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_own_papers),
                                       cmocka_unit_test(test_papers_of_the_data)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
