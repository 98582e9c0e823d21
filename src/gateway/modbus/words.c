/* Frames in words, for the page. A frame stands there without its request, so a reply tells registers and
 * bits by their place, not by address. */
#include "gateway/modbus.h"

enum { HEADER = 7, SHOWN_MAX = 64 };

static const Text functions[] = {
    T("", ""),
    T("读线圈", "read coils"),
    T("读离散输入", "read discrete inputs"),
    T("读保持寄存器", "read holding registers"),
    T("读输入寄存器", "read input registers"),
};

static unsigned u16_at(Str s, size_t at)
{
    return (unsigned)(unsigned char)s.p[at] << 8 | (unsigned char)s.p[at + 1];
}

static void say_function(unsigned f, Lang lang, StrBuf *out)
{
    static const Text other = T("其他", "other");
    Text t = f && f < ARRAY_LEN(functions) ? functions[f] : other;
    buf_printf(out, lang == LANG_EN ? "function %02X %s\n" : "功能 %02X %s\n", f, text_in(t, lang));
}

static void say_registers(Str data, Lang lang, StrBuf *out)
{
    size_t n = data.n / 2;
    buf_printf(out, lang == LANG_EN ? "%zu registers:" : "%zu 个寄存器：", n);
    for (size_t i = 0; i < n && i < SHOWN_MAX; i++) buf_printf(out, " %u", u16_at(data, 2 * i));
    buf_addz(out, n > SHOWN_MAX ? " …\n" : "\n");
}

static void say_bits(Str data, Lang lang, StrBuf *out)
{
    buf_printf(out, lang == LANG_EN ? "%zu bytes of bits:" : "%zu 字节开关量：", data.n);
    for (size_t i = 0; i < data.n && i < SHOWN_MAX / 8; i++) {
        buf_addc(out, ' ');
        for (int bit = 0; bit < 8; bit++) buf_addc(out, (unsigned char)data.p[i] >> bit & 1 ? '1' : '0');
    }
    buf_addz(out, data.n > SHOWN_MAX / 8 ? " …\n" : "\n");
}

static void say_reply(unsigned function, Str data, Lang lang, StrBuf *out)
{
    buf_addz(out, lang == LANG_EN ? "reply\n" : "应答\n");
    if (function <= MODBUS_DISCRETE_INPUTS) say_bits(data, lang, out);
    else say_registers(data, lang, out);
}

static void say_request(Str frame, Lang lang, StrBuf *out)
{
    buf_printf(out,
               lang == LANG_EN ? "request: from address %u, %u in all\n" : "请求：自地址 %u 起，共 %u 个\n",
               u16_at(frame, 8), u16_at(frame, 10));
}

static void say_exception(unsigned n, Lang lang, StrBuf *out)
{
    const char *code = modbus_exception(n);
    for (size_t i = 0; i < modbus_nreasons; i++)
        if (!strcmp(modbus_reasons[i].code, code)) buf_addz(out, text_in(modbus_reasons[i].text, lang));
    if (!strcmp(code, "exception")) buf_printf(out, " %02X", n);
    buf_addc(out, '\n');
}

void modbus_describe(Str frame, Lang lang, StrBuf *out)
{
    const char *code = NULL;
    if (modbus_cut(frame, &code) != (long)frame.n || frame.n < HEADER + 2) {
        buf_printf(out,
                   lang == LANG_EN ? "%zu bytes, not a whole Modbus TCP frame\n"
                                   : "%zu 字节，不是完整的 Modbus TCP 报文\n",
                   frame.n);
        return;
    }
    unsigned function = (unsigned char)frame.p[7], count = (unsigned char)frame.p[8];
    buf_printf(out, lang == LANG_EN ? "transaction %u, unit %u\n" : "事务 %u，单元 %u\n", u16_at(frame, 0),
               (unsigned char)frame.p[6]);
    say_function(function & 0x7F, lang, out);
    if (function & 0x80) say_exception(count, lang, out);
    else if (frame.n == HEADER + 2 + count)
        say_reply(function, str_n(frame.p + HEADER + 2, count), lang, out);
    else if (frame.n == MODBUS_REQUEST_BYTES) say_request(frame, lang, out);
}
