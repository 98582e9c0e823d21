/* Finding a substance of GB 18218 by what people write, and the small tables of grading. */
#include "risk/substance.h"

enum { NAME_MAX_BYTES = 400 };

const RiskCategory *risk_category_find(Str symbol)
{
    for (size_t i = 0; i < risk_ncategories; i++)
        if (str_is(symbol, risk_categories[i].symbol)) return &risk_categories[i];
    return NULL;
}

/* Lower case, no spaces, brackets and commas of one width. Returns the length. */
static size_t fold(Str s, char out[NAME_MAX_BYTES])
{
    static const struct {
        const char *wide;
        char narrow;
    } widths[] = {{"（", '('}, {"）", ')'}, {"，", ','}, {"［", '['}, {"］", ']'}, {"－", '-'}};
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < NAME_MAX_BYTES;) {
        char c = s.p[i];
        size_t step = 1;
        for (size_t w = 0; w < ARRAY_LEN(widths); w++)
            if (s.n - i >= 3 && memcmp(s.p + i, widths[w].wide, 3) == 0) {
                c = widths[w].narrow;
                step = 3;
            }
        i += step;
        if (c == ' ') continue;
        out[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    return n;
}

static size_t find(Str wanted, bool by_cas, const RiskSubstance *out[RISK_ROWS])
{
    char want[NAME_MAX_BYTES], have[NAME_MAX_BYTES];
    size_t nwant = fold(wanted, want), found = 0;
    for (size_t i = 0; i < RISK_ROWS; i++) {
        Str all = str_of(by_cas ? risk_substances[i].cas : risk_substances[i].names);
        while (all.n) {
            size_t nhave = fold(str_cut(&all, '|'), have);
            if (nhave != nwant || memcmp(want, have, nwant) != 0) continue;
            out[found++] = &risk_substances[i];
            break;
        }
    }
    return found;
}

bool risk_cas_ok(Str cas)
{
    unsigned sum = 0, weight = 1, digits = 0;
    if (cas.n < 7 || cas.n > 12 || cas.p[cas.n - 2] != '-' || cas.p[cas.n - 5] != '-') return false;
    for (size_t i = cas.n; i-- > 0;) {
        char c = cas.p[i];
        if (c == '-' && (i == cas.n - 2 || i == cas.n - 5)) continue;
        if (c < '0' || c > '9') return false;
        if (digits++) sum += (unsigned)(c - '0') * weight++;
    }
    return sum % 10 == (unsigned)(cas.p[cas.n - 1] - '0');
}

size_t risk_substance_by_cas(Str cas, const RiskSubstance *out[RISK_ROWS])
{
    return find(cas, true, out);
}

size_t risk_substance_by_name(Str name, const RiskSubstance *out[RISK_ROWS])
{
    return find(name, false, out);
}

Str risk_substance_name(const RiskSubstance *s)
{
    Str all = str_of(s->names);
    return str_cut(&all, '|');
}

double risk_alpha(int64_t residents)
{
    static const struct {
        int64_t from;
        double alpha;
    } table[] = {{100, 2.0}, {50, 1.5}, {30, 1.2}, {1, 1.0}};
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (residents >= table[i].from) return table[i].alpha;
    return 0.5;
}

int risk_major_grade(double r)
{
    static const double lower[] = {100, 50, 10};
    r = risk_round9(r);
    for (int i = 0; i < (int)ARRAY_LEN(lower); i++)
        if (r >= lower[i]) return i + 1;
    return ARRAY_LEN(lower) + 1;
}
