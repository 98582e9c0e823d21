/* Private to the kernel: the query of a list (filters, search, order, page) read from a request, and its rows
 * one by one. The list route and the exports share it, so that an export shows exactly what the list shows.
 *
 *     const Entity *e = route_entity(req);
 *     Work w;
 *     TRY(work_begin(req, false, &w));
 *     ListQuery *q;
 *     TRY(list_parse(req, e, false, &q));
 *     ListRows *rows;
 *     TRY(list_open(&w, q, &rows));
 *     Rc rc;
 *     while ((rc = list_next(rows)) > 0) … list_record(rows), list_ref(rows, i) …
 */
#pragma once
#include "kernel/kernel.h"

typedef struct ListQuery ListQuery;
typedef struct ListRows ListRows;

/* The entity a derived route was made for; ENSUREs that it is one. */
const Entity *route_entity(const Req *req);

/* Reads all query parameters of the request. paged: limit and cursor are known parameters too (lists; exports
 * have none and walk all rows). RC_INVALID with one field error per unknown or wrong parameter. Lives in
 * req's arena. */
Rc list_parse(Req *req, const Entity *e, bool paged, ListQuery **out);

/* The same with the parameters of OGC API Features (limit is cut to the most, bbox, datetime, f) beside those
 * of the list; always paged. */
Rc list_parse_features(Req *req, const Entity *e, ListQuery **out);

/* The same from text: "grade=1&state.in=a,b", nothing escaped. Not paged. */
Rc list_parse_text(Work *w, const Entity *e, Str text, ListQuery **out);

/* Runs the query. Rows are streamed: memory does not grow with their number. w must stay until the rows are
 * closed; it may be a reader's. A paged query yields at most limit rows (list_more says whether there are
 * more). */
Rc list_open(Work *w, const ListQuery *q, ListRows **out);
/* 1: list_record stands on the next row, 0: no more, negative: failure. */
Rc list_next(ListRows *rows);
/* The current row; its texts are valid until the next list_next. */
const Record *list_record(const ListRows *rows);
/* What a person calls the record that reference field i of the current row points to. code: as on the wire
 * (its id when it has no code). Both STR_NONE when the field is null. Valid until the next list_next. */
typedef struct RefName {
    Str code, title;
} RefName;
RefName list_ref(const ListRows *rows, size_t field);
/* After list_next gave 0 on a paged query: the cursor of the next page, NULL at the end. */
const char *list_more(const ListRows *rows);
/* Ends early; list_next does it at the end, the arena too. */
void list_close(ListRows **rows);

/* How many records the query finds; exact up to 10,000, beyond it *exact is false and the count 10,000. */
Rc list_count(Work *w, ListQuery *q, int64_t *count, bool *exact);

/* ---- Exports of very many rows ---- */

/* How many an unpaged query finds, exact up to most. */
Rc list_count_to(Work *w, ListQuery *q, int64_t most, int64_t *count, bool *exact);
/* Makes an unpaged query one that list_open answers in pages, from the first; false: the order stands in no
 * index, and each page would sort all rows again. Counts, to know which way to read. */
Rc list_pages(Work *w, ListQuery *q, bool *paged);
/* The next list_open continues at a cursor of list_more; what it keeps lives in ctx's arena. */
Rc list_from(Ctx *ctx, ListQuery *q, Str cursor);
