/* The data segment: "QN=…;ST=…;CN=…;PW=…;MN=…;Flag=…;CP=&&…&&". The head is a list of names in any order, of
 * which unknown ones are left alone (devices add their own); nothing is taken as MN, QN or PW that could not
 * be put into an answer as it is. */
#include "gateway/hj212.h"
#include "base/num.h"
#include "base/rc.h"
#include <ctype.h>

/* Printable ASCII that separates nothing in a segment or a source key. */
static bool plain(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7F || strchr(";,=&#/", s.p[i])) return false;
    return true;
}

static bool digits(Str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!isdigit((unsigned char)s.p[i])) return false;
    return s.n > 0;
}

static bool number(Str s, int max, int *out)
{
    int64_t v;
    if (!digits(s) || !num_parse_i64(s, &v) || v > max) return false;
    *out = (int)v;
    return true;
}

static const char *take_qn(Hj212Packet *p, Str v)
{
    if (v.n > 20 || (v.n && !digits(v))) return HJ212_QN;
    p->qn = v;
    return NULL;
}

static const char *take_st(Hj212Packet *p, Str v)
{
    if (v.n > 8 || !plain(v)) return HJ212_SYNTAX;
    p->st = v;
    return NULL;
}

static const char *take_cn(Hj212Packet *p, Str v)
{
    return number(v, 9999, &p->cn) ? NULL : HJ212_COMMAND;
}

static const char *take_pw(Hj212Packet *p, Str v)
{
    if (v.n > 32 || !plain(v)) return HJ212_SYNTAX;
    p->pw = v;
    return NULL;
}

static const char *take_mn(Hj212Packet *p, Str v)
{
    if (v.n == 0 || v.n > HJ212_MN_MAX || !plain(v)) return HJ212_NO_MN;
    p->mn = v;
    return NULL;
}

static const char *take_flag(Hj212Packet *p, Str v)
{
    return number(v, 255, &p->flag) ? NULL : HJ212_FLAG;
}

static const char *take_pnum(Hj212Packet *p, Str v)
{
    return number(v, 9999, &p->pnum) ? NULL : HJ212_PARTS;
}

static const char *take_pno(Hj212Packet *p, Str v)
{
    return number(v, 9999, &p->pno) ? NULL : HJ212_PARTS;
}

static const struct {
    const char *name;
    const char *(*take)(Hj212Packet *p, Str v);
} head_fields[] = {
    {"QN", take_qn}, {"ST", take_st},     {"CN", take_cn},     {"PW", take_pw},
    {"MN", take_mn}, {"Flag", take_flag}, {"PNUM", take_pnum}, {"PNO", take_pno},
};

/* The first fault is told, but the rest is still read: the page can then say whose frame it was. */
static const char *read_head(Str head, Hj212Packet *p)
{
    const char *fault = NULL;
    bool seen[ARRAY_LEN(head_fields)] = {false};
    while (head.n) {
        Str v = str_trim(str_cut(&head, ';')), name = v;
        if (v.n == 0) continue;
        name = str_trim(str_cut(&v, '='));
        v = str_trim(v);
        for (size_t i = 0; i < ARRAY_LEN(head_fields); i++) {
            if (!str_is(name, head_fields[i].name)) continue;
            const char *bad = seen[i] ? HJ212_SYNTAX : head_fields[i].take(p, v);
            seen[i] = true;
            if (bad && !fault) fault = bad;
        }
    }
    return fault;
}

/* 2005: CP=&&QN=20040516010101001;QnRtn=1&& */
static void find_qn_in_cp(Hj212Packet *p)
{
    Str cp = p->cp, item;
    if (p->qn.n || !str_starts(cp, STR("QN="))) return;
    item = str_trim(str_cut(&cp, ';'));
    item = str_n(item.p + 3, item.n - 3);
    p->qn_in_cp = item.n <= 20 && digits(item);
    if (p->qn_in_cp) p->qn = item;
}

/* The parts of the segment; false: there is no CP=&&…&& at its end. */
static bool split_segment(Str segment, Str *head, Str *cp)
{
    ptrdiff_t at = str_find(segment, STR("CP=&&"));
    *head = at < 0 ? segment : str_n(segment.p, (size_t)at);
    if (at < 0 || (at > 0 && segment.p[at - 1] != ';' && segment.p[at - 1] != ' ')) return false;
    Str rest = str_trim(str_n(segment.p + at + 5, segment.n - (size_t)at - 5));
    if (!str_ends(rest, STR("&&"))) return false;
    *cp = str_n(rest.p, rest.n - 2);
    return str_find(*cp, STR("&&")) < 0;
}

/* The segment and what its CRC says; false: not even the outer shape. */
static bool unwrap(Str frame, Hj212Packet *out)
{
    while (frame.n && (frame.p[frame.n - 1] == '\n' || frame.p[frame.n - 1] == '\r')) frame.n--;
    if (frame.n < 10 || !str_starts(frame, STR("##"))) return false;
    out->segment = str_n(frame.p + 6, frame.n - 10);
    uint16_t sum = 0;
    for (size_t i = frame.n - 4; i < frame.n; i++) {
        unsigned char c = (unsigned char)frame.p[i];
        if (!isxdigit(c)) return true; /* wrong, whatever the sum is */
        sum = (uint16_t)(sum << 4 | (isdigit(c) ? c - '0' : (c | 0x20) - 'a' + 10));
    }
    if (sum == hj212_crc(out->segment)) out->crc = HJ212_CRC_RIGHT;
    else if (sum == hj212_crc_modbus(out->segment)) out->crc = HJ212_CRC_MODBUS;
    return true;
}

static const char *check(const Hj212Packet *p)
{
    if (!p->mn.n) return HJ212_NO_MN;
    if (hj212_kind(p->cn) == HJ212_UNKNOWN) return HJ212_COMMAND;
    bool split = p->pnum || p->pno;
    if (split && (p->pno < 1 || p->pno > p->pnum)) return HJ212_PARTS;
    return NULL;
}

const char *hj212_parse(Str frame, Hj212Packet *out)
{
    *out = (Hj212Packet){.flag = -1, .crc = HJ212_CRC_WRONG};
    if (!unwrap(frame, out)) return HJ212_SYNTAX;
    Str head = STR_NONE;
    bool shaped = split_segment(out->segment, &head, &out->cp);
    const char *fault = read_head(head, out);
    if (out->crc == HJ212_CRC_WRONG) return HJ212_CRC;
    if (!shaped) return HJ212_SYNTAX;
    if (fault) return fault;
    find_qn_in_cp(out);
    return check(out);
}

bool hj212_wants_reply(const Hj212Packet *p)
{
    return p->flag > 0 && (p->flag & 1) && hj212_kind(p->cn) != HJ212_ANSWER;
}
