/* state-<position>.bin: the rules' state of all lanes after the log position in its name. */
#pragma once
#include "base/ctx.h"

typedef struct StateFile {
    uint64_t pos;
    Str *lanes;
    size_t nlanes;
    Str active; /* the alarms active then, as an event note */
} StateFile;

/* RC_IO. */
Rc state_file_write(Ctx *ctx, const char *dir, const StateFile *s);
/* Positions of the files there are, newest first. */
Rc state_file_list(Ctx *ctx, const char *dir, uint64_t **out, size_t *n);
/* RC_IO, RC_SYNTAX, RC_NOT_FOUND. */
Rc state_file_read(Ctx *ctx, const char *dir, uint64_t pos, StateFile *out);
/* Removes all but the `keep` newest. */
void state_file_prune(Ctx *ctx, const char *dir, size_t keep);
