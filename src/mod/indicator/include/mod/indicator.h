/* Indicators of a plan (规划指标): what a five-year plan promises in figures, what was reached each year, how
 * far it should be by now, and where it ends if it goes on like this. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_indicator;
extern const Entity indicator_plan_entity;  /* "indicator-plans" */
extern const Entity indicator_entity;       /* "indicators" */
extern const Entity indicator_value_entity; /* "indicator-values" */
