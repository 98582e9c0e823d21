/* What a request for readings asks: the span, the step and the aggregate. Shared by the JSON and the CSV
 * route. */
#pragma once
#include "point_private.h"

typedef enum {
    AGG_AVG,
    AGG_MIN,
    AGG_MAX,
    AGG_LAST,
    AGG_COUNT,
    AGG_BAND
} Agg; /* band: mean, least and greatest */

typedef struct Window {
    int64_t from, to, step; /* step 0: raw */
    Agg agg;
    size_t limit;
} Window;

/* known: the query's parameters, NULL-ended; those of a window that are not among them are refused. */
Rc point_read_window(Req *req, const char *const *known, Window *w);
/* The aggregate's value; of a band the mean. */
double point_step_value(const SeriesStep *s, Agg agg);
