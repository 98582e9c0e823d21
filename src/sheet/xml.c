/* The adapter to libxml2: the only file that includes its headers. The push parser is fed in blocks, and a
 * DTD ends the parsing at its first byte, before any entity can be declared. XML_PARSE_HUGE is not given, so
 * the library's limits on names and texts hold; its limit on depth guards only trees, so depth is counted
 * here. */
#include "sheet/xml.h"
#include <libxml/parser.h>
#include <pthread.h>

#define MAX_DEPTH 256

struct XmlAttrs {
    const xmlChar **v; /* five per attribute: local name, prefix, URI, begin, end */
    int n;
};

typedef struct Parse {
    xmlParserCtxtPtr parser;
    const XmlHandler *h;
    void *ud;
    int depth;
    bool stopped, broken;
} Parse;

static Str str_xml(const xmlChar *z)
{
    return str_of((const char *)z);
}

Str xml_attr(const XmlAttrs *a, const char *name)
{
    for (int i = 0; i < a->n; i++) {
        const xmlChar **v = a->v + (ptrdiff_t)i * 5;
        if (strcmp((const char *)v[0], name) == 0) return str_n((const char *)v[3], (size_t)(v[4] - v[3]));
    }
    return STR_NONE;
}

static void go_on(Parse *p, bool yes)
{
    if (yes) return;
    p->stopped = true;
    xmlStopParser(p->parser);
}

static void refuse(Parse *p)
{
    p->broken = p->stopped = true;
    xmlStopParser(p->parser);
}

static void on_open(void *ud, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int nns,
                    const xmlChar **ns, int nattrs, int ndefault, const xmlChar **attrs)
{
    (void)prefix, (void)uri, (void)nns, (void)ns, (void)ndefault;
    Parse *p = ud;
    if (p->stopped) return;
    if (++p->depth > MAX_DEPTH) {
        refuse(p);
        return;
    }
    XmlAttrs a = {attrs, nattrs};
    go_on(p, p->h->open(p->ud, str_xml(name), &a));
}

static void on_close(void *ud, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
    (void)prefix, (void)uri;
    Parse *p = ud;
    p->depth--;
    if (!p->stopped) go_on(p, p->h->close(p->ud, str_xml(name)));
}

static void on_text(void *ud, const xmlChar *text, int n)
{
    Parse *p = ud;
    if (!p->stopped && n > 0) go_on(p, p->h->text(p->ud, str_n((const char *)text, (size_t)n)));
}

static void on_dtd(void *ud, const xmlChar *name, const xmlChar *id, const xmlChar *system)
{
    (void)name, (void)id, (void)system;
    refuse(ud);
}

static void on_error(void *ud, xmlErrorPtr err)
{
    (void)ud, (void)err; /* the result code tells; nothing may be printed */
}

static void init_once(void)
{
    xmlInitParser();
}

static XmlEnd feed(Parse *p, long (*read)(void *, char *, size_t), void *read_ud)
{
    char block[16384];
    for (;;) {
        long n = read(read_ud, block, sizeof block);
        if (n < 0) return XML_UNREAD;
        int rc = xmlParseChunk(p->parser, block, (int)n, n == 0);
        if (p->broken) return XML_BROKEN;
        if (p->stopped) return XML_STOPPED;
        if (rc != 0 && rc != XML_WAR_NS_URI && rc != XML_WAR_NS_URI_RELATIVE) return XML_BROKEN;
        if (n == 0) return p->parser->wellFormed ? XML_WHOLE : XML_BROKEN;
    }
}

XmlEnd xml_parse(long (*read)(void *ud, char *buf, size_t max), void *read_ud, const XmlHandler *h, void *ud)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init_once);
    xmlSAXHandler sax = {.initialized = XML_SAX2_MAGIC,
                         .internalSubset = on_dtd,
                         .startElementNs = on_open,
                         .endElementNs = on_close,
                         .characters = on_text,
                         .ignorableWhitespace = on_text,
                         .cdataBlock = on_text,
                         .serror = on_error};
    Parse p = {.h = h, .ud = ud};
    p.parser = xmlCreatePushParserCtxt(&sax, &p, NULL, 0, NULL);
    ENSURE(p.parser != NULL);
    xmlCtxtUseOptions(p.parser, XML_PARSE_NONET | XML_PARSE_COMPACT);
    XmlEnd end = feed(&p, read, read_ud);
    if (p.parser->myDoc) xmlFreeDoc(p.parser->myDoc);
    p.parser->myDoc = NULL;
    xmlFreeParserCtxt(p.parser);
    return end;
}
