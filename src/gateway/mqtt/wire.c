/* libmosquitto behind wire.h. mosquitto_threaded_set makes the library queue packets and never send them by
 * itself; wire_write alone sends. Each connection has an object of its own, so that what was queued for a
 * lost one (acknowledgements of readings that were not committed, above all) is gone with it. */
#include "wire.h"
#include "base/log.h"
#include "base/rc.h"

#include <errno.h>
#include <mosquitto.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { PORT_PLAIN = 1883, PORT_TLS = 8883, PACKETS_MAX = 64, GRANTED_NOTHING = 0x80 };

struct Wire {
    struct mosquitto *m;
    WireOptions opt;
    bool ready, answered; /* subscribed; the broker said something */
    MqttFault fault;      /* found in a callback */
};

bool wire_library_start(void)
{
    return mosquitto_lib_init() == MOSQ_ERR_SUCCESS;
}

void wire_library_stop(void)
{
    mosquitto_lib_cleanup();
}

/* ---- What the library says ---- */

static MqttFault fault_of_connack(int rc)
{
    static const MqttFault faults[] = {MQTT_FINE,        MQTT_NOT_MQTT,      MQTT_REFUSED_ID,
                                       MQTT_UNAVAILABLE, MQTT_REFUSED_LOGIN, MQTT_REFUSED_LOGIN};
    return rc >= 0 && (size_t)rc < ARRAY_LEN(faults) ? faults[rc] : MQTT_NOT_MQTT;
}

static MqttFault fault_of_errno(const Wire *w, int e)
{
    return !w->answered || e == ECONNREFUSED || e == EHOSTUNREACH || e == ENETUNREACH || e == ETIMEDOUT
               ? MQTT_NO_ANSWER
               : MQTT_LOST;
}

static MqttFault fault_of(const Wire *w, int rc)
{
    switch (rc) {
    case MOSQ_ERR_SUCCESS:
    case MOSQ_ERR_CONN_PENDING:
        return MQTT_FINE;
    case MOSQ_ERR_EAI:
    case MOSQ_ERR_LOOKUP:
        return MQTT_NO_NAME;
    case MOSQ_ERR_TLS:
    case MOSQ_ERR_TLS_HANDSHAKE:
        return MQTT_TLS_FAILED;
    case MOSQ_ERR_PROTOCOL:
    case MOSQ_ERR_MALFORMED_PACKET:
    case MOSQ_ERR_MALFORMED_UTF8:
    case MOSQ_ERR_PAYLOAD_SIZE:
        return MQTT_NOT_MQTT;
    default:
        return w->fault != MQTT_FINE ? w->fault : fault_of_errno(w, rc == MOSQ_ERR_ERRNO ? errno : 0);
    }
}

static void on_connect(struct mosquitto *m, void *ud, int rc, int flags)
{
    Wire *w = ud;
    w->answered = true;
    w->fault = fault_of_connack(rc);
    if (w->fault != MQTT_FINE) return;
    if (w->opt.keep && (flags & 1)) {
        w->ready = true;
        return;
    }
    for (size_t i = 0; i < w->opt.nfilters; i++)
        if (mosquitto_subscribe(m, NULL, w->opt.filters[i], 1) != MOSQ_ERR_SUCCESS)
            w->fault = MQTT_REFUSED_SUBSCRIPTION;
}

static void on_subscribe(struct mosquitto *m, void *ud, int mid, int n, const int *granted)
{
    Wire *w = ud;
    (void)m;
    (void)mid;
    for (int i = 0; i < n; i++) {
        if (granted[i] >= GRANTED_NOTHING) w->fault = MQTT_REFUSED_SUBSCRIPTION;
        else if (granted[i] == 0)
            LOG(LOG_WARN, "mqtt", "the broker grants QoS 0 only: readings can be lost on the way");
    }
    w->ready = w->fault == MQTT_FINE;
}

static void on_message(struct mosquitto *m, void *ud, const struct mosquitto_message *got)
{
    Wire *w = ud;
    (void)m;
    MqttMessage message = {
        .topic = str_of(got->topic),
        .payload = str_n(got->payload, got->payloadlen > 0 ? (size_t)got->payloadlen : 0),
        .qos = (uint8_t)got->qos,
        .retained = got->retain,
        .id = (uint16_t)got->mid,
    };
    w->opt.message(w->opt.ud, &message);
}

/* ---- Opening and closing ---- */

/* A key with a pass phrase is refused: nobody is there to type it. */
static int no_pass_phrase(char *buf, int size, int writing, void *ud)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)ud;
    return 0;
}

static const char *given(const char *s)
{
    return s && *s ? s : NULL;
}

static int configure(Wire *w)
{
    const MqttOptions *o = w->opt.mqtt;
    mosquitto_connect_with_flags_callback_set(w->m, on_connect);
    mosquitto_subscribe_callback_set(w->m, on_subscribe);
    mosquitto_message_callback_set(w->m, on_message);
    int rc = mosquitto_threaded_set(w->m, true);
    if (!rc) rc = mosquitto_int_option(w->m, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311);
    if (!rc) rc = mosquitto_int_option(w->m, MOSQ_OPT_TCP_NODELAY, 1);
    if (!rc && given(o->user)) rc = mosquitto_username_pw_set(w->m, o->user, given(o->password));
    if (!rc && o->tls)
        rc = mosquitto_tls_set(w->m, given(o->cafile), given(o->cafile) ? NULL : "/etc/ssl/certs",
                               given(o->cert), given(o->key), no_pass_phrase);
    return rc;
}

MqttFault wire_open(const WireOptions *opt, Wire **out)
{
    *out = NULL;
    const MqttOptions *o = opt->mqtt;
    Wire *w = calloc(1, sizeof *w);
    if (!w) return MQTT_LOST;
    w->opt = *opt;
    w->m = mosquitto_new(o->client_id, false, w);
    MqttFault f = MQTT_LOST;
    if (w->m) {
        int port = o->port ? (int)o->port : o->tls ? PORT_TLS : PORT_PLAIN;
        bool configured = configure(w) == MOSQ_ERR_SUCCESS;
        f = configured ? fault_of(w, mosquitto_connect_async(w->m, o->host, port, (int)o->keepalive_s))
                       : MQTT_TLS_FAILED;
    }
    if (f == MQTT_FINE && mosquitto_socket(w->m) < 0) f = MQTT_NO_ANSWER;
    if (f == MQTT_FINE) *out = w;
    else wire_close(&w);
    return f;
}

void wire_close(Wire **w)
{
    if (!*w) return;
    mosquitto_destroy((*w)->m);
    free(*w);
    *w = NULL;
}

void wire_end(Wire **w)
{
    if (!*w) return;
    /* Both only queue. */
    if (wire_write(*w) == MQTT_FINE && mosquitto_disconnect((*w)->m) == MOSQ_ERR_SUCCESS) wire_write(*w);
    wire_close(w);
}

/* ---- Reading and writing ---- */

int wire_fd(const Wire *w)
{
    return mosquitto_socket(w->m);
}

bool wire_wants_write(const Wire *w)
{
    return mosquitto_want_write(w->m);
}

bool wire_ready(const Wire *w)
{
    return w->ready;
}

/* A connection that was refused says so through the socket, once. */
static bool not_connected(Wire *w)
{
    int e = 0;
    socklen_t n = sizeof e;
    return !w->answered && getsockopt(wire_fd(w), SOL_SOCKET, SO_ERROR, &e, &n) == 0 && e != 0;
}

static MqttFault outcome(Wire *w, int rc)
{
    MqttFault f = fault_of(w, rc);
    if (f == MQTT_FINE) f = w->fault;
    return f != MQTT_FINE || wire_fd(w) >= 0 ? f : MQTT_LOST;
}

MqttFault wire_read(Wire *w)
{
    if (not_connected(w)) return MQTT_NO_ANSWER;
    return outcome(w, mosquitto_loop_read(w->m, PACKETS_MAX));
}

MqttFault wire_write(Wire *w)
{
    if (not_connected(w)) return MQTT_NO_ANSWER;
    return outcome(w, mosquitto_loop_write(w->m, PACKETS_MAX));
}

MqttFault wire_tick(Wire *w)
{
    return outcome(w, mosquitto_loop_misc(w->m));
}
