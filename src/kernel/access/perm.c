/* Permissions. A role carries permissions by the table "grants", seeded from the declarations once for each
 * permission and then edited by the security administrator. A principal's set is made when it is first seen
 * and kept with it. */
#include "kernel_int.h"
#include "kernel_queries_sql.h"

const PermSet *principal_set(const Principal *who)
{
    ENSURE(who && who->perms);
    return who->perms;
}

/* The program itself (NULL) may do everything: jobs and the command line of the machine's owner. */
bool perm_has(const Principal *who, const char *perm)
{
    if (!who) return true;
    if (!who->perms) return false;
    const PermSet *set = who->perms;
    ptrdiff_t bit = decl_perm(set->kernel->decl, perm);
    return bit >= 0 && (set->bits[bit / 64] >> (bit % 64) & 1);
}

Rc perm_need(Ctx *ctx, const Principal *who, const char *perm)
{
    if (perm_has(who, perm)) return 0;
    const PermSet *set = who->perms;
    ptrdiff_t bit = set ? decl_perm(set->kernel->decl, perm) : -1;
    const char *title = bit < 0 ? perm : text_in(set->kernel->decl->perms[bit]->title, ctx->lang);
    return FAIL(ctx, RC_FORBIDDEN, "permission.denied", "没有“%s”权限", "this needs the permission \"%s\"",
                title);
}

static bool carries(const Perm *p, const char *role)
{
    Str roles = str_of(p->roles);
    while (roles.n)
        if (str_is(str_cut(&roles, ' '), role)) return true;
    return false;
}

static Rc seed_perm(Work *w, const Perm *p)
{
    DbCursor *c;
    Rc rc = db_query_one(w->ctx, w->db, &q_grant_seed_find, DB_ARGS(db_val_z(p->name)), &c);
    if (rc) {
        if (rc > 0) db_close(&c);
        return rc < 0 ? rc : 0;
    }
    for (size_t i = 0; i < kernel_role_dict.nentries; i++) {
        const char *role = kernel_role_dict.entries[i].code;
        if (!carries(p, role)) continue;
        Record *rec = rec_new(w->ctx, &grants_entity);
        rec_set(&grants_entity, rec, "role", db_val_z(role));
        rec_set(&grants_entity, rec, "perm", db_val_z(p->name));
        rec_set(&grants_entity, rec, "granted", db_val_bool(true));
        TRY(store_insert(w, &grants_entity, rec));
    }
    rc = db_exec(w->ctx, w->db, &q_grant_seed_add, DB_ARGS(db_val_z(p->name)));
    return rc < 0 ? rc : 0;
}

Rc seed_roles(Work *w)
{
    for (size_t i = 0; i < w->kernel->decl->nperms; i++) TRY(seed_perm(w, w->kernel->decl->perms[i]));
    return 0;
}

/* ---- The matrix, for `anlan dump permissions` ---- */

static void print_row(const Perm *p, StrBuf *out)
{
    buf_printf(out, "| `%s` | %s / %s |", p->name, p->title.zh, p->title.en);
    for (size_t i = 0; i < kernel_role_dict.nentries; i++)
        buf_addz(out, carries(p, kernel_role_dict.entries[i].code) ? " ● |" : "  |");
    buf_addc(out, '\n');
}

Rc kernel_dump_permissions(Ctx *ctx, const Module *const *modules, size_t n, StrBuf *out)
{
    Decl *d;
    TRY(decl_build(ctx, modules, n, &d));
    buf_addz(out, "| permission | title |");
    for (size_t i = 0; i < kernel_role_dict.nentries; i++)
        buf_printf(out, " %s |", kernel_role_dict.entries[i].code);
    buf_addz(out, "\n|---|---|");
    for (size_t i = 0; i < kernel_role_dict.nentries; i++) buf_addz(out, "---|");
    buf_addc(out, '\n');
    for (size_t i = 0; i < d->nperms; i++) print_row(d->perms[i], out);
    decl_free(&d);
    return 0;
}
