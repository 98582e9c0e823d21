/* The headers by which a client says what it takes: languages, content codings, entity tags (RFC 9110 §12.5,
 * §13.1). */
#include "base/num.h"
#include "url.h"

/* Takes one item of a comma list off the front: its token and its weight (1 when none or unreadable). */
static Str next_item(Str *list, double *q)
{
    Str item = str_cut(list, ',');
    Str token = str_trim(str_cut(&item, ';'));
    *q = 1;
    while (item.n) {
        Str param = str_trim(str_cut(&item, ';'));
        Str name = str_trim(str_cut(&param, '='));
        double v;
        if (str_ieq(name, STR("q")) && num_parse_f64(str_trim(param), false, &v) && v >= 0 && v <= 1) *q = v;
    }
    return token;
}

static bool lang_prefix(Str token, const char *lang)
{
    if (token.n < 2 || !str_ieq(str_n(token.p, 2), str_of(lang))) return false;
    return token.n == 2 || token.p[2] == '-';
}

Lang accept_lang(Str header, Lang other)
{
    double best[LANG_COUNT] = {0};
    while (header.n) {
        double q;
        Str token = next_item(&header, &q);
        if (lang_prefix(token, "zh") && q > best[LANG_ZH]) best[LANG_ZH] = q;
        if (lang_prefix(token, "en") && q > best[LANG_EN]) best[LANG_EN] = q;
    }
    if (best[LANG_ZH] > best[LANG_EN]) return LANG_ZH;
    if (best[LANG_EN] > best[LANG_ZH]) return LANG_EN;
    return other;
}

bool accept_encoding(Str header, const char *coding)
{
    bool star = false;
    while (header.n) {
        double q;
        Str token = next_item(&header, &q);
        if (str_ieq(token, str_of(coding))) return q > 0;
        if (str_is(token, "*")) star = q > 0;
    }
    return star;
}

bool etag_matches(Str header, Str etag)
{
    while (header.n) {
        Str one = str_trim(str_cut(&header, ','));
        if (str_starts(one, STR("W/"))) one = str_n(one.p + 2, one.n - 2);
        if (str_is(one, "*") || str_eq(one, etag)) return true;
    }
    return false;
}
