/* @map: {"title","plot","bounds":[west,south,east,north],"shapes":[{"kind":"area|line|dot","colour":"red",
 * "points":[[x,y],…],"label"}],"keys":[{"colour","label"}]} of the model into a block. What is no number is
 * left out; a shape without a place is none. */
#include "template_private.h"

enum { SHAPES_MAX = 20000, POINTS_MAX = 400000 };

static const char *const colours[PAPER_MAP_COLOURS] = {"red",  "orange", "yellow", "blue",
                                                       "grey", "water",  "road",   "black"};
static const char *const kinds[] = {"area", "line", "dot"};

static int choice(const Json *j, const char *const *words, int n, int other)
{
    Str text = json_str(j);
    for (int i = 0; i < n; i++)
        if (str_is(text, words[i])) return i;
    return other;
}

static PaperMapColour colour_of(const Json *j)
{
    return (PaperMapColour)choice(json_get(j, "colour"), colours, PAPER_MAP_COLOURS, PAPER_MAP_GREY);
}

static Str label_of(Ctx *ctx, const Json *j)
{
    return paper_clean(ctx->arena, json_str(json_get(j, "label")));
}

static size_t count_of(const Json *list)
{
    return list && list->type == JSON_ARRAY ? list->count : 0;
}

static void read_shape(Ctx *ctx, const Json *j, PaperMapShape *out, size_t *total)
{
    const Json *points = json_get(j, "points");
    size_t most = count_of(points);
    *total += most;
    if (*total > POINTS_MAX) return;
    double *x = ARENA_ARRAY(ctx->arena, double, most + 1), *y = ARENA_ARRAY(ctx->arena, double, most + 1);
    out->kind = (PaperMapKind)choice(json_get(j, "kind"), kinds, ARRAY_LEN(kinds), PAPER_MAP_LINE);
    out->colour = colour_of(j);
    out->label = label_of(ctx, j);
    out->x = x;
    out->y = y;
    for (const Json *p = most ? points->child : NULL; p; p = p->next)
        if (count_of(p) >= 2 && json_f64(p->child, &x[out->n]) && json_f64(p->child->next, &y[out->n]))
            out->n++;
}

static bool read_bounds(const Json *j, PaperMap *m)
{
    double *const sides[] = {&m->west, &m->south, &m->east, &m->north};
    if (count_of(j) != ARRAY_LEN(sides)) return false;
    const Json *at = j->child;
    for (size_t i = 0; i < ARRAY_LEN(sides); i++, at = at->next)
        if (!json_f64(at, sides[i])) return false;
    return m->east > m->west && m->north > m->south;
}

Rc template_map(Ctx *ctx, Paper *p, const Json *j)
{
    PaperMap m = {0};
    PaperBlock *b;
    size_t total = 0, nshapes = count_of(json_get(j, "shapes")), nkeys = count_of(json_get(j, "keys"));
    if (!j || !read_bounds(json_get(j, "bounds"), &m)) return 0;
    if (nshapes > SHAPES_MAX) nshapes = SHAPES_MAX;
    PaperMapShape *shapes = ARENA_ARRAY(ctx->arena, PaperMapShape, nshapes + 1);
    PaperMapKey *keys = ARENA_ARRAY(ctx->arena, PaperMapKey, nkeys + 1);
    const Json *at = nshapes ? json_get(j, "shapes")->child : NULL;
    for (; at && m.nshapes < nshapes; at = at->next) read_shape(ctx, at, &shapes[m.nshapes++], &total);
    for (at = nkeys ? json_get(j, "keys")->child : NULL; at; at = at->next)
        keys[m.nkeys++] = (PaperMapKey){colour_of(at), label_of(ctx, at)};
    m.title = paper_clean(ctx->arena, json_str(json_get(j, "title")));
    m.plot = json_get(j, "plot") && json_get(j, "plot")->type == JSON_BOOL && json_get(j, "plot")->b;
    m.shapes = shapes;
    m.keys = keys;
    TRY(paper_add(ctx, p, PAPER_MAP, &b));
    b->map = m;
    return 0;
}
