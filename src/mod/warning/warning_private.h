/* Shared inside the slice. */
#pragma once
#include "cap.h"
#include "kernel/matter.h"
#include "kernel/paper.h"
#include "mod/alarm.h"
#include "mod/body.h"
#include "mod/district.h"
#include "mod/object.h"
#include "mod/warning.h"
#include "routing.h"

#define WE (&warning_entity)
#define OE (&order_entity)

enum { WARNING_LIMITS = 29, WARNING_ALARMS_MOST = 200, WARNING_ORDERS_MOST = 200 };
extern const LimitSeed warning_limits[WARNING_LIMITS];
extern const Flow warning_flow, order_flow;

/* ---- warning_make.c ---- */
/* The same, and what it is doing to them: ids as the JSON of a body has them. RC_INVALID names the field. */
Rc warning_read_alarms(Work *w, const Json *list, int64_t *out, size_t *n);
/* 1: the code of the open warning the alarm stands in; 0: none. */
Rc warning_of_alarm(Work *w, int64_t alarm, int64_t *warning, Str *code);
/* Who warns: the body of w->who, or the one that warns when nobody is asked. */
Rc warning_issuer(Work *w, int64_t *out);
/* A copy of w that acts as the program, in the same transaction. */
Work warning_program(const Work *w);
DbVal warning_who(const Work *w); /* the person's name; null for the program */
/* rec_set when the value is not null. */
void warning_take(const Entity *e, Record *rec, const char *name, DbVal v);

/* ---- dispatch.c: orders of a warning ---- */
typedef struct Preview {
    RouteResult units;
    RouteQuery query;
} Preview;
/* The units that the rules of now name for the warning. */
Rc dispatch_preview(Work *w, const Record *warning, Preview **out);
/* Sends an order to each unit that has none yet; to a unit whose `how` is "notice" only word. *n: how many
 * orders. */
Rc dispatch_units(Work *w, Record *warning, const RouteUnit *units, size_t nunits, size_t *n);
/* By the rules; a warning that no rule gives a unit goes to its issuer, so that it is with somebody. */
Rc dispatch_by_rules(Work *w, Record *warning);

/* ---- order_flow.c ---- */
/* What the orders make of the warning: counts, first and last times, and its state. changed: the order under
 * way, whose row is not written yet; NULL: none. */
Rc warning_recount(Work *w, int64_t warning, const Record *changed);
/* Ends all orders that are not accepted. */
Rc orders_withdraw(Work *w, int64_t warning, const char *why);

/* ---- cap_message.c ---- */
/* Renders and keeps the warning's next message; the first is an Alert. note: what has changed, for people. */
Rc cap_message_add(Work *w, const Record *warning, CapType type);

/* ---- warning_unjudged.c ---- */
/* A step of the clock "alarm.judge". */
Rc warning_unjudged(Work *w, const Record *alarm, const struct ClockStep *step);

/* ---- papers.c ---- */
enum { ORDER_PAPERS = 1, WARNING_PAPERS = 3 };
extern const PaperKind order_papers[ORDER_PAPERS], warning_papers[WARNING_PAPERS];
/* First templates (papers_text.c). */
extern const char paper_order_zh[], paper_order_en[], paper_notice_zh[], paper_notice_en[];
extern const char paper_report_zh[], paper_report_en[], paper_bulletin_zh[];

/* ---- routes ---- */
enum { WARNING_ROUTES = 12 };
extern const Route warning_routes[WARNING_ROUTES];
Rc warning_of_path(Req *req, Work *w, Record **out);
Rc warning_answers(Req *req, Res *res);
Rc warning_candidates(Req *req, Res *res);
Rc warning_steps(Req *req, Res *res);
Rc warning_figures(Req *req, Res *res);
Rc warning_false_alarms(Req *req, Res *res);
Rc cap_show(Req *req, Res *res);
Rc cap_feed(Req *req, Res *res);
Rc cap_list(Req *req, Res *res);

/* ---- order_sum.c ---- */
/* Counts the orders into rec, a warning whose row the caller writes. */
Rc warning_count_into(Work *w, Record *rec);
/* Urges every unit that has not answered. RC_STATE: there is none. */
Rc orders_urge(Work *w, int64_t warning, Str message);
/* The clock of the order's state starts again with the grade that rec has now. */
Rc order_clock_anew(Work *w, const Record *rec);
