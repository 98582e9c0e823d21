/* The parts of an xlsx workbook that stand beside the sheet: what xlsx_parts.c finds out for xlsx_read.c. */
#pragma once
#include "sheet/read.h"
#include "sheet/xml.h"
#include "sheet/zipfile.h"

typedef struct XlsxBook {
    ZipFile *zip;
    const char *sheet; /* member of the first sheet */
    bool date1904;
    unsigned char *dates; /* by cell style: is it a date? */
    size_t nstyles;
    Str *shared; /* shared strings */
    size_t nshared, shared_cap;
    size_t shared_bytes;
} XlsxBook;

/* All memory is ctx's. RC_SYNTAX, RC_MEDIA, RC_TOO_LARGE as sheet_read. */
Rc xlsx_book_open(Ctx *ctx, Str content, XlsxBook *out);
Rc xlsx_fail_damaged(Ctx *ctx, const char *what);
Rc xlsx_fail_size(Ctx *ctx, const char *what);
/* The failure for an end that is not whole. */
Rc xlsx_fail_end(Ctx *ctx, const XlsxBook *b, XmlEnd end, const char *what);
/* Takes the _xHHHH_ escapes out of p[0..n) in place and returns the new length. */
size_t xlsx_unescape(char *p, size_t n);
/* Serial number of a date → the text of SheetCell. false: no date. */
bool xlsx_date_text(double serial, bool date1904, char *buf, size_t size);
