/* Private to the kernel: the handlers of the derived routes of papers. */
#pragma once
#include "kernel/paper.h"

Rc paper_list_route(Req *req, Res *res);
Rc paper_draft_route(Req *req, Res *res);
Rc paper_issue_route(Req *req, Res *res);
Rc paper_issued_route(Req *req, Res *res);
const PaperKind *route_paper_of(const Req *req);
