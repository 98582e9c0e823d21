/* The register that names are looked up in: the bodies around the paper's district, and what people taught.
 * Read once for a paper; names repeat, so what was looked up is kept. */
#include "document_private.h"
#include "mod_document_queries_sql.h"

enum { BODIES_MOST = 20000 };

static const struct {
    const char *kind;
    MatchBodyKind as;
    bool member; /* of the safety committee */
} kinds[] = {
    {"committee_office", MATCH_BODY_DEPARTMENT, true}, {"department", MATCH_BODY_DEPARTMENT, true},
    {"emergency", MATCH_BODY_DEPARTMENT, true},        {"town", MATCH_BODY_TOWN, false},
    {"enterprise", MATCH_BODY_ENTERPRISE, false},      {"operator", MATCH_BODY_ENTERPRISE, false},
};

static MatchBody body_row(Work *w, const DbCursor *c)
{
    Str kind = db_str(c, Q_DOCUMENT_BODIES_KIND);
    MatchBody b = {.id = db_i64(c, Q_DOCUMENT_BODIES_ID),
                   .name = db_str_copy(w->ctx, c, Q_DOCUMENT_BODIES_NAME),
                   .kind = MATCH_BODY_OTHER};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_is(kind, kinds[i].kind)) b.kind = kinds[i].as, b.member = kinds[i].member;
    if (str_is(kind, "government") && str_is(db_str(c, Q_DOCUMENT_BODIES_LEVEL), "county"))
        b.kind = MATCH_BODY_DISTRICT;
    return b;
}

static Rc read_bodies(Work *w, const char *path, UnitBook *out)
{
    DbCursor *c;
    Rc rc;
    MatchBody *bodies = ARENA_ARRAY(w->ctx->arena, MatchBody, BODIES_MOST);
    TRY(db_query(w->ctx, w->db, &q_document_bodies, DB_ARGS(path ? db_val_z(path) : db_val_null()), &c));
    out->reg.bodies = bodies;
    out->codes = ARENA_ARRAY(w->ctx->arena, Str, BODIES_MOST);
    while ((rc = db_next(w->ctx, c)) > 0) {
        out->codes[out->reg.nbodies] = db_str_copy(w->ctx, c, Q_DOCUMENT_BODIES_CODE);
        bodies[out->reg.nbodies++] = body_row(w, c);
    }
    db_close(&c);
    return rc;
}

/* Bodies that lie outside the paper's district are left out. */
static void add_others(UnitBook *out, MatchAlias *aliases, Str alias, Str rest)
{
    for (Str code; (code = alias_next(&rest)).n;)
        for (size_t i = 0; i < out->reg.nbodies && out->reg.naliases < BODIES_MOST; i++)
            if (str_eq(out->codes[i], code))
                aliases[out->reg.naliases++] = (MatchAlias){alias, out->reg.bodies[i].id};
}

static Rc read_aliases(Work *w, UnitBook *out)
{
    DbCursor *c;
    Rc rc;
    MatchAlias *aliases = ARENA_ARRAY(w->ctx->arena, MatchAlias, BODIES_MOST);
    TRY(db_query(w->ctx, w->db, &q_document_aliases, NULL, 0, &c));
    out->reg.aliases = aliases;
    while ((rc = db_next(w->ctx, c)) > 0 && out->reg.naliases < BODIES_MOST) {
        Str alias = db_str_copy(w->ctx, c, Q_DOCUMENT_ALIASES_ALIAS);
        aliases[out->reg.naliases++] = (MatchAlias){alias, db_i64(c, Q_DOCUMENT_ALIASES_BODY)};
        if (!db_is_null(c, Q_DOCUMENT_ALIASES_OTHERS))
            add_others(out, aliases, alias, db_str(c, Q_DOCUMENT_ALIASES_OTHERS));
    }
    db_close(&c);
    return rc;
}

Rc unit_book(Work *w, int64_t district, UnitBook *out)
{
    *out = (UnitBook){.cap = 4000};
    out->seen = ARENA_ARRAY(w->ctx->arena, struct UnitSeen, out->cap);
    TRY(read_bodies(w, district ? scope_district_path(w, district) : NULL, out));
    return read_aliases(w, out);
}

Match unit_look(Work *w, UnitBook *book, Str name)
{
    for (size_t i = 0; i < book->nseen; i++)
        if (str_eq(book->seen[i].name, name)) return book->seen[i].m;
    Match m = match_unit(w->ctx->arena, &book->reg, name);
    if (book->nseen < book->cap) book->seen[book->nseen++] = (struct UnitSeen){name, m};
    return m;
}

ptrdiff_t unit_index(const UnitBook *book, int64_t body)
{
    for (size_t i = 0; i < book->reg.nbodies; i++)
        if (book->reg.bodies[i].id == body) return (ptrdiff_t)i;
    return -1;
}
