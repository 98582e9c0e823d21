/* The body of a docx: the text of word/document.xml, a paragraph a line. Headers, footers and notes are other
 * members and are not read; deleted and moved-away text and the fallback of a drawing are passed over. What
 * is unpacked is limited, so a zip bomb ends in an error. */
#include "decode.h"
#include "numbering.h"
#include "sheet/xml.h"
#include "sheet/zipfile.h"

typedef struct Docx {
    Flow flow;
    Numbering *numbering;
    NumRef ref; /* of the paragraph whose properties are read */
    int skip;   /* depth inside an element that is passed over */
    bool in_text, body;
} Docx;

static bool is_any(Str name, const char *const *names)
{
    for (; *names; names++)
        if (str_is(name, *names)) return true;
    return false;
}

static const char *const skipped[] = {"Fallback", "del",       "moveFrom", "instrText",
                                      "delText",  "pPrChange", NULL};

/* Of a paragraph: its style and its list. The names are valid only during the call. */
static void properties(Docx *d, Str name, const XmlAttrs *attrs)
{
    Str val = xml_attr(attrs, "val");
    if (str_is(name, "pPr")) d->ref = (NumRef){STR_NONE, -1, -1};
    else if (str_is(name, "pStyle")) d->ref.style = val.p ? str_copy(d->flow.out.arena, val) : STR_NONE;
    else if (str_is(name, "numId")) d->ref.num = policy__numbering_int(val);
    else if (str_is(name, "ilvl")) d->ref.level = policy__numbering_int(val);
}

static bool on_open(void *ud, Str name, const XmlAttrs *attrs)
{
    Docx *d = ud;
    if (d->skip || is_any(name, skipped)) {
        d->skip++;
        return true;
    }
    if (str_is(name, "t")) d->in_text = true;
    else if (str_is(name, "tr")) policy__flow_row(&d->flow);
    else if (str_is(name, "tc")) policy__flow_cell(&d->flow);
    else if (str_is(name, "br") || str_is(name, "cr")) policy__flow_break(&d->flow);
    else if (str_is(name, "tab")) policy__flow_text(&d->flow, STR(" "));
    else if (str_is(name, "body")) d->body = true;
    else properties(d, name, attrs);
    return true;
}

static bool on_close(void *ud, Str name)
{
    Docx *d = ud;
    if (d->skip) {
        d->skip--;
        return true;
    }
    if (str_is(name, "t")) d->in_text = false;
    else if (str_is(name, "pPr")) policy__numbering_next(d->numbering, d->ref, &d->flow.out);
    else if (str_is(name, "p")) policy__flow_break(&d->flow);
    else if (str_is(name, "tr")) policy__flow_row_end(&d->flow);
    return true;
}

static bool on_text(void *ud, Str text)
{
    Docx *d = ud;
    if (d->in_text && !d->skip) policy__flow_text(&d->flow, text);
    return true;
}

Rc policy__docx_text(Ctx *ctx, Str bytes, Str *out)
{
    static const XmlHandler handler = {on_open, on_close, on_text};
    ZipFile *zip;
    Rc rc = zipfile_open(ctx, bytes, POLICY_MAX_BYTES, &zip);
    if (rc < 0) {
        ctx_clear(ctx);
        return FAIL(ctx, RC_SYNTAX, "policy.damaged", "文件已损坏，不是完整的 docx",
                    "the file is damaged: no whole docx");
    }
    Docx d = {0};
    TRY(policy__numbering_read(ctx, zip, &d.numbering));
    if (zipfile_member(ctx, zip, "word/document.xml") <= 0) {
        ctx_clear(ctx);
        return FAIL(ctx, RC_SYNTAX, "policy.kind", "压缩包内没有 Word 正文，只支持 docx",
                    "the archive holds no Word text: only docx is read");
    }
    buf_init(&d.flow.out, ctx->arena);
    XmlEnd end = xml_parse(zipfile_read, zip, &handler, &d);
    if (zipfile_over(zip))
        return FAIL(ctx, RC_TOO_LARGE, "policy.too_large", "文件解压后超过 %u MB",
                    "unpacked, the file is over %u MB", POLICY_MAX_BYTES >> 20);
    if (end != XML_WHOLE || !d.body)
        return FAIL(ctx, RC_SYNTAX, "policy.damaged", "文件已损坏，Word 正文无法读取",
                    "the file is damaged: its Word text cannot be read");
    *out = buf_str(&d.flow.out);
    return RC_OK;
}
