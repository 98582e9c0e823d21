/* Papers: templates that an office can change, numbers, issued papers and their verification. What papers an
 * entity has its own slice says (kernel/paper.h). */
#pragma once
#include "kernel/kernel.h"
#include "kernel/paper.h"

extern const Module mod_paper;
extern const Entity paper_template_entity, paper_number_entity, paper_entity;
