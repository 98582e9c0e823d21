/* Query strings, paths and request targets: whatever comes, decoding stays inside the input, and what is
 * accepted is valid UTF-8 without NUL and means the same when encoded and read again. */
#include "router.h"
#include "url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(Str s)
{
    ENSURE(str_utf8_ok(s) && (!s.n || !memchr(s.p, 0, s.n)));
}

static void check_queries(Arena *a, Str query)
{
    UrlPair *pairs, *again;
    size_t n, nagain;
    if (!url_query(a, query, &pairs, &n)) return;
    ENSURE(n <= URL_QUERIES_MAX);
    StrBuf b;
    buf_init(&b, a);
    for (size_t i = 0; i < n; i++) {
        check_text(pairs[i].name);
        check_text(pairs[i].value);
        if (i) buf_addc(&b, '&');
        url_encode(&b, pairs[i].name);
        buf_addc(&b, '=');
        url_encode(&b, pairs[i].value);
    }
    ENSURE(url_query(a, buf_str(&b), &again, &nagain) && nagain == n);
    for (size_t i = 0; i < n; i++)
        ENSURE(str_eq(pairs[i].name, again[i].name) && str_eq(pairs[i].value, again[i].value));
}

static void check_segments(Arena *a, Str path)
{
    Str seg[PATH_SEGMENTS_MAX + 1];
    size_t n;
    if (!url_segments(a, path, seg, PATH_SEGMENTS_MAX, &n)) return;
    ENSURE(n >= 1 && n <= PATH_SEGMENTS_MAX + 1);
    for (size_t i = 0; i < n && i < PATH_SEGMENTS_MAX; i++) {
        check_text(seg[i]);
        ENSURE(!str_is(seg[i], "..") && !str_is(seg[i], "."));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Arena *a;
    if (!a) a = arena_new(0);
    Str target = str_n((const char *)data, size), path, query;
    if (url_target(target, &path, &query)) {
        check_queries(a, query);
        check_segments(a, path);
    }
    check_queries(a, target);
    arena_reset(a);
    return 0;
}
