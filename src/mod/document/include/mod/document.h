/* Policy papers (政策文件): uploaded, read into items, checked by a person, and made into tasks. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_document;
extern const Entity document_entity; /* "documents" */
extern const Entity item_entity;     /* "document-items" */
extern const Entity alias_entity;    /* "unit-aliases" */

/* Keeps a file as a paper of w->who's body and reads it: items are proposed, none is confirmed. replaces: the
 * paper of which this is a new version, 0: none. RC_SYNTAX, RC_TOO_LARGE as policy_read. */
Rc document_make(Work *w, Str name, Str content, int64_t replaces, Record **out);

/* Confirms one item: its tasks go to the units (order: at once). RC_STATE, RC_INVALID when it has no unit. */
Rc document_confirm(Work *w, Record *item, bool order, size_t *tasks);
/* Counts the paper's items anew after document_confirm; the routes and actions do it themselves. */
Rc document_recount(Work *w, int64_t document);
