/* The readings of the ingest benchmark and their bodies. A reading is a pure function of point and step, so
 * the same readings can be made again to compare with what the server gives back, without keeping them.
 *
 * Every point has a reading each 300 s at a second of its own, a tenth of them one second late; two decimals,
 * moving slowly: 6 of 16 unchanged, otherwise a step of up to 0.05; 1 in 4,096 jumps by up to 10. Points
 * start between 15 and 25. Within a step the points come in random order. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STEP_MS        INT64_C(300000)
#define CODE_PREFIX    "BENCH-"
#define CODE_FORMAT    CODE_PREFIX "%06u"
#define CODE_LENGTH    12u
#define CENTS_START(i) ((int32_t)(1500 + (i)*7919u % 1001u))

typedef enum { FORMAT_LINE, FORMAT_JSON, FORMAT_BINARY, FORMATS } Format;
extern const char *const format_names[FORMATS];

typedef struct Workload {
    uint32_t points; /* point i has the code BENCH-%06u of i */
    int64_t base;    /* time of step 0, whole seconds */
    uint32_t step;   /* the next one to send */
    int32_t *cents;  /* value of each point before `step`, in hundredths */
    uint32_t *order;
    uint32_t *number; /* the server's number of each point */
} Workload;

void workload_init(Workload *w, uint32_t points, int64_t base);
void workload_free(Workload *w);

/* The value after a step, and the reading's time in it. */
int32_t workload_next(uint32_t point, uint32_t step, int32_t cents);
int64_t workload_time(const Workload *w, uint32_t point, uint32_t step);

/* Summed over any set of readings, in any order, it tells whether the sets are equal. no: the server's
 * number. */
uint64_t reading_sum(uint32_t no, int64_t t, int64_t cents, unsigned q);

/* Whole requests, head and body, in the order of sending. */
typedef struct Post {
    size_t at, n, head;      /* head: bytes before the body */
    uint32_t readings, step; /* step: counted from the first of the run */
    uint64_t sum;            /* of reading_sum over its readings */
} Post;
typedef struct Posts {
    char *bytes;
    size_t n, cap;
    Post *post;
    size_t count, count_cap;
} Posts;
typedef struct PostPlan {
    Format format;
    uint32_t steps, batch;
    const char *token;
    const char *path; /* NULL: where Anlan takes the format */
} PostPlan;
/* Makes the requests of plan->steps steps from w->step on; w itself does not move. */
void posts_make(const Workload *w, const PostPlan *plan, Posts *out);
void posts_free(Posts *p);
/* w moves on by that many steps. */
void workload_advance(Workload *w, uint32_t steps);
