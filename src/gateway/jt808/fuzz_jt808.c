/* Bytes of anybody as a stream: cut, read, put together, told in words; and what was read is written again.
 */
#include "gateway/jt808.h"
#include "gateway/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct Take {
    const char *phone;
    ReadingSink sink;
} Take;

static void take(void *ud, unsigned index, const Jt808Location *l, const char *refused)
{
    const Take *t = ud;
    (void)index;
    if (refused) return;
    ENSURE(l->lat >= -90 && l->lat <= 90 && l->lon >= -180 && l->lon <= 180 ? true : l->place_q == 2);
    size_t n = jt808_readings(l, t->phone, l->t, &t->sink);
    ENSURE(n >= 7 && n <= 9);
}

static void take_frame(Arena *a, Jt808Joiner *j, Str frame, const ReadingSink *sink)
{
    Jt808Frame f;
    bool late;
    if (jt808_parse(a, frame, &f)) return;
    if (f.total && jt808_join(j, a, &f, 0) != 1) return;
    Take t = {f.phone, *sink};
    Jt808Registration r;
    Str code;
    if (f.id == JT808_REGISTER) jt808_registration(a, &f, &r);
    else if (f.id == JT808_AUTHENTICATE) jt808_auth_code(&f, &code);
    else jt808_locations(f.id, f.body, &late, take, &t);
    if (f.total) return;
    /* The same frame comes out when it is written (escapes have one form). */
    StrBuf again;
    buf_init(&again, a);
    Jt808Frame to = f;
    jt808_write(&again, &to, f.id, f.seq, f.body);
    Jt808Frame g;
    ENSURE(jt808_parse(a, buf_str(&again), &g) == NULL);
    ENSURE(g.id == f.id && g.seq == f.seq && str_eq(g.body, f.body) && strcmp(g.phone, f.phone) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena *a = arena_new(0);
    Jt808Joiner *j = jt808_joiner_new();
    Recorder r = {0};
    ReadingSink sink = recorder_sink(&r);
    Str rest = str_n((const char *)data, size);
    const char *code = "";
    for (long n; rest.n && (n = jt808_cut(rest, &code)) != 0;) {
        size_t step = (size_t)(n < 0 ? -n : n);
        ENSURE(step <= rest.n && step > 0);
        Str frame = str_n(rest.p, step);
        StrBuf words;
        buf_init(&words, a);
        jt808_describe(frame, LANG_EN, &words);
        ENSURE(words.n == 0 || str_utf8_ok(buf_str(&words)));
        if (n > 0) {
            take_frame(a, j, frame, &sink);
            char *copy = arena_copy(a, frame.p, frame.n);
            jt808_mask(copy, frame.n);
        }
        rest = str_n(rest.p + step, rest.n - step);
    }
    jt808_joiner_free(&j);
    arena_free(&a);
    return 0;
}
