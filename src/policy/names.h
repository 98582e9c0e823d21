/* Names of bodies: what ends like one, where a list of them is cut, what is left of a name. */
#pragma once
#include "text.h"

/* A name as a piece of a paragraph's code points. */
typedef struct Name {
    size_t from, to;
    bool after_comma; /* the separator before it was a comma or semicolon */
} Name;

typedef struct Names {
    Arena *arena;
    const Source *src; /* the decoded text and the places in it, for the blanks between names */
    const uint32_t *at;
    Name *v;
    size_t n, cap;
} Names;

typedef enum {
    BODY_NO,
    BODY_WEAK,  /* ends like a body or like a thing: 中心, 公司, 园区 */
    BODY_STRONG /* ends like an office: 局, 委员会, 支队 */
} BodyClass;
/* By its end; a bracket after it (市编办(市绩效办)) and 等 are looked past. */
BodyClass body_class(Cps name);
/* Could stand alone as a name: ends like a body and does not begin like an explanation. */
bool body_known(Cps name);
/* Nothing but an office, a government or a group of them could be meant. */
bool body_certain(Cps name);
/* A generic word that is only part of a name after 和: 单位, 部门. */
bool body_bare(Cps name);

/* A subject that stands for its office beside others: 住建、民政等部门. */
bool body_short(Cps name);
/* A piece of a clause that says when, not who: 持续推进, 2026年12月底前完成. */
bool policy__is_schedule(Cps piece);

/* Cuts one piece between separators into names (等, 和, 及, 与, 以及, a leading 由) and adds them. */
void policy__names_add(Names *names, Cps para, size_t from, size_t to, bool after_comma);
/* Depth of inner brackets, quotes and book titles after c. */
int name_depth(char32_t c, int depth);
