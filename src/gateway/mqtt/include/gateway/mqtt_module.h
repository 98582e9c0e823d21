/* Readings over MQTT as a module of the program: off until a host is configured. */
#pragma once
#include "gateway/mqtt_client.h"
#include "kernel/kernel.h"

extern const Module gateway_mqtt;
/* Before kernel_open; the texts live as long as the program. RC_INVALID: a setting is wrong. */
Rc gateway_mqtt_configure(Ctx *ctx, const MqttOptions *o);
