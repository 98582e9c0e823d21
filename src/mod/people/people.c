/* The slice's declarations: posts and persons share the permissions, because who keeps the list of a body
 * keeps both. */
#include "base/id.h"
#include "people_private.h"

void people_number(const Entity *e, Record *rec, Arena *a)
{
    if (rec_text(e, rec, "code").n) return;
    if (!rec->id) rec->id = id_new();
    rec_set(e, rec, "code", db_val_text(str_printf(a, "%lld", (long long)rec->id)));
}

static const Entity *const entities[] = {&post_entity, &person_entity, &activation_entity};

static const Perm perms[] = {
    {"person.read", T("查看岗位与人员", "See posts and persons"),
     "watch office dept town inspector enterprise leader system security audit grid"},
    {"person.write", T("维护岗位与人员", "Change posts and persons"), "office dept town system"},
    {"person.unmask", T("查看人员完整号码", "See whole numbers of persons"), "watch office"},
    {"activation.read", T("查看企业激活码发放情况", "See which enterprises have activation codes"),
     "office dept town system security audit"},
    {"activation.write", T("发放和收回企业激活码", "Give and withdraw activation codes"),
     "office dept system"},
};

static const Route routes[] = {
    {HTTP_POST, "/api/activate", PERM_PUBLIC, activate_handler, NULL, 0, ROUTE_NO_CSRF,
     T("企业凭激活码建立账户", "An enterprise makes its account by an activation code")},
};

static Rc start(Ctx *ctx, Kernel *k)
{
    (void)ctx, (void)k;
    body_listen(activation_for);
    return 0;
}

static void stop(Kernel *k)
{
    (void)k;
    body_listen(NULL);
}

const Module mod_people = {
    .name = "people",
    .title = T("岗位与人员", "Posts and persons"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = start,
    .stop = stop,
};
