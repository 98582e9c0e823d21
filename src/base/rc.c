/* Kinds of result as numbers and names. Both tables come from RC_LIST, so a new kind costs one line in rc.h.
 */
#include "base/rc.h"
#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *name;
    int http;
} rc_table[] = {
#define X(n, h) [RC_##n - RC__START] = {"RC_" #n, h},
    RC_LIST(X)
#undef X
};

static int rc_index(Rc rc)
{
    return rc > RC__START && rc < RC__END ? rc - RC__START : 0;
}

int rc_http(Rc rc)
{
    if (rc >= 0) return 200;
    int i = rc_index(rc);
    return i ? rc_table[i].http : 500;
}

const char *rc_name(Rc rc)
{
    if (rc >= 0) return "RC_OK";
    int i = rc_index(rc);
    return i ? rc_table[i].name : "RC_UNKNOWN";
}

void ensure_failed(const char *cond, const char *file, int line)
{
    fprintf(stderr,
            "{\"level\":\"error\",\"area\":\"bug\",\"msg\":\"broken "
            "invariant\",\"file\":\"%s\",\"line\":%d}\n%s\n",
            file, line, cond);
    abort();
}
