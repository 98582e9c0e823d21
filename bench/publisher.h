/* Publishes prepared messages to an MQTT broker with QoS 1, over one connection, as fast as the broker takes
 * them. */
#pragma once
#include "base/str.h"
#include <stdbool.h>

/* Payloads: the n texts. false: the broker refused or closed; said why on standard error. */
bool publish_all(int port, const char *topic, const Str *payload, size_t n);
