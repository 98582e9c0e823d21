/* Sends prepared requests over many connections at once and times the acknowledgements; beside them
 * subscribers of the event stream read what they are given, and a probe measures how long an alarm takes from
 * the reading to the event. One thread, epoll. */
#pragma once
#include "workload.h"

/* A point outside the workload that crosses its limits to and fro while the load runs. */
#define PROBE_CODE CODE_PREFIX "PROBE"
#define PROBES_MAX 512

typedef struct SendPlan {
    int port, connections, subscribers;
    double seconds; /* no new step after that */
    const char *token;
    bool probe;  /* measure alarms too */
    double rate; /* readings a second; 0: as fast as they are acknowledged */
} SendPlan;
typedef struct SendResult {
    double seconds;                    /* from the first byte out to the last acknowledgement */
    uint64_t acked, posts;             /* readings and requests answered 204 */
    uint64_t sum;                      /* reading_sum of those acknowledged */
    uint64_t busy, errors;             /* answers 503 (sent again), any other answer */
    uint32_t steps;                    /* whole steps sent */
    double ack_p50, ack_p99;           /* ms */
    uint64_t events, event_bytes, cut; /* of all subscribers */
    uint64_t probes;                   /* readings of the probe acknowledged */
    double alarm_p50, alarm_p99;       /* ms from a probe's reading leaving to its alarm event arriving */
    double values_p50, values_max;     /* ms between batches of map values at one subscriber */
    char first_error[256];
} SendResult;
/* false: a connection failed; result->first_error says why. */
bool send_posts(const SendPlan *plan, const Posts *posts, SendResult *result);
