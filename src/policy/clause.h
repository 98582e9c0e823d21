/* Responsibility clauses: where they stand in a paragraph, and who does what by them. */
#pragma once
#include "names.h"

typedef struct Clause {
    size_t open, close; /* the brackets, in the paragraph; close is n when the bracket was never closed */
    Names units[POLICY_ROLES];
    bool unclosed;
    bool unknown; /* a unit does not end like a body */
} Clause;

typedef struct Clauses {
    Clause *v;
    size_t n, cap;
} Clauses;

/* In the order of the text. */
void clauses_find(Arena *a, const Source *src, const Para *para, Clauses *out);

/* How the content of a bracket reads. */
typedef enum { READ_LABEL, READ_ROLE, READ_LIST } Reading;
/* content: [from, to) of para without brackets. like: empty names with their arena and text. */
Reading roles_read(const Names *like, Cps para, size_t from, size_t to, Names units[POLICY_ROLES]);
/* Length of a label (责任单位: …) at the start of s, 0: none. *role is POLICY_ROLES for labels that name no
 * unit. */
size_t roles_label(Cps s, PolicyRole *role);
/* The same of the head of a column, without a colon; false: not a column of units. */
bool roles_column(Cps s, PolicyRole *role);
/* Does s end in a role word with what may follow it? */
bool roles_at_end(Cps s);

/* Units that running text [from, to) names after labels (责任单位：甲局). False: it names none. */
bool clause_running(Arena *a, const Source *src, const Para *para, size_t from, size_t to,
                    Names units[POLICY_ROLES]);
