/* How long an alarm takes: a reading that crosses a limit is sent alone, over a connection of its own, and
 * the event is awaited on an event stream of its own. The next reading goes out when the event of the one
 * before has come. */
#pragma once
#include "sender.h"

typedef struct Probe {
    const SendPlan *plan;
    int post, stream; /* sockets; -1: none */
    bool high, waits; /* waits: for the event of the last reading */
    double since, next;
    size_t n, tail; /* latencies; bytes kept in text */
    uint64_t acked;
    float ms[PROBES_MAX];
    char text[16384];
} Probe;

/* false: no connection. */
bool probe_open(Probe *p, const SendPlan *plan);
void probe_close(Probe *p);
/* Sends when it is time. */
void probe_turn(Probe *p, double now);
/* The sockets have something to read. */
void probe_read_answer(Probe *p);
void probe_read_events(Probe *p, double now);
