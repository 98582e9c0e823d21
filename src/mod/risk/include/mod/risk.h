/* The risk register: risk units (风险单元) with their measures, and assessments that give a unit its grade.
 * An enterprise enters both, the reviewing body approves the assessment; what counts is computed by src/risk.
 */
#pragma once
#include "kernel/flow.h"
#include "kernel/kernel.h"

extern const Module mod_risk;
extern const Entity risk_unit_entity;       /* "risk-units" */
extern const Entity risk_assessment_entity; /* "risk-assessments" */
