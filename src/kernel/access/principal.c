/* Somebody made up by the program who acts with a role's permissions and a body's scope: the people of the
 * demo city's past. What they do passes the same checks as over the wire. */
#include "kernel_int.h"

Rc principal_make(Work *w, const ActAs *as, Principal *out)
{
    Arena *a = w->ctx->arena;
    PermSet *set = ARENA_NEW(a, PermSet);
    ScopeSeed seed = {
        .roles = str_of(as->roles), .user = as->user, .body = as->body, .district = as->district};
    set->kernel = w->kernel;
    perms_of_roles(w->kernel, seed.roles, set);
    set->roles = as->roles;
    scope_read(w->ctx, w->kernel, &seed, a, &set->scope);
    *out = (Principal){.user_id = as->user, .name = as->name, .full_name = as->full_name, .perms = set};
    return w->ctx->err.kind;
}
