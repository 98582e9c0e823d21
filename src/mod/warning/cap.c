/* CAP 1.2 as XML. The schema fixes the order of the elements, so the writer is a list in that order; an
 * optional element is left out when it is empty, because an empty one is not valid for most of them. One info
 * block for each language, with the same codes in both: a reader takes the one it understands and must not
 * come to another conclusion by it. */
#include "cap.h"
#include "base/clock.h"

#include <math.h>

static const char *const type_names[] = {
    [CAP_ALERT] = "Alert", [CAP_UPDATE] = "Update", [CAP_CANCEL] = "Cancel"};
static const char *const lang_tags[LANG_COUNT] = {[LANG_ZH] = "zh-CN", [LANG_EN] = "en"};

const char *cap_type_name(CapType t)
{
    return type_names[t];
}

bool cap_type_parse(Str s, CapType *out)
{
    for (size_t i = 0; i < ARRAY_LEN(type_names); i++)
        if (str_is(s, type_names[i])) {
            *out = (CapType)i;
            return true;
        }
    return false;
}

/* ---- Text ---- */

/* Bytes of a character that XML 1.0 does not have: controls, and U+FFFE and U+FFFF. 0: it is a good one. */
static size_t forbidden(Str s, size_t i)
{
    unsigned char c = (unsigned char)s.p[i];
    if (c < 0x20) return c != '\t' && c != '\n' && c != '\r';
    bool last2 = i + 2 < s.n && c == 0xEF && (unsigned char)s.p[i + 1] == 0xBF;
    return last2 && (unsigned char)s.p[i + 2] >= 0xBE ? 3 : 0;
}

void xml_text(StrBuf *out, Str s)
{
    static const struct {
        char c;
        const char *as;
    } marks[] = {{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
    for (size_t i = 0; i < s.n; i++) {
        size_t bad = forbidden(s, i), m = 0;
        if (bad) {
            i += bad - 1;
            continue;
        }
        while (m < ARRAY_LEN(marks) && marks[m].c != s.p[i]) m++;
        if (m < ARRAY_LEN(marks)) buf_addz(out, marks[m].as);
        else buf_addc(out, s.p[i]);
    }
}

static void element(StrBuf *out, const char *name, Str s)
{
    if (!s.n) return;
    buf_printf(out, "<%s>", name);
    xml_text(out, s);
    buf_printf(out, "</%s>\n", name);
}

bool cap_name_ok(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] <= ' ' || strchr(",<&", s.p[i])) return false;
    return s.n > 0;
}

Str cap_time(Arena *a, int64_t t)
{
    char text[TIME_TEXT_MAX];
    return str_printf(a, "%s", time_print(t - ((t % 1000) + 1000) % 1000, text));
}

Str cap_reference(Arena *a, Str sender, Str identifier, int64_t sent)
{
    Str time = cap_time(a, sent);
    return str_printf(a, "%.*s,%.*s,%.*s", STR_ARG(sender), STR_ARG(identifier), STR_ARG(time));
}

static void time_element(StrBuf *out, const char *name, int64_t t)
{
    if (t != TIME_NONE) element(out, name, cap_time(out->arena, t));
}

static void pairs(StrBuf *out, const char *name, const CapPair *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!p[i].value.n) continue;
        buf_printf(out, "<%s>\n", name);
        element(out, "valueName", p[i].name);
        element(out, "value", p[i].value);
        buf_printf(out, "</%s>\n", name);
    }
}

/* ---- Blocks ---- */

static void ring(StrBuf *out, const CapRing *r)
{
    const double *first = r->p[0], *last = r->p[r->n - 1];
    bool closed = fabs(first[0] - last[0]) < 1e-9 && fabs(first[1] - last[1]) < 1e-9;
    buf_addz(out, "<polygon>");
    for (size_t i = 0; i < r->n; i++) buf_printf(out, "%s%.6f,%.6f", i ? " " : "", r->p[i][1], r->p[i][0]);
    if (!closed) buf_printf(out, " %.6f,%.6f", first[1], first[0]);
    buf_addz(out, "</polygon>\n");
}

static void area(StrBuf *out, const CapAlert *c, const CapWords *words)
{
    buf_addz(out, "<area>\n");
    element(out, "areaDesc", words->area);
    for (size_t i = 0; i < c->nrings; i++) ring(out, &c->rings[i]);
    if (!c->nrings && isfinite(c->lon) && isfinite(c->lat))
        buf_printf(out, "<circle>%.6f,%.6f %.3f</circle>\n", c->lat, c->lon, c->radius_km);
    pairs(out, "geocode", c->geocodes, c->ngeocodes);
    buf_addz(out, "</area>\n");
}

static void info(StrBuf *out, const CapAlert *c, Lang lang)
{
    const CapWords *words = &c->words[lang];
    buf_addz(out, "<info>\n");
    element(out, "language", str_of(lang_tags[lang]));
    element(out, "category", c->category);
    element(out, "event", words->event);
    element(out, "responseType", c->response);
    element(out, "urgency", c->urgency);
    element(out, "severity", c->severity);
    element(out, "certainty", c->certainty);
    time_element(out, "effective", c->effective);
    time_element(out, "onset", c->onset);
    time_element(out, "expires", c->expires);
    element(out, "senderName", words->sender_name);
    element(out, "headline", words->headline);
    element(out, "description", words->description);
    element(out, "instruction", words->instruction);
    element(out, "web", c->web);
    pairs(out, "parameter", c->parameters, c->nparameters);
    area(out, c, words);
    buf_addz(out, "</info>\n");
}

void cap_write(const CapAlert *c, StrBuf *out)
{
    buf_addz(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n");
    element(out, "identifier", c->identifier);
    element(out, "sender", c->sender);
    time_element(out, "sent", c->sent);
    element(out, "status", str_of(c->status));
    element(out, "msgType", str_of(type_names[c->type]));
    element(out, "scope", STR("Public"));
    element(out, "note", c->note);
    if (c->type != CAP_ALERT) element(out, "references", c->references);
    for (int lang = 0; lang < LANG_COUNT; lang++) info(out, c, (Lang)lang);
    buf_addz(out, "</alert>\n");
}
