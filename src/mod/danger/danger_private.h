/* Shared inside the slice. */
#pragma once
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/body.h"
#include "mod/danger.h"
#include "mod/district.h"
#include "mod/object.h"

#define DE (&danger_entity)
#define CE (&criterion_entity)
#define SE (&supervision_entity)

enum {
    DANGER_LIMITS = 15,
    DANGER_DICTS = 6,
    DANGER_ROUTES = 8,
    SIMILAR_MOST = 8,
    DANGER_PAPERS = 2,
    SUPERVISION_PAPERS = 2,
    MATCH_MOST = 8
};
extern const LimitSeed danger_limits[DANGER_LIMITS];
extern const Dict danger_dicts[DANGER_DICTS];
extern const Route danger_routes[DANGER_ROUTES];
extern const Flow danger_flow, supervision_flow;

/* ---- danger_make.c ---- */
/* Fills what follows from enterprise, object and industry; called by validate, too. */
Rc danger_derive(Work *w, Record *rec);
/* Who supervises a danger that nobody in charge found: the department of its line, the town, the emergency
 * office or the safety committee's office of its district or of one above. 0: none. */
Rc danger_handler(Work *w, const Record *rec, int64_t *out);
/* The body above in the tree; 0: none. */
Rc danger_body_above(Work *w, int64_t body, int64_t *out);
/* Keeps who found it, so that he is told of its end. words: his own; may be empty. */
Rc danger_found_by(Work *w, int64_t danger, Str source, Str words);
/* Tells all finders. */
Rc danger_tell_finders(Work *w, const Record *rec, const char *zh);
/* The finders of one become those of the other, whose row is written. */
Rc danger_finders_move(Work *w, const Record *from, Record *into);
Work danger_program(const Work *w); /* a copy that acts as the program */
DbVal danger_who(const Work *w);    /* the person's name; null for the program */
DbVal danger_account(const Work *w);

/* ---- similar.c ---- */
typedef struct Similar {
    int64_t id;
    int score;       /* 0 to 100 */
    double distance; /* metres; negative: unknown */
    bool same_object, same_enterprise;
    double words; /* 0 to 1 */
} Similar;
/* Open dangers in w->who's scope that may be the same as rec, the likeliest first. */
Rc danger_similar(Work *w, const Record *rec, Similar out[SIMILAR_MOST], size_t *n);

/* ---- criterion_match.c ---- */
typedef struct Match {
    Record *criterion;
    int score;
    Str words; /* what was found, in "、" */
} Match;
Rc criterion_match(Work *w, Str industry, Str text, Match out[MATCH_MOST], size_t *n);
/* First clauses, when there are none. */
Rc criteria_seed(Work *w);

/* ---- supervision.c ---- */
/* The draft of a supervision for a danger that is major; it has none. */
Rc supervision_draft(Work *w, const Record *danger);
/* Ends the draft of a danger that is major no more. RC_STATE when it hangs already. */
Rc supervision_withdraw(Work *w, int64_t danger);

/* ---- papers.c ---- */
extern const PaperKind danger_papers[DANGER_PAPERS], supervision_papers[SUPERVISION_PAPERS];

/* ---- figures.c, match_routes.c ---- */
Rc danger_figures(Req *req, Res *res);
Rc danger_match(Req *req, Res *res);
Rc danger_similar_route(Req *req, Res *res);
Rc danger_lists(Req *req, Res *res);
Rc danger_map(Req *req, Res *res);
Rc danger_finders(Req *req, Res *res);
