/* A frame in words for the page of the gateway. Called when somebody looks, with whatever a device sent. */
#include "base/rc.h"
#include "gateway/text.h"
#include "tables.h"
#include <inttypes.h>

typedef struct Words {
    StrBuf *out;
    Lang lang;
} Words;

static void say(const Words *w, Text t)
{
    buf_addz(w->out, text_in(t, w->lang));
}

/* "40 感烟火灾探测器" */
static void coded(const Words *w, unsigned code, const Text *name)
{
    buf_printf(w->out, "%u", code);
    if (name) buf_printf(w->out, " %s", text_in(*name, w->lang));
}

static void comma(const Words *w)
{
    say(w, (Text)T("，", ", "));
}

/* Not a date: its six bytes. */
static void say_time(const Words *w, const unsigned char label[6])
{
    char text[TIME_TEXT_MAX];
    int64_t t;
    if (gb26875_time(label, clock_now(), &t)) {
        buf_addz(w->out, time_print_civil(t, text));
        return;
    }
    for (int i = 0; i < 6; i++) buf_printf(w->out, "%s%02X", i ? " " : "", label[i]);
    say(w, (Text)T("（不是日期）", " (not a date)"));
}

static void say_bits(const Words *w, unsigned status, const Gb26875Bit *bits, unsigned n)
{
    bool any = false;
    for (unsigned i = 0; i < n; i++) {
        const Text *t = status >> i & 1 ? &bits[i].on : &bits[i].off;
        if (!t->zh) continue;
        if (any) say(w, (Text)T("、", ", "));
        say(w, *t);
        any = true;
    }
    if (!any) say(w, (Text)T("无", "none"));
}

static void say_system(const Words *w, const unsigned char *b)
{
    say(w, (Text)T("系统 ", "system "));
    coded(w, b[0], gb26875_system_name(b[0]));
    say(w, (Text)T(" 地址 ", " address "));
    buf_printf(w->out, "%u", b[1]);
}

static void say_component(const Words *w, const unsigned char *b)
{
    say_system(w, b);
    comma(w);
    say(w, (Text)T("部件 ", "component "));
    coded(w, b[2], gb26875_component_name(b[2]));
    buf_printf(w->out, w->lang == LANG_EN ? " zone %u position %u" : " 区 %u 位 %u", gb26875_u16(b + 3),
               gb26875_u16(b + 5));
}

static void say_text(const Words *w, const unsigned char *p, size_t n)
{
    Str text = text_of_gb18030(w->out->arena, str_n((const char *)p, n));
    if (!text.n) return;
    comma(w);
    say(w, (Text)T("说明 ", "text "));
    buf_add(w->out, text);
}

static void say_operator(const Words *w, const unsigned char *b, const Gb26875Bit *bits)
{
    say_bits(w, b[0], bits, OPERATION_BITS);
    comma(w);
    say(w, (Text)T("操作员 ", "operator "));
    buf_printf(w->out, "%u", b[1]);
}

static void say_analogue(const Words *w, const unsigned char *b)
{
    const Gb26875Analogue *a = gb26875_analogue(b[7]);
    int raw = (int16_t)gb26875_u16(b + 8);
    say_component(w, b);
    comma(w);
    coded(w, b[7], a ? &a->name : NULL);
    if (a) buf_printf(w->out, " = %.10g %s", raw / a->divisor, a->unit);
    else buf_printf(w->out, " = %d", raw);
}

static void say_object(const Words *w, const Gb26875Object *o)
{
    const unsigned char *b = o->body;
    Text colon = T("：", ": ");
    switch (o->type->type) {
    case 1:
        say_system(w, b);
        say(w, colon);
        say_bits(w, gb26875_u16(b + 2), gb26875_system_bits, SYSTEM_BITS);
        break;
    case 2:
        say_component(w, b);
        say(w, colon);
        say_bits(w, gb26875_u16(b + 7), gb26875_component_bits, COMPONENT_BITS);
        say_text(w, b + 9, 31);
        break;
    case 3:
        say_analogue(w, b);
        break;
    case 4:
        say_system(w, b);
        say(w, colon);
        say_operator(w, b + 2, gb26875_operation_bits);
        break;
    case 5:
        say_system(w, b);
        buf_printf(w->out, " %u.%u", b[2], b[3]);
        break;
    case 6:
        say_system(w, b);
        say_text(w, b + 3, o->n - 3);
        break;
    case 7:
        say_component(w, b);
        say_text(w, b + 7, 31);
        break;
    case 8:
        say_system(w, b);
        break;
    case 21:
        say_bits(w, b[0], gb26875_device_bits, DEVICE_BITS);
        break;
    case 24:
        say_operator(w, b, gb26875_device_operation_bits);
        break;
    case 25:
        buf_printf(w->out, "%u.%u", b[0], b[1]);
        break;
    case 26:
        buf_add(w->out, text_of_gb18030(w->out->arena, str_n((const char *)b + 1, o->n - 1)));
        break;
    case 91:
        buf_printf(w->out, w->lang == LANG_EN ? "%u min" : "%u 分钟", b[0]);
        break;
    default:
        for (size_t i = 0; i < o->n; i++) buf_printf(w->out, "%s%02X", i ? " " : "", b[i]);
        break;
    }
}

static void say_data(const Words *w, Str data)
{
    Gb26875Walk walk;
    Gb26875Object o;
    const char *why = gb26875_walk(data, &walk);
    say(w, (Text)T("类型 ", "type "));
    coded(w, (unsigned char)data.p[0], walk.type ? &walk.type->name : NULL);
    buf_printf(w->out, w->lang == LANG_EN ? ", %u objects\n" : "，%u 个对象\n", walk.count);
    while (!why && gb26875_walk_next(&walk, &o, &why)) {
        buf_printf(w->out, "%u. ", walk.index);
        say_object(w, &o);
        if (o.time && o.n) comma(w);
        if (o.time) say_time(w, o.time);
        buf_addc(w->out, '\n');
    }
    if (why)
        say(w,
            (Text)T("信息对象的类型、数目与长度不符\n", "type, number and size of the objects do not fit\n"));
}

static void say_sum(const Words *w, const Gb26875Frame *f)
{
    if (f->sum == f->sum_right) say(w, (Text)T("校验和正确\n", "checksum right\n"));
    else {
        say(w, (Text)T("校验和不符，应为 ", "wrong checksum, it should be "));
        buf_printf(w->out, "%02X\n", f->sum_right);
    }
}

static void say_head(const Words *w, const Gb26875Frame *f)
{
    static const Text unknown = T("未知命令", "unknown");
    const Text *name = gb26875_command_name(f->command);
    say(w, (Text)T("命令 ", "command "));
    coded(w, f->command, name ? name : &unknown);
    if (f->command == GB26875_SEND && !f->data.n) say(w, (Text)T("（心跳）", " (heartbeat)"));
    buf_addc(w->out, '\n');
    say_sum(w, f);
    buf_printf(w->out, w->lang == LANG_EN ? "serial %u, version %u.%u\n" : "流水号 %u，版本 %u.%u\n",
               f->serial, f->version[0], f->version[1]);
    say(w, (Text)T("时间 ", "time "));
    say_time(w, f->label);
    buf_printf(w->out,
               w->lang == LANG_EN ? "\nfrom %" PRIu64 " to %" PRIu64 "\n"
                                  : "\n源地址 %" PRIu64 "，目的地址 %" PRIu64 "\n",
               f->source, f->target);
}

void gb26875_describe(Str frame, Lang lang, StrBuf *out)
{
    Words w = {out, lang};
    Gb26875Frame f;
    const char *why = gb26875_parse(frame, &f);
    if (why && strcmp(why, GB26875_LENGTH) == 0) {
        say(&w, (Text)T("不是完整的 GB/T 26875.3 报文\n", "not a whole frame of GB/T 26875.3\n"));
        return;
    }
    say_head(&w, &f);
    if (f.data.n) say_data(&w, f.data);
}
