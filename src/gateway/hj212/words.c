/* A frame in words for the page of the gateway. Called when somebody looks, with whatever a device sent:
 * every foreign text goes out through text_add_clean, and PW never does. */
#include "base/num.h"
#include "base/rc.h"
#include "gateway/text.h"
#include "tables.h"
#include <ctype.h>
#include <stdio.h>

enum { SHOWN_MAX = 256, PW_SHOWN = 6 };

typedef struct Words {
    StrBuf *out;
    Lang lang;
} Words;

static void say(const Words *w, Text t)
{
    buf_addz(w->out, text_in(t, w->lang));
}

static void foreign(const Words *w, Str s)
{
    text_add_clean(w->out, s, SHOWN_MAX);
}

static void end_line(const Words *w)
{
    buf_addc(w->out, '\n');
}

/* "数采仪 MN 010000A8" when there is a value. */
static void line_of(const Words *w, Text title, Str value)
{
    if (!value.n) return;
    say(w, title);
    buf_addc(w->out, ' ');
    foreign(w, value);
    end_line(w);
}

static bool masked(Str pw)
{
    for (size_t i = 0; i < pw.n; i++)
        if (pw.p[i] != '*') return false;
    return pw.n > 0;
}

static void say_crc(const Words *w, const Hj212Packet *p)
{
    if (masked(p->pw)) return; /* a copy with PW blanked: its sum says nothing */
    if (p->crc == HJ212_CRC_RIGHT) say(w, (Text)T("CRC 正确", "CRC right"));
    else if (p->crc == HJ212_CRC_MODBUS)
        say(w, (Text)T("CRC 按 Modbus 算法计算，不符合标准", "CRC made the Modbus way, not the standard's"));
    else {
        say(w, (Text)T("CRC 不符，应为 ", "wrong CRC, it should be "));
        buf_printf(w->out, "%04X", hj212_crc(p->segment));
    }
    end_line(w);
}

static void say_command(const Words *w, int cn)
{
    if (!cn) return;
    const Hj212Command *c = hj212_command(cn);
    say(w, (Text)T("命令 ", "command "));
    buf_printf(w->out, "%d ", cn);
    say(w, c ? c->name : (Text)T("未知命令", "unknown"));
    end_line(w);
}

static void say_system(const Words *w, Str st)
{
    const Text *name = hj212_system_name(st);
    if (!st.n) return;
    say(w, (Text)T("系统 ST ", "system ST "));
    foreign(w, st);
    if (name) buf_printf(w->out, " %s", text_in(*name, w->lang));
    end_line(w);
}

static void say_flag(const Words *w, const Hj212Packet *p)
{
    if (p->flag >= 0) {
        say(w, (Text)T("标志 Flag ", "Flag "));
        buf_printf(w->out, "%d", p->flag);
        say(w, p->flag & 1 ? (Text)T("，需要应答", ", wants an answer")
                           : (Text)T("，不需应答", ", wants no answer"));
        if (p->flag & 2) say(w, (Text)T("，分包", ", split"));
        end_line(w);
    }
    if (p->pnum) {
        say(w, (Text)T("包 ", "part "));
        buf_printf(w->out, "%d/%d", p->pno, p->pnum);
        end_line(w);
    }
}

/* "20160801085857" → "2016-08-01 08:58:57"; anything else as it is. */
static void time_words(const Words *w, Str s)
{
    bool good = s.n >= 14;
    for (size_t i = 0; i < s.n; i++) good = good && isdigit((unsigned char)s.p[i]);
    if (!good) foreign(w, s);
    else
        buf_printf(w->out, "%.4s-%.2s-%.2s %.2s:%.2s:%.2s%s%.*s", s.p, s.p + 4, s.p + 6, s.p + 8, s.p + 10,
                   s.p + 12, s.n > 14 ? "." : "", (int)(s.n - 14), s.p + 14);
}

static void say_result(const Words *w, Str name, Str value)
{
    static const struct {
        const char *field;
        int code;
        Text text;
    } table[] = {
        {"QnRtn", 1, T("准备执行请求", "ready")},
        {"QnRtn", 2, T("请求被拒绝", "refused")},
        {"QnRtn", 3, T("PW 错误", "PW wrong")},
        {"QnRtn", 4, T("MN 错误", "MN wrong")},
        {"QnRtn", 5, T("ST 错误", "ST wrong")},
        {"QnRtn", 6, T("Flag 错误", "Flag wrong")},
        {"QnRtn", 7, T("QN 错误", "QN wrong")},
        {"QnRtn", 8, T("CN 错误", "CN wrong")},
        {"QnRtn", 9, T("CRC 校验错误", "CRC wrong")},
        {"QnRtn", 100, T("未知错误", "unknown error")},
        {"ExeRtn", 1, T("执行成功", "done")},
        {"ExeRtn", 2, T("执行失败", "failed")},
        {"ExeRtn", 3, T("命令请求条件错误", "wrong condition")},
        {"ExeRtn", 4, T("通讯超时", "time-out")},
        {"ExeRtn", 5, T("系统繁忙", "busy")},
        {"ExeRtn", 6, T("系统故障", "system fault")},
        {"ExeRtn", 100, T("没有数据", "no data")},
    };
    int64_t code = -1;
    if (!num_parse_i64(value, &code)) return;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (str_is(name, table[i].field) && table[i].code == code)
            buf_printf(w->out, " %s", text_in(table[i].text, w->lang));
}

static void say_plain_field(const Words *w, Str name, Str value)
{
    bool time = str_ends(name, STR("Time")) && !str_is(name, "OverTime");
    if (str_is(name, "DataTime")) say(w, (Text)T("数据时间", "data time"));
    else foreign(w, name);
    buf_addz(w->out, " = ");
    if (time) time_words(w, value);
    else foreign(w, value);
    say_result(w, name, value);
    end_line(w);
}

/* "w01018 化学需氧量 实时值 = 36.91" or "w01018 化学需氧量 数据标记 = N 正常" */
static void say_factor_field(const Words *w, Str factor, Str suffix, Str value)
{
    const Text *name = hj212_factor_name(factor);
    const Hj212Suffix *s = hj212_suffix(suffix);
    foreign(w, factor);
    if (name) buf_printf(w->out, " %s", text_in(*name, w->lang));
    buf_addc(w->out, ' ');
    if (s) say(w, s->title);
    else foreign(w, suffix);
    buf_addz(w->out, " = ");
    if (s && s->kind == SUFFIX_SAMPLE_TIME) time_words(w, value);
    else foreign(w, value);
    const Text *flag = s && s->kind == SUFFIX_FLAG ? hj212_flag_name(value) : NULL;
    if (flag) buf_printf(w->out, " %s", text_in(*flag, w->lang));
    end_line(w);
}

static void say_field(const Words *w, Str field)
{
    Str value = field, name = str_trim(str_cut(&value, '='));
    value = str_trim(value);
    ptrdiff_t dash = -1;
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] == '-') dash = (ptrdiff_t)i;
    if (dash < 0) {
        say_plain_field(w, name, value);
        return;
    }
    say_factor_field(w, str_n(name.p, (size_t)dash), str_n(name.p + dash + 1, name.n - (size_t)dash - 1),
                     value);
}

static void say_fields(const Words *w, Str cp)
{
    while (cp.n) {
        Str group = str_cut(&cp, ';');
        while (group.n) {
            Str field = str_trim(str_cut(&group, ','));
            if (field.n) say_field(w, field);
        }
    }
}

void hj212_describe(Str frame, Lang lang, StrBuf *out)
{
    Words w = {out, lang};
    Hj212Packet p;
    hj212_parse(frame, &p);
    if (!p.segment.n) {
        say(&w, (Text)T("不是 HJ 212 报文\n", "not a frame of HJ 212\n"));
        return;
    }
    say_command(&w, p.cn);
    say_crc(&w, &p);
    say_system(&w, p.st);
    line_of(&w, (Text)T("数采仪 MN", "data logger MN"), p.mn);
    line_of(&w, (Text)T("请求编号 QN", "request QN"), p.qn);
    if (p.pw.n) {
        say(&w, (Text)T("密码 PW ******\n", "password PW ******\n"));
    }
    say_flag(&w, &p);
    say_fields(&w, p.cp);
}

void hj212_mask(char *frame, size_t n)
{
    char *end = frame + n;
    for (char *p = frame; p + 2 < end; p++) {
        if ((p[0] | 0x20) != 'p' || (p[1] | 0x20) != 'w') continue;
        char *v = p + 2;
        while (v < end && *v == ' ') v++;
        if (v == end || *v++ != '=') continue;
        while (v < end && *v != ';' && *v != '\r' && *v != '\n' && *v != '&') *v++ = '*';
        p = v - 1;
    }
}
