/* Readings over HTTP: POST /write and /api/v2/write (line protocol), POST /query, GET /ping, POST
 * /api/readings (JSON, binary batch, CSV). Finds the Intake as the kernel's service "intake". */
#pragma once
#include "kernel/kernel.h"

extern const Module gateway_http;

/* Limit of a body after unpacking; 32 MiB until told otherwise. Before kernel_open. */
void gateway_http_set_body_limit(size_t bytes);
