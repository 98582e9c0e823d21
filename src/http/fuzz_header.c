/* Header values: cookies, parameters, languages, codings, entity tags. Results are views into the input (or
 * its copy) and never longer than it. */
#include "url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Arena *a;
    if (!a) a = arena_new(0);
    Str s = str_n((const char *)data, size);
    static const char *const names[] = {"sid", "boundary", "filename", "q", ""};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        ENSURE(url_cookie(s, str_of(names[i])).n <= size);
        ENSURE(url_header_param(a, s, names[i]).n <= size);
        accept_encoding(s, names[i]);
    }
    ENSURE(url_header_value(s).n <= size);
    Lang lang = accept_lang(s, LANG_ZH);
    ENSURE(lang == LANG_ZH || lang == LANG_EN);
    etag_matches(s, STR("\"a\""));
    arena_reset(a);
    return 0;
}
