/* The routes of an entity, derived from its declaration. An action is a route of its own, so that each
 * carries its own permission and the document of the interface names it. */
#include "notice/evidence.h"
#include "flow/flow_int.h"
#include "ogc/ogc.h"
#include "paper/paper_routes.h"
#include "record/routes.h"
#include "flow/timeline.h"
#include "transfer/transfer.h"

const char entity_route_tag[] = "entity";

typedef struct RouteShape {
    HttpMethod method;
    const char *suffix; /* after /api/<plural> */
    HttpHandler fn;
    bool write;
    size_t body_limit;
    unsigned flags;
    Text title; /* the entity's title follows */
} RouteShape;

static const RouteShape shapes[] = {
    {HTTP_GET, "", route_list, false, 0, 0, T("列表：", "List: ")},
    {HTTP_POST, "", route_create, true, 0, 0, T("新建：", "Create: ")},
    {HTTP_GET, "/{id}", route_read, false, 0, 0, T("读取：", "Read: ")},
    {HTTP_PATCH, "/{id}", route_change, true, 0, 0, T("修改：", "Change: ")},
    {HTTP_DELETE, "/{id}", route_archive, true, 0, 0, T("归档：", "Archive: ")},
    {HTTP_GET, "/{id}/history", history_handler, false, 0, 0, T("变更记录：", "History: ")},
    {HTTP_GET, ".xlsx", transfer_export, false, 0, 0, T("导出：", "Export: ")},
    {HTTP_GET, ".csv", transfer_export, false, 0, 0, T("导出 CSV：", "Export as CSV: ")},
    {HTTP_GET, "/import-template", transfer_template, true, 0, 0, T("导入模板：", "Import template: ")},
    {HTTP_POST, "/import", transfer_import, true, TRANSFER_BODY_LIMIT, 0, T("导入：", "Import: ")},
};

/* Of a matter. */
static const RouteShape matter_shapes[] = {
    {HTTP_GET, "/{id}/timeline", timeline_handler, false, 0, 0, T("经过：", "Timeline: ")},
};

/* Of an entity whose records take files. */
static const RouteShape file_shapes[] = {
    {HTTP_GET, "/{id}/files", evidence_list_route, false, 0, 0, T("附件：", "Files: ")},
    {HTTP_POST, "/{id}/files", evidence_attach_route, false, EVIDENCE_BODY_LIMIT, 0,
     T("添加附件：", "Attach a file: ")},
    {HTTP_GET, "/{id}/files/{hash}", evidence_send_route, false, 0, 0, T("读取附件：", "One file: ")},
};

/* Of an entity that has papers. */
static const RouteShape paper_shapes[] = {
    {HTTP_GET, "/{id}/papers", paper_list_route, false, 0, 0, T("文书：", "Papers: ")},
    {HTTP_GET, "/{id}/papers/issued/{paper}", paper_issued_route, false, 0, 0,
     T("已印发文书：", "An issued paper: ")},
};

/* Of an entity whose records have a place. */
static const RouteShape feature_shapes[] = {
    {HTTP_GET, "/items", ogc_items_handler, false, 0, ROUTE_WRITE_AUTH, T("要素：", "Features: ")},
    {HTTP_GET, "/items/{id}", ogc_item_handler, false, 0, ROUTE_WRITE_AUTH, T("一个要素：", "One feature: ")},
};

size_t routes_derived_count(const Decl *d)
{
    size_t n = 0;
    for (size_t i = 0; i < d->nentities; i++)
        n += ARRAY_LEN(shapes) + ARRAY_LEN(matter_shapes) + ARRAY_LEN(file_shapes) + ARRAY_LEN(paper_shapes) +
             ARRAY_LEN(feature_shapes) + 2 * d->entities[i].e->npapers + d->entities[i].nactions +
             mask_in(d->entities[i].e);
    return n;
}

static const EntityRoute *route_data(Decl *d, const Entity *e, const EntityAction *action)
{
    EntityRoute *r = ARENA_NEW(d->arena, EntityRoute);
    *r = (EntityRoute){.tag = entity_route_tag, .e = e, .action = action};
    return r;
}

static Text joined(Arena *a, Text left, Text right)
{
    return (Text){arena_printf(a, "%s%s", left.zh, right.zh), arena_printf(a, "%s%s", left.en, right.en)};
}

static void derive_under(Decl *d, const Entity *e, const char *root, const RouteShape *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const RouteShape *s = &list[i];
        if (s->write && !e->write_perm) continue;
        d->routes[d->nroutes++] =
            (Route){.method = s->method,
                    .path = arena_printf(d->arena, "%s%s%s", root, e->plural, s->suffix),
                    .perm = s->write ? e->write_perm : e->read_perm,
                    .fn = s->fn,
                    .data = route_data(d, e, NULL),
                    .body_limit = s->body_limit,
                    .flags = s->flags,
                    .title = joined(d->arena, s->title, e->title)};
    }
}

static void derive_shapes(Decl *d, const Entity *e, const RouteShape *list, size_t n)
{
    derive_under(d, e, "/api/", list, n);
}

static void derive_unmask(Decl *d, const Entity *e)
{
    static const Text verb = T("查看完整号码：", "See a whole number: ");
    if (!mask_in(e)) return;
    d->routes[d->nroutes++] = (Route){.method = HTTP_POST,
                                      .path = arena_printf(d->arena, "/api/%s/{id}/unmask", e->plural),
                                      .perm = e->unmask_perm,
                                      .fn = route_unmask,
                                      .data = route_data(d, e, NULL),
                                      .title = joined(d->arena, verb, e->title)};
}

static void derive_actions(Decl *d, const EntityInfo *info)
{
    static const Text separator = T("：", ": ");
    const Entity *e = info->e;
    for (size_t i = 0; i < info->nactions; i++) {
        const Action *a = &info->actions[i].a;
        if (info->actions[i].flags & FLOW_PROGRAM) continue;
        Text title = joined(d->arena, joined(d->arena, a->label, separator), e->title);
        d->routes[d->nroutes++] =
            (Route){.method = HTTP_POST,
                    .path = arena_printf(d->arena, "/api/%s/{id}/actions/%s", e->plural, a->name),
                    .perm = a->perm,
                    .fn = route_action,
                    .data = route_data(d, e, &info->actions[i]),
                    .title = title};
    }
}

static void derive_paper(Decl *d, const Entity *e, const PaperKind *kind, HttpMethod method)
{
    static const Text words[] = {T("文书草稿：", "Draft of a paper: "), T("印发文书：", "Issue a paper: ")};
    static const Text of = T("，", ", ");
    bool issue = method == HTTP_POST;
    EntityRoute *data = ARENA_NEW(d->arena, EntityRoute);
    *data = (EntityRoute){.tag = entity_route_tag, .e = e, .paper = kind};
    Text title =
        joined(d->arena, joined(d->arena, words[issue], kind->title), joined(d->arena, of, e->title));
    d->routes[d->nroutes++] =
        (Route){.method = method,
                .path = arena_printf(d->arena, "/api/%s/{id}/papers/%s", e->plural, kind->kind),
                .perm = issue ? kind->perm : e->read_perm,
                .fn = issue ? paper_issue_route : paper_draft_route,
                .data = data,
                .title = title};
}

static void derive_papers(Decl *d, const Entity *e)
{
    if (!e->npapers) return;
    derive_shapes(d, e, paper_shapes, ARRAY_LEN(paper_shapes));
    for (size_t i = 0; i < e->npapers; i++) {
        derive_paper(d, e, &e->papers[i], HTTP_GET);
        derive_paper(d, e, &e->papers[i], HTTP_POST);
    }
}

void routes_derive(Decl *d)
{
    Located place;
    for (size_t i = 0; i < d->nentities; i++) {
        const Entity *e = d->entities[i].e;
        derive_shapes(d, e, shapes, ARRAY_LEN(shapes));
        derive_unmask(d, e);
        if (e->flow) derive_shapes(d, e, matter_shapes, ARRAY_LEN(matter_shapes));
        if (evidence_wanted(e)) derive_shapes(d, e, file_shapes, ARRAY_LEN(file_shapes));
        if (located_of(&d->entities[i], &place))
            derive_under(d, e, "/ogc/collections/", feature_shapes, ARRAY_LEN(feature_shapes));
        derive_papers(d, e);
        derive_actions(d, &d->entities[i]);
    }
}

static const EntityRoute *data_of(const Req *req)
{
    const EntityRoute *r = req->route->data;
    ENSURE(r && r->tag == entity_route_tag);
    return r;
}

const Entity *route_entity(const Req *req)
{
    return data_of(req)->e;
}

const EntityAction *route_action_of(const Req *req)
{
    return data_of(req)->action;
}

const PaperKind *route_paper_of(const Req *req)
{
    return data_of(req)->paper;
}
