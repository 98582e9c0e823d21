/* The later rooms: what the paper says about itself, its tables, its items. */
#pragma once
#include "clause.h"
#include "find.h"
#include "lines.h"

/* Title, number, issuer, date and kind; marks the paragraphs that are titles or loose. */
void policy__front_read(Arena *a, const Source *src, Paras *paras, PolicyPaper *out);
/* The date a web page tells in a line that is else dropped; before policy__lines_join. n 0: none. */
Str policy__front_page_date(Arena *a, const Lines *lines);
/* Reads the rows from paras[at] on; the first paragraph after the table. */
size_t policy__table_read(Arena *a, const Source *src, const Paras *paras, size_t at, PolicyPaper *out);
#define TABLE_CELLS 64
/* Which columns name units (责任单位), by the head of the table at paras[at]; the others are POLICY_ROLES. */
void policy__table_roles(Arena *a, const Paras *paras, size_t at, PolicyRole roles[TABLE_CELLS]);
/* The units a row names in those columns; false: none. */
bool policy__table_units(Arena *a, const Source *src, const PolicyTable *t, const Para *para,
                         const PolicyRole roles[TABLE_CELLS], Names units[POLICY_ROLES]);
/* A line that names the table under it. */
bool policy__table_caption(const Para *p);
/* The code of the last kind word of a title, or NULL. */
const char *policy__kind_of_title(Cps title);
bool policy__para_is_date(Cps s, int *year, int *month, int *day);
/* "…职责主要包括：": the place after the name of the office-holder; 0: none. names: the places of the
 * office-holders. */
void policy__duty_holders(Arena *a, const Para *para, bool heading_only, Names *out);
