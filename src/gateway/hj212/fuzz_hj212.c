/* A stream from anybody: cut, taken apart, read, put into words and answered. An odd first byte wraps the
 * rest as a data segment with the right CRC, so that the fuzzer gets past the sum. What we answer must be a
 * frame that we can read. */
#include "base/rc.h"
#include "gateway/hj212.h"
#include "gateway/recorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(Arena *a, Str frame)
{
    static Hj212Split split;
    StrBuf out, reply;
    buf_init(&out, a);
    buf_init(&reply, a);
    Recorder r = {.out = &out};
    ReadingSink sink = recorder_sink(&r);
    Hj212Flags flags;
    Hj212Packet p, back;
    ENSURE(hj212_flags_parse(STR(HJ212_FLAGS_DEFAULT), &flags));
    const char *why = hj212_parse(frame, &p), *code;
    if (!why && hj212_kind(p.cn) == HJ212_DATA) hj212_readings(&p, &flags, &split, &sink);
    for (Lang lang = LANG_ZH; lang < LANG_COUNT; lang++) {
        StrBuf words;
        buf_init(&words, a);
        hj212_describe(frame, lang, &words);
        ENSURE(str_utf8_ok(buf_str(&words)));
    }
    if (why || !hj212_wants_reply(&p)) return;
    hj212_reply(&reply, &p, false);
    ENSURE(hj212_cut(buf_str(&reply), &code) == (long)reply.n && hj212_parse(buf_str(&reply), &back) == NULL);
    ENSURE(str_eq(back.mn, p.mn) && hj212_kind(back.cn) == HJ212_ANSWER);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    Arena *a = arena_new(0);
    Str s = str_n((const char *)data + 1, size - 1);
    if (data[0] & 1 && s.n <= HJ212_SEGMENT_MAX) {
        StrBuf b;
        buf_init(&b, a);
        hj212_frame(&b, s);
        take(a, buf_str(&b));
    }
    while (s.n) {
        const char *code;
        long n = hj212_cut(s, &code);
        if (n == 0) break;
        size_t step = (size_t)(n > 0 ? n : -n);
        ENSURE(step <= s.n && (n > 0) == (code == NULL));
        if (n > 0) take(a, str_n(s.p, step));
        s = str_n(s.p + step, s.n - step);
    }
    arena_free(&a);
    return 0;
}
