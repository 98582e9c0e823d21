/* Private to the kernel: OGC API Features part 1 (core, GeoJSON, OpenAPI 3.0). */
#pragma once
#include "ogc/located.h"

Rc ogc_landing_handler(Req *req, Res *res);
Rc ogc_conformance_handler(Req *req, Res *res);
Rc ogc_collections_handler(Req *req, Res *res);
Rc ogc_collection_handler(Req *req, Res *res);
Rc ogc_api_handler(Req *req, Res *res);
/* Of one entity; derived routes. */
Rc ogc_items_handler(Req *req, Res *res);
Rc ogc_item_handler(Req *req, Res *res);

#define OGC_JSON    "application/json"
#define OGC_GEOJSON "application/geo+json"
#define OGC_OPENAPI "application/vnd.oai.openapi+json;version=3.0"

/* "https://host/ogc": links are absolute, as clients want them. In the request's arena. */
const char *ogc_base(const Req *req);
void ogc_link(JsonOut *out, const char *rel, const char *type, const char *href);
/* Wrong parameters are 400 here, as the standard says. */
Rc ogc_rc(Req *req, Rc rc);
/* May the caller read this located entity? */
bool ogc_readable(const Req *req, const EntityInfo *info);
