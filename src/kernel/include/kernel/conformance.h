/* The rules every list of modules must keep, for tests: the declarations are sound, every route has a
 * permission, every permission has a title and a role that carries it, every text stands in both languages,
 * the OpenAPI document names every route, and the derived tables have the declared columns in the database.
 */
#pragma once
#include "kernel/kernel.h"

/* RC_BUG with the first broken rule. Needs no database. */
Rc kernel_conformance(Ctx *ctx, const Module *const *modules, size_t n);
/* The tables of an open kernel have every declared column with its type. RC_BUG with the first that differs.
 */
Rc kernel_conformance_tables(Ctx *ctx, Kernel *k);
