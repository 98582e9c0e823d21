/* The parts of a replay that can be driven without files: fuzzing and tests. */
#pragma once
#include "lane.h"

typedef struct Replay Replay;

/* Events are printed to out (FILE *), complaints to err (FILE *). rules is borrowed. */
Replay *replay_new(const RuleSet *rules, void *out_file, void *err_file, Lang lang);
/* Any piece of the text, in order. false: the header is wrong, nothing more is taken. */
bool replay_feed(Replay *rp, const char *p, size_t n);
/* The last line, when it has no newline. Exit status: 0, 1 (out is not writable), 2 (no or a wrong header), 3
 * (malformed lines). */
int replay_end(Replay *rp);
void replay_free(Replay **rp);
