#pragma once

/* A connected socket to a port of this machine, or -1. */
int connect_local(int port);
