/* XML as a stream of events, hardened: no DTD, no entities but the five of XML, no network, the parser's own
 * limits on depth and sizes. */
#pragma once
#include "base/ctx.h"

typedef struct XmlAttrs XmlAttrs;
/* Value of an attribute by its local name (the prefix is not looked at); STR_NONE when absent. Valid during
 * the call. */
Str xml_attr(const XmlAttrs *a, const char *name);

/* Names are local names. A false answer stops the parsing. Texts come in pieces. */
typedef struct XmlHandler {
    bool (*open)(void *ud, Str name, const XmlAttrs *attrs);
    bool (*close)(void *ud, Str name);
    bool (*text)(void *ud, Str text);
} XmlHandler;

typedef enum {
    XML_WHOLE = 0,   /* read to its end and well formed */
    XML_STOPPED = 1, /* the handler said so */
    XML_BROKEN = -1, /* not well formed, or it has a DTD */
    XML_UNREAD = -2  /* read() failed */
} XmlEnd;
XmlEnd xml_parse(long (*read)(void *ud, char *buf, size_t max), void *read_ud, const XmlHandler *h, void *ud);
