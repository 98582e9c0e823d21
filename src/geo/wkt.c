/* Well-known text differs from GeoJSON's coordinates in its brackets and blanks: "(" is "[", and a position
 * is numbers with blanks between. So it is rewritten in one pass; depth and kind are for the check of the
 * shape. */
#include "geo/wkt.h"
#include "base/num.h"
#include <math.h>

enum { WKT_DEPTH = 4 };

static const char *const types[] = {"Point",      "LineString",      "Polygon",
                                    "MultiPoint", "MultiLineString", "MultiPolygon"};

static const char *type_of(Str word)
{
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_ieq(word, str_of(types[i]))) return types[i];
    return NULL;
}

static Str take_word(Str *s)
{
    size_t n = 0;
    *s = str_trim(*s);
    while (n < s->n && ((s->p[n] | 32) >= 'a' && (s->p[n] | 32) <= 'z')) n++;
    Str word = str_n(s->p, n);
    *s = str_trim(str_n(s->p + n, s->n - n));
    return word;
}

/* "120 30 5" → "[120,30]"; stops at ',' or ')'. */
static bool take_position(Str *s, StrBuf *b)
{
    int n = 0;
    for (*s = str_trim(*s); s->n && s->p[0] != ',' && s->p[0] != ')'; *s = str_trim(*s)) {
        size_t k = 0;
        double v;
        char text[NUM_TEXT_MAX];
        while (k < s->n && !strchr(" \t\r\n,()", s->p[k])) k++;
        if (k == 0 || !num_parse_f64(str_n(s->p, k), false, &v) || !isfinite(v)) return false;
        if (n < 2) {
            buf_addc(b, n ? ',' : '[');
            buf_add(b, str_n(text, num_print_f64(v, text)));
        }
        n++;
        *s = str_n(s->p + k, s->n - k);
    }
    buf_addc(b, ']');
    return n >= 2 && n <= 4;
}

static bool take_list(Str *s, int depth, StrBuf *b)
{
    if (depth == WKT_DEPTH || !s->n || s->p[0] != '(') return false;
    buf_addc(b, '[');
    do {
        *s = str_trim(str_n(s->p + 1, s->n - 1)); /* '(' or ',' */
        bool ok = s->n && s->p[0] == '(' ? take_list(s, depth + 1, b) : take_position(s, b);
        *s = str_trim(*s);
        if (!ok || !s->n) return false;
        if (s->p[0] == ',') buf_addc(b, ',');
    } while (s->p[0] == ',');
    if (s->p[0] != ')') return false;
    *s = str_n(s->p + 1, s->n - 1);
    buf_addc(b, ']');
    return true;
}

bool geo_wkt_json(Arena *a, Str wkt, Str *out)
{
    StrBuf b;
    wkt = str_trim(wkt);
    if (str_starts(wkt, STR("SRID="))) str_cut(&wkt, ';');
    const char *type = type_of(take_word(&wkt));
    if (!type) return false;
    Str word = take_word(&wkt);
    if (word.n && !str_ieq(word, STR("Z")) && !str_ieq(word, STR("M")) && !str_ieq(word, STR("ZM")))
        return false;
    buf_init(&b, a);
    if (!take_list(&wkt, 0, &b) || str_trim(wkt).n) return false;
    Str list = buf_str(&b);
    if (!strcmp(type, "Point")) list = str_n(list.p + 1, list.n - 2); /* "[[x,y]]" */
    *out = str_printf(a, "{\"type\":\"%s\",\"coordinates\":%.*s}", type, STR_ARG(list));
    return true;
}
