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

static const Entity *const entities[] = {&post_entity, &person_entity};

static const Perm perms[] = {
    {"person.read", T("查看岗位与人员", "See posts and persons"),
     "watch office dept town inspector enterprise leader system security audit"},
    {"person.write", T("维护岗位与人员", "Change posts and persons"), "office dept town system"},
    {"person.unmask", T("查看人员完整号码", "See whole numbers of persons"), "watch office"},
};

const Module mod_people = {
    .name = "people",
    .title = T("岗位与人员", "Posts and persons"),
    .entities = entities,
    .nentities = ARRAY_LEN(entities),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
};
