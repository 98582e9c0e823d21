/* The adapter to libxml2's HTML parser: the only file that includes its header. The page becomes lines: a
 * block a line, a row of a data table a line with tabs; scripts, forms, menus and the head are passed over.
 * The parser's search for the element an end tag closes looks through all open ones, so a page nested deeper
 * than any written page is refused before that can cost time. */
#include "decode.h"
#include <libxml/HTMLparser.h>
#include <pthread.h>

#define MAX_DEPTH 512

typedef struct Html {
    Flow flow;
    htmlParserCtxtPtr parser;
    int depth, skip;
    bool deep;
} Html;

static bool is_any(const xmlChar *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp((const char *)name, *names) == 0) return true;
    return false;
}

/* A form is not among them: pages of government sites stand in one as a whole. */
static const char *const skipped[] = {"script", "style",  "head",   "noscript", "select", "button",
                                      "nav",    "iframe", "object", "textarea", NULL};
static const char *const blocks[] = {"p",     "div", "br",      "li",      "ul",     "ol",     "h1",
                                     "h2",    "h3",  "h4",      "h5",      "h6",     "table",  "dl",
                                     "dt",    "dd",  "section", "article", "header", "footer", "blockquote",
                                     "title", "pre", "hr",      "center",  "tbody",  NULL};
/* Elements without content have no end that counts. */
static const char *const empty[] = {"br", "hr", "img", "input", "meta", "link", "col", "area", "base", NULL};

static void on_open(void *ud, const xmlChar *name, const xmlChar **attrs)
{
    (void)attrs;
    Html *h = ud;
    if (h->deep) return;
    if (!is_any(name, empty) && ++h->depth > MAX_DEPTH) {
        h->deep = true;
        xmlStopParser(h->parser);
        return;
    }
    if (h->skip || is_any(name, skipped)) {
        if (!is_any(name, empty)) h->skip++;
        return;
    }
    if (strcmp((const char *)name, "tr") == 0) policy__flow_row(&h->flow);
    else if (strcmp((const char *)name, "td") == 0 || strcmp((const char *)name, "th") == 0)
        policy__flow_cell(&h->flow);
    else if (is_any(name, blocks)) policy__flow_break(&h->flow);
}

static void on_close(void *ud, const xmlChar *name)
{
    Html *h = ud;
    if (h->deep || is_any(name, empty)) return;
    h->depth--;
    if (h->skip) {
        h->skip--;
        return;
    }
    if (strcmp((const char *)name, "tr") == 0) policy__flow_row_end(&h->flow);
    else if (is_any(name, blocks)) policy__flow_break(&h->flow);
}

static void on_text(void *ud, const xmlChar *text, int n)
{
    Html *h = ud;
    if (!h->skip && !h->deep && n > 0) policy__flow_text(&h->flow, str_n((const char *)text, (size_t)n));
}

static void on_error(void *ud, xmlErrorPtr err)
{
    (void)ud, (void)err; /* pages are full of errors; nothing may be printed */
}

static void init_once(void)
{
    xmlInitParser();
}

bool policy__html_looks(Str bytes)
{
    static const char *const marks[] = {"<!doctype html", "<html", "<body", "<head",  "<table",
                                        "<div",           "<p>",   "<p ",   "<meta ", NULL};
    Str s = str_trim(str_n(bytes.p, bytes.n < 4096 ? bytes.n : 4096));
    if (str_starts(s, STR("\xEF\xBB\xBF"))) s = str_trim(str_n(s.p + 3, s.n - 3));
    if (s.n == 0 || s.p[0] != '<') return false;
    for (size_t i = 0; i < s.n; i++)
        for (size_t k = 0; s.p[i] == '<' && marks[k]; k++) {
            size_t n = strlen(marks[k]);
            if (i + n <= s.n && str_ieq(str_n(s.p + i, n), str_n(marks[k], n))) return true;
        }
    return false;
}

Rc policy__html_text(Ctx *ctx, Str utf8, Str *out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_once);
    htmlSAXHandler sax = {.initialized = 1,
                          .startElement = on_open,
                          .endElement = on_close,
                          .characters = on_text,
                          .ignorableWhitespace = on_text,
                          .serror = on_error};
    Html h = {0};
    buf_init(&h.flow.out, ctx->arena);
    h.parser = htmlNewParserCtxt();
    ENSURE(h.parser != NULL);
    *h.parser->sax = sax;
    h.parser->userData = &h;
    htmlDocPtr doc = htmlCtxtReadMemory(h.parser, utf8.p, (int)utf8.n, NULL, "UTF-8",
                                        HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING |
                                            HTML_PARSE_NONET | HTML_PARSE_IGNORE_ENC | HTML_PARSE_NODEFDTD);
    if (doc) xmlFreeDoc(doc);
    htmlFreeParserCtxt(h.parser);
    while (h.flow.rows > 0) policy__flow_row_end(&h.flow);
    if (h.deep)
        return FAIL(ctx, RC_SYNTAX, "policy.damaged", "网页嵌套超过 %d 层，无法读取",
                    "the page nests more than %d levels and cannot be read", MAX_DEPTH);
    *out = buf_str(&h.flow.out);
    return RC_OK;
}
