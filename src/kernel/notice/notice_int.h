/* Between notice.c and notice_flood.c: where a notice goes in a person's list. */
#pragma once
#include "kernel/notice.h"
#include "kernel_int.h"

typedef struct NoticePlace {
    Notice notice;     /* as it is to be written */
    const char *group; /* of the line; NULL: none */
    int64_t id;        /* of the line that stands for many and grows; 0: a line of its own */
    int64_t many;      /* how many it stands for; 0: itself alone */
    bool tell;         /* open pages and whoever carries notices hear of it */
} NoticePlace;
Rc notice_place(Work *w, const Notice *n, int64_t user, NoticePlace *out);
Rc notice_add_to_sum(Work *w, const NoticePlace *p);
