/* The common index of matters: one row for each record of an entity with a flow, kept by the store in the
 * same transaction. Desk, search, timelines and cockpit figures read it. Columns: id (the record's), entity,
 * code, title, state, grade, district, line, owner, turn (body), due_at, clock (limit's code), chase (0 none,
 * 1 催办, 2 督办, 3 升级), opened_at, changed_at, closed_at. */
#pragma once
#include "kernel/flow.h"

/* A body takes part and so sees the matter: "dept", "district", "lead", "support" … Idempotent. */
Rc matter_party(Work *w, int64_t record_id, int64_t body_id, const char *role);
/* The chain: from follows out of to ("warning from alarm", "order from warning"). Idempotent. The timeline of
 * either shows the other. */
Rc matter_link(Work *w, const Entity *from, int64_t from_id, const Entity *to, int64_t to_id);

/* Evidence: files attached to a record, kept by the hash of their content.
 * POST /api/<plural>/{id}/files?name=&note=&taken_at=&lon=&lat=&shot_at=&shot_lon=&shot_lat=&of=  (body: the
 * file), GET …/files, GET …/files/{hash}. An original (of: the hash of the marked file) is in no count. */
Rc evidence_count(Work *w, const Entity *e, int64_t record_id, int64_t since, int64_t *out);
/* Attaches a file as w->who in the transaction, as the route does for people; for jobs that act for them. The
 * same file again does nothing. RC_MEDIA: no known kind. */
Rc evidence_add(Work *w, const Entity *e, const Record *rec, Str name, Str content);

/* Tell people in the page and over the channels they chose (mail, robot, SMS gateway); in the transaction. */
typedef struct Notice {
    int64_t user;     /* one user, or … */
    int64_t body;     /* … the users of this body … */
    const char *perm; /* … that hold this permission (NULL: all of them) */
    const char
        *kind;       /* dictionary "notice_kind": assigned, reminder, urge, supervise, escalate, call, info */
    int grade;       /* 0: none */
    Str title, text; /* in Chinese; the page shows the matter's own words in English */
    const Entity *entity;
    int64_t record_id;
} Notice;
Rc notice_send(Work *w, const Notice *n);
