/* What a duty's text says about time, figures and doing. Each looks at one run of a paragraph, [from, to),
 * and adds to the item. */
#pragma once
#include "text.h"

typedef struct Found {
    Arena *arena;
    const Source *src;
    const Para *para;
    size_t from, to;
    PolicyItem *item;
} Found;

void policy__find_cadences(const Found *f);
void policy__find_deadlines(const Found *f);
void policy__find_targets(const Found *f);
void policy__find_actions(const Found *f);
/* The figure in a cell of a table, as a target; false when there is none. */
bool policy__find_figure(Arena *a, Cps cell, PolicyTarget *out);

static inline Cps found_cps(const Found *f)
{
    return cps_cut(para_cps(f->para), f->from, f->to);
}
static inline Str found_text(const Found *f, size_t from, size_t to)
{
    return policy__text_joined(f->arena, f->src, f->para, f->from + from, f->from + to);
}
