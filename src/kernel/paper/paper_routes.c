/* The derived routes of papers: record, scope and permission here, the paper itself by the module that set
 * itself at the desk. An issued paper is written in the same transaction as the ledger's entry of it. */
#include "paper/paper_routes.h"
#include "kernel_int.h"
#include "record/routes.h"

void paper_desk_set(Kernel *k, const PaperDesk *desk)
{
    k->papers = desk;
}

const Entity *kernel_paper_entity(Kernel *k, size_t i)
{
    for (size_t n = 0; n < k->decl->nentities; n++)
        if (k->decl->entities[n].e->npapers && i-- == 0) return k->decl->entities[n].e;
    return NULL;
}

static Rc open_record(Req *req, bool write, Work *w, Record **rec)
{
    if (!req_kernel(req)->papers)
        return FAIL(&req->ctx, RC_STATE, "paper.none", "本系统未启用文书", "this program makes no papers");
    TRY(work_begin(req, write, w));
    return route_record(w, req, route_entity(req), rec);
}

Rc paper_list_route(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    Work w;
    Record *rec;
    TRY(query_only(req, known));
    TRY(open_record(req, false, &w, &rec));
    TRY(req_kernel(req)->papers->list(&w, route_entity(req), rec, res_json(req, res)));
    return work_commit(&w);
}

Rc paper_draft_route(Req *req, Res *res)
{
    static const char *const known[] = {"format", "language", "download", "page", NULL};
    Work w;
    Record *rec;
    TRY(query_only(req, known));
    TRY(open_record(req, false, &w, &rec));
    PaperOf of = {route_entity(req), rec, route_paper_of(req)};
    return req_kernel(req)->papers->draft(&w, req, res, &of);
}

Rc paper_issue_route(Req *req, Res *res)
{
    static const char *const known[] = {NULL};
    Work w;
    Record *rec;
    TRY(query_only(req, known));
    TRY(open_record(req, true, &w, &rec));
    PaperOf of = {route_entity(req), rec, route_paper_of(req)};
    TRY(req_kernel(req)->papers->issue(&w, req, res, &of));
    return work_commit(&w);
}

Rc paper_issued_route(Req *req, Res *res)
{
    static const char *const known[] = {"download", NULL};
    Work w;
    Record *rec;
    TRY(query_only(req, known));
    TRY(open_record(req, false, &w, &rec));
    return req_kernel(req)->papers->issued(&w, req, res, route_entity(req), rec);
}
