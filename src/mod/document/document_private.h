/* Shared inside the slice. */
#pragma once
#include "base/clock.h"
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/document.h"
#include "mod/task.h"
#include "policy/match.h"
#include "policy/policy.h"

#define DE (&document_entity)
#define IE (&item_entity)
#define AE (&alias_entity)

enum { DOCUMENT_ROUTES = 8, DOCUMENT_PAPERS = 1, ITEMS_MOST = 5000, UNITS_MOST = 400, TITLE_MOST = 40 };
extern const Route document_routes[DOCUMENT_ROUTES];
extern const PaperKind document_papers[DOCUMENT_PAPERS];

/* ---- cut.c ---- */
/* The text, cut to so many code points, with … when something was cut. */
Str document_cut(Arena *a, Str s, size_t most);

/* ---- units.c: names → bodies ---- */
typedef struct UnitBook {
    MatchRegister reg;
    Str *codes; /* of reg.bodies, in their order */
    /* What was looked up: names repeat. */
    struct UnitSeen {
        Str name;
        Match m;
    } * seen;
    size_t nseen, cap;
} UnitBook;
Rc unit_book(Work *w, int64_t district, UnitBook *out);
Match unit_look(Work *w, UnitBook *book, Str name);
/* Index of the body in reg.bodies; -1: none. */
ptrdiff_t unit_index(const UnitBook *book, int64_t body);
/* Says that the name means these bodies from now on, codes separated by blanks: 1 when that is new. */
Rc unit_teach(Work *w, Str name, Str bodies);
Str alias_next(Str *rest);

/* ---- propose.c ---- */
/* What of a reading becomes fields of an item. */
typedef struct Proposal {
    UnitBook *book;
    int year; /* for dates without one */
} Proposal;
Rc propose_item(Work *w, Proposal *p, const PolicyItem *it, Record *rec);
/* Fills `assigned`, `unsure`, `doubt` anew from `units` as the book knows them now. */
Rc propose_units(Work *w, UnitBook *book, Record *rec);
/* The proposed year of a paper: of its title, else of its date, else now. */
int propose_year(const Work *w, Str title, Str date);

/* ---- upload.c ---- */
Rc document_of_path(Req *req, Work *w, Record **out);
/* RC_FORBIDDEN for whom the paper is only there to read: a unit that has a task of it orders none from it. */
Rc document_need_keeper(Work *w, const Record *doc);
/* The same for the paper of an item. */
Rc document_need_keeper_of(Work *w, const Record *item);
Rc document_upload(Req *req, Res *res);

/* ---- read.c ---- */
Rc document_keep_items(Work *w, Record *doc, const PolicyPaper *paper);
/* The paper's counts after one item changed, before it is written. */
Rc document_count_change(Work *w, const Record *old, const Record *rec);

/* ---- item_acts.c ---- */
enum { ITEM_ACTIONS = 6 };
extern const Action item_actions[ITEM_ACTIONS];

/* ---- confirm.c, reading.c, compare_routes.c ---- */
Rc document_confirm_route(Req *req, Res *res);
Rc document_reading(Req *req, Res *res);
Rc document_units(Req *req, Res *res);
Rc document_teach(Req *req, Res *res);
Rc document_compare(Req *req, Res *res);

/* ---- indicators.c ---- */
Rc document_indicators(Req *req, Res *res);
Rc document_make_indicators(Req *req, Res *res);

/* ---- Items as the routes take them: {"items":[ids]} ---- */
Rc document_item(Work *w, Str id, Record **out);
Rc document_item_ids(Work *w, int64_t document, int64_t **ids, size_t *n);
