/* Shared inside the slice. */
#pragma once
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/body.h"
#include "mod/campaign.h"
#include "mod/district.h"
#include "mod/risk.h"

#define CE (&campaign_entity)
#define PE (&campaign_part_entity)
#define VE (&campaign_version_entity)

enum { TEXT_MOST = 60000, TOP_MOST = 10, PARTS_MOST = 500, CAMPAIGN_PAPERS = 1 };

/* ---- count.c: the register as it is now ---- */
enum { COUNT_RED, COUNT_ORANGE, COUNT_YELLOW, COUNT_BLUE, COUNT_NONE, COUNT_ALL, COUNT_LATE, COUNTS };
extern const char *const count_names[COUNTS]; /* fields of a part */
extern const Text count_labels[COUNTS];
typedef struct Counts {
    int64_t n[COUNTS];
    Str query; /* of the list that COUNT_ALL counts; empty: too many districts for one list */
} Counts;
/* Units of the district and all below, of these industries (codes, blanks between; empty: all), as the lists
 * count them for who sees everything. */
Rc campaign_count(Work *w, int64_t district, Str industries, Counts *out);
/* The worst of them as a JSON array: [{"id","code","name","grade","accident","body"}]. */
Rc campaign_top(Work *w, int64_t district, Str industries, Str *json);
/* "grade=1&district.in=…" of one colour's list; empty when Counts.query is. */
Str campaign_list(Work *w, const Counts *c, int what);
Work campaign_program(const Work *w);
/* RC_OK or a field error of "industries". */
Rc industries_check(Work *w, Str codes);

/* ---- part.c ---- */
extern const Flow campaign_part_flow;
Rc part_add(Work *w, const Record *campaign, int64_t body, int64_t district, Str industries);
/* Figures and worst units anew. */
Rc part_count(Work *w, Record *part);
/* One for every district of the level; names those nobody stands for. */
Rc parts_open(Work *w, const Record *campaign);
/* The parts of a campaign in the order of their codes. */
Rc parts_of(Work *w, int64_t campaign, Record **out, size_t *n);
/* Those that were not accepted end as not answered. */
Rc parts_end(Work *w, int64_t campaign);

/* ---- flow.c, report.c, sums.c, papers.c ---- */
extern const Flow campaign_flow;
extern const PaperKind campaign_papers[CAMPAIGN_PAPERS];
/* Counts and writes the report's text and figures anew. note: why not all have answered; may be empty. */
Rc report_compose(Work *w, Record *campaign, Str note);
Rc campaign_sums(Req *req, Res *res);
