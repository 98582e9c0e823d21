/* City-wide safety risk assessment (城市安全风险评估) as a campaign: an office opens it for a year or five
 * years, every district or street and the departments it names assess their risk units, it reviews what comes
 * back, sums it up and issues the report. */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_campaign;
extern const Entity campaign_entity;         /* "risk-campaigns" */
extern const Entity campaign_part_entity;    /* "campaign-parts": what one body has to assess */
extern const Entity campaign_version_entity; /* "campaign-versions": each part as it was submitted */
