/* The rules of the CAP 1.2 schema as far as our messages go: order and number of elements, patterns of their
 * text, and the well-formedness beneath. Include cmocka.h first. */
#pragma once
#include "base/clock.h"
#include "cap.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct CapRule {
    const char *parent, *name;
    int min, max;
    const char *choices; /* space separated words; NULL: free */
    bool (*ok)(Str text);
} CapRule;

static inline bool cap_test_time(Str s) /* \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d */
{
    static const char shape[] = "0000-00-00T00:00:00+00:00";
    if (s.n != sizeof shape - 1) return false;
    for (size_t i = 0; i < s.n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (shape[i] == '0' ? !digit : shape[i] == '+' ? s.p[i] != '+' && s.p[i] != '-' : s.p[i] != shape[i])
            return false;
    }
    return true;
}

static inline bool cap_test_pair(Str s)
{
    char z[80], *end;
    if (s.n >= sizeof z) return false;
    memcpy(z, s.p, s.n);
    z[s.n] = 0;
    double lat = strtod(z, &end);
    if (*end != ',' || lat < -90 || lat > 90) return false;
    double lon = strtod(end + 1, &end);
    return !*end && lon >= -180 && lon <= 180;
}

static inline bool cap_test_polygon(Str s)
{
    Str rest = s, first = str_cut(&rest, ' '), last = first;
    size_t n = 1;
    if (!cap_test_pair(first)) return false;
    for (; rest.n; n++) {
        last = str_cut(&rest, ' ');
        if (!cap_test_pair(last)) return false;
    }
    return n >= 4 && str_eq(first, last);
}

static inline bool cap_test_circle(Str s)
{
    Str rest = s, pair = str_cut(&rest, ' ');
    return cap_test_pair(pair) && rest.n && rest.p[0] >= '0' && rest.p[0] <= '9';
}

static inline bool cap_test_references(Str s)
{
    while (s.n) {
        Str one = str_cut(&s, ' '), sender = str_cut(&one, ','), id = str_cut(&one, ',');
        if (!cap_name_ok(sender) || !cap_name_ok(id) || !cap_test_time(one)) return false;
    }
    return true;
}

/* In the schema's order within each parent. */
static const CapRule cap_rules[] = {
    {"", "alert", 1, 1, NULL, NULL},
    {"alert", "identifier", 1, 1, NULL, cap_name_ok},
    {"alert", "sender", 1, 1, NULL, cap_name_ok},
    {"alert", "sent", 1, 1, NULL, cap_test_time},
    {"alert", "status", 1, 1, "Actual Exercise System Test Draft", NULL},
    {"alert", "msgType", 1, 1, "Alert Update Cancel Ack Error", NULL},
    {"alert", "scope", 1, 1, "Public", NULL},
    {"alert", "note", 0, 1, NULL, NULL},
    {"alert", "references", 0, 1, NULL, cap_test_references},
    {"alert", "info", 2, 2, NULL, NULL},
    {"info", "language", 1, 1, "zh-CN en", NULL},
    {"info", "category", 1, 9, "Geo Met Safety Security Rescue Fire Health Env Transport Infra CBRNE Other",
     NULL},
    {"info", "event", 1, 1, NULL, NULL},
    {"info", "responseType", 0, 9, "Shelter Evacuate Prepare Execute Avoid Monitor Assess AllClear None",
     NULL},
    {"info", "urgency", 1, 1, "Immediate Expected Future Past Unknown", NULL},
    {"info", "severity", 1, 1, "Extreme Severe Moderate Minor Unknown", NULL},
    {"info", "certainty", 1, 1, "Observed Likely Possible Unlikely Unknown", NULL},
    {"info", "effective", 0, 1, NULL, cap_test_time},
    {"info", "onset", 0, 1, NULL, cap_test_time},
    {"info", "expires", 1, 1, NULL, cap_test_time}, /* strict profiles demand it */
    {"info", "senderName", 0, 1, NULL, NULL},
    {"info", "headline", 0, 1, NULL, NULL},
    {"info", "description", 0, 1, NULL, NULL},
    {"info", "instruction", 0, 1, NULL, NULL},
    {"info", "web", 0, 1, NULL, NULL},
    {"info", "parameter", 0, 99, NULL, NULL},
    {"info", "area", 1, 1, NULL, NULL},
    {"parameter", "valueName", 1, 1, NULL, NULL},
    {"parameter", "value", 1, 1, NULL, NULL},
    {"area", "areaDesc", 1, 1, NULL, NULL},
    {"area", "polygon", 0, 99, NULL, cap_test_polygon},
    {"area", "circle", 0, 99, NULL, cap_test_circle},
    {"area", "geocode", 0, 99, NULL, NULL},
    {"geocode", "valueName", 1, 1, NULL, NULL},
    {"geocode", "value", 1, 1, NULL, NULL},
};

static inline bool cap_test_word(const char *choices, Str s)
{
    Str rest = str_of(choices);
    while (rest.n)
        if (str_eq(str_cut(&rest, ' '), s)) return true;
    return false;
}

typedef struct CapReader {
    Str s;
    char fault[200];
} CapReader;

static inline bool cap_test_fail(CapReader *r, const char *what, Str at)
{
    snprintf(r->fault, sizeof r->fault, "%s: %.*s", what, (int)(at.n < 80 ? at.n : 80), at.p ? at.p : "");
    return false;
}

static inline bool cap_test_text_ok(Str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '<' || c == '>' || (c < 0x20 && c != '\n' && c != '\t')) return false;
        if (c == '&' && !memchr(s.p + i, ';', s.n - i < 7 ? s.n - i : 7)) return false;
    }
    return str_utf8_ok(s);
}

static inline bool cap_test_children(CapReader *r, Str parent, bool *leaf);

/* One element at the reader's place, which is "<name…>". */
static inline bool cap_test_element(CapReader *r, Str parent, size_t *rule)
{
    Str head = {r->s.p + 1, 0};
    while (head.n < r->s.n - 1 && !strchr("> ", head.p[head.n])) head.n++;
    const char *close = memchr(r->s.p, '>', r->s.n);
    if (!close) return cap_test_fail(r, "no end of a tag", r->s);
    size_t i = *rule;
    while (i < ARRAY_LEN(cap_rules) &&
           !(str_is(parent, cap_rules[i].parent) && str_is(head, cap_rules[i].name)))
        i++;
    if (i == ARRAY_LEN(cap_rules)) return cap_test_fail(r, "not here, or out of order", head);
    *rule = i;
    r->s = str_n(close + 1, (size_t)(r->s.p + r->s.n - close - 1));
    Str inside = r->s;
    bool leaf;
    if (!cap_test_children(r, head, &leaf)) return false;
    inside.n = (size_t)(r->s.p - inside.p);
    if (r->s.n < head.n + 3 || memcmp(r->s.p, "</", 2) || memcmp(r->s.p + 2, head.p, head.n))
        return cap_test_fail(r, "not closed", head);
    r->s = str_n(r->s.p + head.n + 3, r->s.n - head.n - 3);
    if (!leaf) return true;
    if (!inside.n || !cap_test_text_ok(inside)) return cap_test_fail(r, "text", head);
    if (cap_rules[i].choices && !cap_test_word(cap_rules[i].choices, inside))
        return cap_test_fail(r, "word", inside);
    if (cap_rules[i].ok && !cap_rules[i].ok(inside)) return cap_test_fail(r, "pattern", inside);
    return true;
}

static inline bool cap_test_children(CapReader *r, Str parent, bool *leaf)
{
    int seen[ARRAY_LEN(cap_rules)] = {0};
    size_t rule = 0, any = 0;
    for (;;) {
        const char *lt = memchr(r->s.p, '<', r->s.n);
        if (!lt) return cap_test_fail(r, "ends early", parent);
        if (lt + 1 < r->s.p + r->s.n && lt[1] == '/') {
            if (!any) r->s = str_n(lt, (size_t)(r->s.p + r->s.n - lt));
            else r->s = str_n(lt, (size_t)(r->s.p + r->s.n - lt));
            break;
        }
        r->s = str_n(lt, (size_t)(r->s.p + r->s.n - lt));
        if (!cap_test_element(r, parent, &rule)) return false;
        seen[rule]++;
        any++;
    }
    *leaf = !any;
    for (size_t i = 0; i < ARRAY_LEN(cap_rules); i++)
        if (str_is(parent, cap_rules[i].parent) && (seen[i] < cap_rules[i].min || seen[i] > cap_rules[i].max))
            return cap_test_fail(r, "number of", str_of(cap_rules[i].name));
    return true;
}

/* NULL: valid; else what is wrong, in a buffer of the caller's reader. */
static inline const char *cap_test_check(CapReader *r, Str xml)
{
    static const char head[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">";
    size_t rule = 0;
    r->fault[0] = 0;
    if (!str_starts(xml, STR(head))) return "the head of the document";
    const char *at = strstr(head, "<alert");
    r->s = str_n(xml.p + (at - head), xml.n - (size_t)(at - head));
    if (!cap_test_element(r, STR(""), &rule)) return r->fault;
    bool update = str_find(xml, STR("<msgType>Alert<")) < 0;
    bool refers = str_find(xml, STR("<references>")) >= 0;
    if (update != refers) return "references go with Update and Cancel";
    return str_trim(r->s).n ? "something after the end" : NULL;
}
