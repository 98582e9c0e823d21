/* Private to transfer: a list's rows, page by page (pages.c). */
#pragma once
#include "record/list.h"

typedef struct Pages {
    Kernel *kernel;
    const Principal *who;
    const char *peer;
    ListQuery *q;                              /* of list_pages */
    Rc (*row)(void *ud, const ListRows *rows); /* for each row, in the order of the list */
    void *ud;
    int64_t rows; /* so far */
    bool end;     /* there is no further page */
} Pages;

/* Hands the rows of the next page to row. The place of the page after it is kept in keep's arena, a few
 * hundred bytes; a failure stands in keep. */
Rc pages_next(Pages *p, Ctx *keep);
