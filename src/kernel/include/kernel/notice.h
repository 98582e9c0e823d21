/* Notices beyond the page. notice_send (kernel/matter.h) puts a line into the table "notifications" for each
 * user and tells his open pages; what else carries it (mail, robot, SMS) is somebody's who listens here. */
#pragma once
#include "kernel/matter.h"

/* One notice and whom it went to, in the sender's transaction. ids: of the lines in "notifications", one for
 * each user. A failure fails the transaction. */
typedef struct NoticeSent {
    const Notice *notice;
    const int64_t *users, *ids;
    size_t n;
} NoticeSent;
typedef Rc (*NoticeListener)(Work *w, const NoticeSent *sent);
/* At a module's start; one listener. */
void notice_listen(Kernel *k, NoticeListener fn);

/* Who is on watch now: order 1 the officer on duty, 2 the next on the roster. 1 and *user, or 0. At a
 * module's start; one function. */
typedef Rc (*NoticeWatch)(Work *w, int order, int64_t *user);
void notice_watch(Kernel *k, NoticeWatch fn);
/* Asks it; 0 and *user 0 when there is no roster. */
Rc notice_on_watch(Work *w, int order, int64_t *user);

/* Enabled users of a body that hold a permission (NULL: any), oldest first; in w's arena. */
Rc notice_users(Work *w, int64_t body, const char *perm, const int64_t **out, size_t *n);
/* 1: the enabled user's roles carry the permission, 0: not. */
Rc notice_user_holds(Work *w, int64_t user, const char *perm);
/* 1: the user is enabled and his scope holds the record, 0: not; nobody is told of what he may not see. */
Rc notice_user_sees(Work *w, int64_t user, const Entity *e, const Record *rec);
/* Unread lines of a user. */
Rc notice_unread(Work *w, int64_t user, int64_t *out);
