/* Frames in words, for the gateway's page: one fact a line. Bodies that the platform does not read are shown
 * by name, length and first bytes. A masked authentication (its code blanked, so that the checksum cannot be
 * right) is not called damaged. */
#include "bytes.h"
#include "gateway/jt808.h"
#include "gateway/text.h"
#include "names.h"
#include "base/num.h"
#include <stdio.h>

enum { HEX_SHOWN = 64, POSITIONS_SHOWN = 20, TEXT_SHOWN = 400 };

typedef struct Words {
    StrBuf *out;
    Lang lang;
    Arena *arena;
} Words;

static const char *pick(const Words *w, const char *zh, const char *en)
{
    return w->lang == LANG_EN ? en : zh;
}

static void fact(const Words *w, const char *zh, const char *en)
{
    if (w->out->n) buf_addc(w->out, '\n');
    buf_addz(w->out, pick(w, zh, en));
    buf_addc(w->out, ' ');
}

static void figure(const Words *w, double v, const char *unit)
{
    char text[NUM_TEXT_MAX];
    buf_printf(w->out, "%.*s%s", (int)num_print_f64(v, text), text, unit);
}

static void hex(const Words *w, Str s)
{
    for (size_t i = 0; i < s.n && i < HEX_SHOWN; i++) buf_printf(w->out, "%02x", u8_at(s, i));
    if (s.n > HEX_SHOWN) buf_addz(w->out, "…");
}

static void bits(StrBuf *out, uint32_t v, const Jt808Name *names, size_t n, Lang lang)
{
    bool more = false;
    for (size_t i = 0; i < n; i++) {
        if (!(v >> names[i].code & 1)) continue;
        if (more) buf_addz(out, lang == LANG_EN ? ", " : "、");
        buf_addz(out, text_in(names[i].text, lang));
        more = true;
    }
}

void jt808_alarm_words(uint32_t alarm, Lang lang, StrBuf *out)
{
    bits(out, alarm, jt808_alarms, jt808_nalarms, lang);
}

/* ---- Positions ---- */

static void item_value(const Words *w, const Jt808Item *item)
{
    static const struct {
        uint8_t id, n;
        double scale;
        const char *unit;
    } numbers[] = {{0x01, 4, 10, " km"}, {0x02, 2, 10, " L"}, {0x03, 2, 10, " km/h"}, {0x04, 2, 1, ""},
                   {0x06, 2, 1, " ℃"},   {0x30, 1, 1, ""},    {0x31, 1, 1, ""}};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        if (numbers[i].id != item->id || numbers[i].n != item->value.n) continue;
        uint32_t v = item->value.n == 4   ? u32_at(item->value, 0)
                     : item->value.n == 2 ? u16_at(item->value, 0)
                                          : u8_at(item->value, 0);
        double d = item->id == 0x06 ? (double)(int16_t)v : (double)v;
        figure(w, d / numbers[i].scale, numbers[i].unit);
        return;
    }
    hex(w, item->value);
}

static void items(const Words *w, const Jt808Location *l)
{
    Str rest = l->items;
    Jt808Item item;
    while (jt808_item(&rest, &item)) {
        const Jt808Name *name = jt808_item_name(item.id);
        char other[32];
        snprintf(other, sizeof other, pick(w, "附加项 0x%02X", "item 0x%02X"), item.id);
        const char *title = name ? text_in(name->text, w->lang) : other;
        fact(w, title, title);
        item_value(w, &item);
    }
    if (l->items_cut) fact(w, "附加信息不完整", "the additional items end early");
}

static void place(const Words *w, const Jt808Location *l)
{
    char text[TIME_TEXT_MAX];
    fact(w, "时间", "time");
    buf_addz(w->out, time_print_civil(l->t, text));
    fact(w, "位置", "position");
    figure(w, l->lon, "°, ");
    figure(w, l->lat, "°");
    if (!l->fixed) buf_addz(w->out, pick(w, "（未定位）", " (no fix)"));
    fact(w, "高程", "altitude");
    figure(w, l->altitude, " m");
    fact(w, "速度", "speed");
    figure(w, l->speed, " km/h");
    fact(w, "方向", "direction");
    figure(w, l->direction, "°");
}

static void location(const Words *w, const Jt808Location *l)
{
    place(w, l);
    fact(w, "报警", "alarm");
    buf_printf(w->out, "0x%08x ", (unsigned)l->alarm);
    jt808_alarm_words(l->alarm, w->lang, w->out);
    fact(w, "状态", "status");
    buf_printf(w->out, "0x%08x ", (unsigned)l->status);
    bits(w->out, l->status, jt808_states, jt808_nstates, w->lang);
    items(w, l);
}

static void refused(const Words *w, const char *code)
{
    static const struct {
        const char *code, *zh, *en;
    } rows[] = {
        {"noise", "不属于任何帧", "belongs to no frame"},
        {"escape", "转义有误", "wrong escape"},
        {"checksum", "校验码不符", "wrong checksum"},
        {"length", "长度不符", "wrong length"},
        {"phone", "终端手机号不是 BCD 码", "the terminal number is not BCD"},
        {"encrypted", "消息体加密，不支持", "encrypted body, not supported"},
        {"split", "分包信息有误", "wrong packet numbers"},
        {"body", "消息体不完整", "the body is not whole"},
        {"time", "时间有误", "wrong time"},
        {"position", "经纬度超出范围", "the position is not on the globe"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strcmp(rows[i].code, code) == 0) fact(w, rows[i].zh, rows[i].en);
}

static void one_location(void *ud, unsigned index, const Jt808Location *l, const char *why)
{
    const Words *w = ud;
    fact(w, "──", "──");
    buf_printf(w->out, pick(w, "第 %u 个位置", "position %u"), index);
    if (why) refused(w, why);
    else if (index <= POSITIONS_SHOWN) place(w, l);
}

/* ---- Bodies ---- */

static void body_location(const Words *w, const Jt808Frame *f)
{
    Jt808Location l;
    const char *why = jt808_location(f->body, &l);
    if (why) refused(w, why);
    if (!why || strcmp(why, "position") == 0) location(w, &l);
}

static void body_query_answer(const Words *w, const Jt808Frame *f)
{
    Jt808Frame inner = *f;
    if (f->body.n < 2) {
        refused(w, "body");
        return;
    }
    fact(w, "应答流水号", "answers number");
    buf_printf(w->out, "%u", u16_at(f->body, 0));
    inner.body = str_from(f->body, 2);
    body_location(w, &inner);
}

static void body_locations(const Words *w, const Jt808Frame *f)
{
    bool late;
    if (f->body.n >= 3) {
        fact(w, "位置数", "positions");
        buf_printf(w->out, "%u%s", u16_at(f->body, 0),
                   u8_at(f->body, 2) == 1 ? pick(w, "（盲区补报）", " (back-fill)") : "");
    }
    const char *why = jt808_locations(f->id, f->body, &late, one_location, (void *)(uintptr_t)w);
    if (why) refused(w, why);
}

static void body_answer(const Words *w, const Jt808Frame *f)
{
    if (f->body.n < 5) {
        refused(w, "body");
        return;
    }
    const Jt808Name *name = jt808_message_name(u16_at(f->body, 2)),
                    *result = jt808_result_name(u8_at(f->body, 4));
    fact(w, "应答", "answers");
    buf_printf(w->out, "0x%04X %s #%u: %s (%u)", u16_at(f->body, 2), name ? text_in(name->text, w->lang) : "",
               u16_at(f->body, 0), result ? text_in(result->text, w->lang) : "?", u8_at(f->body, 4));
}

static void text_fact(const Words *w, const char *zh, const char *en, Str s)
{
    if (!s.n) return;
    fact(w, zh, en);
    text_add_clean(w->out, s, TEXT_SHOWN);
}

static void body_register(const Words *w, const Jt808Frame *f)
{
    Jt808Registration r;
    if (jt808_registration(w->arena, f, &r)) {
        refused(w, "body");
        return;
    }
    fact(w, "省域、市县域", "province, city");
    buf_printf(w->out, "%02u %04u", r.province, r.city);
    text_fact(w, "制造商", "maker", r.maker);
    text_fact(w, "终端型号", "model", r.model);
    text_fact(w, "终端 ID", "terminal", r.terminal);
    text_fact(w, "车牌", "plate", r.plate);
    fact(w, "车牌颜色", "plate colour");
    buf_printf(w->out, "%u", r.colour);
}

static void body_authenticate(const Words *w, const Jt808Frame *f)
{
    Str code;
    if (jt808_auth_code(f, &code)) {
        refused(w, "body");
        return;
    }
    fact(w, "鉴权码", "code");
    buf_printf(w->out, pick(w, "%zu 字节", "%zu bytes"), code.n);
}

static void body_registered(const Words *w, const Jt808Frame *f)
{
    if (f->body.n < 3) {
        refused(w, "body");
        return;
    }
    fact(w, "应答流水号", "answers number");
    buf_printf(w->out, "%u", u16_at(f->body, 0));
    fact(w, "结果", "result");
    buf_printf(w->out, "%u", u8_at(f->body, 2));
}

static void body_missing(const Words *w, const Jt808Frame *f)
{
    size_t wide = f->id == 0x0005 || f->v2019 ? 2 : 1, n = f->body.n >= 2 + wide ? f->body.n - 2 - wide : 0;
    if (f->body.n < 2 + wide) {
        refused(w, "body");
        return;
    }
    fact(w, "原始消息流水号", "of the message");
    buf_printf(w->out, "%u", u16_at(f->body, 0));
    fact(w, "缺少的包", "missing packets");
    for (size_t i = 0; i + 1 < n; i += 2) buf_printf(w->out, "%u ", u16_at(f->body, 2 + wide + i));
}

static void body_text(const Words *w, const Jt808Frame *f)
{
    size_t at = f->v2019 ? 2 : 1;
    if (f->body.n < at) {
        refused(w, "body");
        return;
    }
    text_fact(w, "文本", "text", text_of_gb18030(w->arena, str_from(f->body, at)));
}

static void body_nothing(const Words *w, const Jt808Frame *f)
{
    if (f->body.n) hex(w, f->body);
}

static const struct {
    uint16_t id;
    void (*fn)(const Words *w, const Jt808Frame *f);
} bodies[] = {
    {JT808_ANSWER, body_answer},
    {JT808_PLATFORM_ANSWER, body_answer},
    {JT808_HEARTBEAT, body_nothing},
    {JT808_LOGOUT, body_nothing},
    {JT808_REGISTER, body_register},
    {JT808_AUTHENTICATE, body_authenticate},
    {JT808_LOCATION, body_location},
    {0x0201, body_query_answer},
    {JT808_LOCATIONS, body_locations},
    {JT808_REGISTERED, body_registered},
    {0x0005, body_missing},
    {0x8003, body_missing},
    {0x8300, body_text},
};

static void body(const Words *w, const Jt808Frame *f)
{
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
        if (bodies[i].id == f->id) {
            bodies[i].fn(w, f);
            return;
        }
    fact(w, "消息体", "body");
    buf_printf(w->out, pick(w, "%zu 字节 ", "%zu bytes "), f->body.n);
    hex(w, f->body);
}

static void header(const Words *w, const Jt808Frame *f)
{
    const Jt808Name *name = jt808_message_name(f->id);
    fact(w, "消息", "message");
    buf_printf(w->out, "0x%04X %s", f->id, name ? text_in(name->text, w->lang) : pick(w, "未知", "unknown"));
    fact(w, "终端", "terminal");
    buf_printf(w->out, "%s, JT/T 808-%s", f->phone, f->v2019 ? "2019" : "2013");
    fact(w, "流水号", "number");
    buf_printf(w->out, "%u", f->seq);
    if (f->total) buf_printf(w->out, pick(w, "，分包 %u/%u", ", packet %u of %u"), f->index, f->total);
}

static bool masked(const Jt808Frame *f)
{
    Str code;
    if (f->id != JT808_AUTHENTICATE || jt808_auth_code(f, &code)) return false;
    for (size_t i = 0; i < code.n; i++)
        if (u8_at(code, i) != '*') return false;
    return true;
}

void jt808_describe(Str frame, Lang lang, StrBuf *out)
{
    Jt808Frame f;
    StrBuf mine;
    buf_init(&mine, out->arena);
    Words w = {&mine, lang, out->arena};
    const char *why = jt808_parse(out->arena, frame, &f);
    if (f.headed) header(&w, &f);
    if (why && !(strcmp(why, "checksum") == 0 && f.headed && masked(&f))) refused(&w, why);
    else if (f.total == 0) body(&w, &f);
    for (char *p = mine.p; p && p < mine.p + mine.n; p++)
        if ((unsigned char)*p < ' ' && *p != '\n') *p = '?';
    buf_add(out, str_trim(buf_str(&mine)));
}

/* Works on the escaped bytes: an escape keeps its two bytes, so that the length stays true. */
void jt808_mask(char *frame, size_t n)
{
    size_t at = 0, from = SIZE_MAX; /* index in the unescaped content */
    unsigned head[4] = {0};
    for (size_t i = 1; i + 1 < n; i++, at++) {
        unsigned c = (unsigned char)frame[i];
        bool escaped = c == 0x7d && i + 2 < n;
        if (escaped) c = frame[++i] == 1 ? 0x7d : 0x7e;
        if (at < 4) head[at] = c;
        if (at == 3) {
            bool v2019 = head[2] & 0x40, split = head[2] & 0x20;
            if (head[0] != JT808_AUTHENTICATE >> 8 || head[1] != (JT808_AUTHENTICATE & 255)) return;
            from = (v2019 ? 18u : 12u) + (split ? 4u : 0u);
        }
        if (at >= from && i + 2 < n && !escaped) frame[i] = '*';
    }
}
