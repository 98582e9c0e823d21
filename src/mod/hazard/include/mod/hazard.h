/* Major hazard sources (重大危险源): one record is one unit of GB 18218-2018 with its substances, graded by
 * src/risk in the writing transaction, filed with the district and de-filed; and the daily safety commitment
 * (安全承诺) of the enterprise for each of them. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_hazard;
extern const Entity hazard_entity;     /* "major-hazards" */
extern const Entity substance_entity;  /* "hazard-substances" */
extern const Entity commitment_entity; /* "safety-commitments" */
