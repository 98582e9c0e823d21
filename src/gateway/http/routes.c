/* The routes and the permission of sending readings. */
#include "gateway_http.h"

enum { BODY_LIMIT = 32 << 20, INFLUX = ROUTE_DIRECT | ROUTE_NO_CSRF | ROUTE_WRITE_AUTH };

/* Not const: the limit of bodies is a setting. */
static Route routes[] = {
    {HTTP_POST, "/write", "reading.write", handle_line, NULL, BODY_LIMIT, INFLUX,
     T("写入读数（InfluxDB 行协议）", "Write readings (InfluxDB line protocol)")},
    {HTTP_POST, "/api/v2/write", "reading.write", handle_line, NULL, BODY_LIMIT, INFLUX,
     T("写入读数（InfluxDB 2 行协议）", "Write readings (InfluxDB 2 line protocol)")},
    {HTTP_POST, "/query", "reading.write", handle_query, NULL, 0, INFLUX,
     T("InfluxDB 语句（仅 CREATE DATABASE）", "InfluxDB statement (CREATE DATABASE only)")},
    {HTTP_GET, "/ping", PERM_PUBLIC, handle_ping, NULL, 0, ROUTE_DIRECT, T("InfluxDB 探活", "InfluxDB ping")},
    {HTTP_POST, "/api/readings", "reading.write", handle_readings, NULL, BODY_LIMIT,
     ROUTE_DIRECT | ROUTE_NO_CSRF,
     T("写入读数（JSON、二进制批次或 CSV）", "Write readings (JSON, binary batch or CSV)")},
};

void gateway_http_set_body_limit(size_t bytes)
{
    for (size_t i = 0; i < ARRAY_LEN(routes); i++)
        if (routes[i].body_limit) routes[i].body_limit = bytes;
}

static const Perm perms[] = {
    {"reading.write", T("上报读数", "Send readings"), "watch system"},
};

const Module gateway_http = {
    .name = "gateway_http",
    .title = T("读数接入", "Readings over HTTP"),
    .perms = perms,
    .nperms = ARRAY_LEN(perms),
    .routes = routes,
    .nroutes = ARRAY_LEN(routes),
    .start = figures_start,
    .stop = figures_stop,
};
