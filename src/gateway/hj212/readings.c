/* CP of an upload into readings. Items are separated by ';', the fields of one factor by ','; flag and sample
 * time of a factor stand beside its values in any order, so each value looks for them: first in its own item,
 * then anywhere (some devices put every field into an item of its own). CP has at most 1,024 bytes, which
 * bounds this search and the table of fields. */
#include "base/num.h"
#include "base/rc.h"
#include "base/strmap.h"
#include "tables.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>

enum { FIELDS_MAX = 512 }; /* "a=," is the shortest */

typedef struct Field {
    Str name;           /* whole, for the reader */
    Str factor, suffix; /* empty: no '-' in it */
    Str value;
    int item;
} Field;

typedef struct Fields {
    Field at[FIELDS_MAX];
    size_t n;
} Fields;

bool hj212_flags_parse(Str text, Hj212Flags *out)
{
    memset(out->q, 2, sizeof out->q);
    out->none = 0;
    out->other = 2;
    Str rest = text;
    bool given[128] = {false};
    while (rest.n) {
        Str one = str_cut(&rest, ' ');
        if (one.n == 0) continue;
        if (one.n != 3 || one.p[1] != '=' || one.p[2] < '0' || one.p[2] > '2') return false;
        int c = toupper((unsigned char)one.p[0]);
        if (c >= 128 || given[c]) return false;
        given[c] = true;
        out->q[c] = (uint8_t)(one.p[2] - '0');
    }
    if (given['-']) out->none = out->q['-'];
    if (!given['*']) return true;
    out->other = out->q['*'];
    for (size_t i = 0; i < sizeof out->q; i++)
        if (!given[i]) out->q[i] = out->other;
    return true;
}

static uint8_t quality(const Hj212Flags *f, const Field *flag)
{
    if (!flag || flag->value.n == 0) return f->none;
    unsigned char c = (unsigned char)flag->value.p[0];
    return flag->value.n == 1 && c < 128 ? f->q[toupper(c)] : f->other;
}

/* Beijing time of 14 digits, or 17 with milliseconds. */
static bool time_of(Str s, int64_t *out)
{
    if (s.n != 14 && s.n != 17) return false;
    int d[17];
    for (size_t i = 0; i < s.n; i++) {
        if (!isdigit((unsigned char)s.p[i])) return false;
        d[i] = s.p[i] - '0';
    }
    Civil c = {.year = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3],
               .month = d[4] * 10 + d[5],
               .day = d[6] * 10 + d[7],
               .hour = d[8] * 10 + d[9],
               .minute = d[10] * 10 + d[11],
               .second = d[12] * 10 + d[13],
               .ms = s.n == 17 ? d[14] * 100 + d[15] * 10 + d[16] : 0};
    *out = civil_ms(&c);
    Civil back = civil_of(*out);
    return back.year == c.year && back.month == c.month && back.day == c.day && back.hour == c.hour &&
           back.minute == c.minute && back.second == c.second && gateway_time_ok(*out);
}

static void read_fields(Str cp, Fields *out)
{
    out->n = 0;
    for (int item = 0; cp.n; item++) {
        Str group = str_cut(&cp, ';');
        while (group.n && out->n < FIELDS_MAX) {
            Str v = str_trim(str_cut(&group, ','));
            if (v.n == 0) continue;
            Field *f = &out->at[out->n++];
            Str name = str_trim(str_cut(&v, '='));
            *f = (Field){.name = name, .value = str_trim(v), .item = item};
            const char *dash = name.n ? memrchr(name.p, '-', name.n) : NULL;
            if (!dash) continue;
            f->factor = str_n(name.p, (size_t)(dash - name.p));
            f->suffix = str_n(dash + 1, name.n - f->factor.n - 1);
        }
    }
}

/* The field of this factor with that suffix: in the same item, else anywhere. */
static const Field *beside(const Fields *all, const Field *of, const char *suffix)
{
    const Field *found = NULL;
    for (size_t i = 0; i < all->n; i++) {
        const Field *f = &all->at[i];
        if (!str_is(f->suffix, suffix) || !str_eq(f->factor, of->factor)) continue;
        if (f->item == of->item) return f;
        if (!found) found = f;
    }
    return found;
}

static uint64_t series_of(const Hj212Packet *p)
{
    uint64_t h[3] = {hash_bytes(p->mn.p, p->mn.n), p->qn.n ? hash_bytes(p->qn.p, p->qn.n) : 0,
                     (uint64_t)p->cn};
    h[0] = hash_bytes(h, sizeof h);
    return h[0] ? h[0] : 1;
}

/* The first DataTime: this packet's, or that of the first part of the same upload. */
static const char *data_time(const Hj212Packet *p, const Fields *all, Hj212Split *split, int64_t *t)
{
    for (size_t i = 0; i < all->n; i++) {
        if (!str_is(all->at[i].name, "DataTime")) continue;
        if (!time_of(all->at[i].value, t)) return HJ212_TIME;
        if (split && p->pnum > 1) *split = (Hj212Split){series_of(p), *t};
        return NULL;
    }
    if (p->pno <= 1) return HJ212_TIME;
    if (!split || split->of != series_of(p)) return HJ212_PARTS;
    *t = split->t;
    return NULL;
}

/* The key goes into a fixed buffer: MN ≤ 40, the rest ≤ 1,024 − the head. */
static Str key_of(const Hj212Packet *p, const Field *f, char *buf, size_t size)
{
    bool statistic = p->cn == 2031 || p->cn == 2051 || p->cn == 2061;
    char tail[8] = "";
    if (statistic) snprintf(tail, sizeof tail, "/%d", p->cn);
    int n = snprintf(buf, size, "hj212:%.*s/%.*s%s", STR_ARG(p->mn), STR_ARG(f->name), tail);
    return n > 0 && (size_t)n < size ? str_n(buf, (size_t)n) : STR_NONE;
}

static bool factor_ok(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isalnum((unsigned char)s.p[i]) && s.p[i] != '_' && s.p[i] != '-' && s.p[i] != '.') return false;
    return s.n > 0;
}

typedef struct Taking {
    const Hj212Packet *p;
    const Hj212Flags *flags;
    const Fields *all;
    const ReadingSink *sink;
    int64_t t;
} Taking;

static const char *take_value(const Taking *k, const Field *f)
{
    char buf[SOURCE_KEY_MAX];
    double v;
    if (!factor_ok(f->factor) || !factor_ok(f->suffix)) return HJ212_FIELD;
    if (!num_parse_f64(f->value, false, &v) || !isfinite(v))
        return hj212_suffix(f->suffix) || f->value.n == 0 ? HJ212_VALUE : HJ212_FIELD;
    int64_t t = k->t;
    const Field *sampled = beside(k->all, f, "SampleTime");
    if (sampled && sampled->value.n && !time_of(sampled->value, &t)) return HJ212_TIME;
    Str key = key_of(k->p, f, buf, sizeof buf);
    if (!key.n) return HJ212_FIELD;
    k->sink->source(k->sink->ud, key, t, v, quality(k->flags, beside(k->all, f, "Flag")));
    return NULL;
}

/* DataTime and other fields of the upload itself have no '-'. */
static const char *take_field(Taking *k, const Field *f)
{
    if (!f->suffix.n && !f->factor.n) {
        if (str_is(f->name, "DataTime")) return time_of(f->value, &k->t) ? NULL : HJ212_TIME;
        return isalpha((unsigned char)(f->name.n ? f->name.p[0] : 0)) ? NULL : HJ212_FIELD;
    }
    const Hj212Suffix *s = hj212_suffix(f->suffix);
    if (s && s->kind != SUFFIX_VALUE) return NULL;
    return take_value(k, f);
}

const char *hj212_readings(const Hj212Packet *p, const Hj212Flags *flags, Hj212Split *split,
                           const ReadingSink *sink)
{
    Fields all;
    read_fields(p->cp, &all);
    Taking k = {.p = p, .flags = flags, .all = &all, .sink = sink};
    const char *why = data_time(p, &all, split, &k.t);
    if (why) return why;
    for (size_t i = 0; i < all.n; i++) {
        const char *bad = take_field(&k, &all.at[i]);
        if (bad) sink->reject(sink->ud, i + 1, all.at[i].name, bad);
    }
    return NULL;
}
