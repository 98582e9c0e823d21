/* Bodies: the organisations that own, operate, supervise or answer: departments, enterprises, institutions,
 * grid stations. */
#pragma once
#include "kernel/kernel.h"

extern const Module mod_body;
extern const Entity body_entity;

/* Unified social credit code, GB 32100-2015: 18 characters of its alphabet with the right check character. */
bool credit_code_ok(Str code);

/* Is it one that gets into the platform by an activation code: an enterprise with a credit code? */
bool body_is_enterprise(const Record *rec);
/* Called in the transaction that makes a body, after its row is written. One listener; NULL: none. */
typedef Rc (*BodyMade)(Work *w, const Record *rec);
void body_listen(BodyMade fn);
