/* The program: what `main` and the commands share. */
#pragma once
#include "base/config.h"
#include "db/db.h"
#include "gateway/gb26875_link.h"
#include "gateway/hj212_link.h"
#include "gateway/jt808_link.h"
#include "gateway/modbus_poll.h"
#include "gateway/mqtt_client.h"
#include "intake/intake.h"
#include "kernel/kernel.h"
#include "mod/upkeep.h"
#include "notify/notify.h"

extern const Module *const app_modules[];
extern const size_t app_nmodules;

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_SOME_REJECTED = 3 };

/* ---- settings.c: the configuration file ---- */
typedef struct Settings {
    const char *listen, *tls_cert, *tls_key;
    int64_t io_threads, workers, max_connections, max_per_peer, body_limit, memory_limit;
    const char *database;
    int64_t database_readers;
    const char *ledger_export;
    int64_t lanes, in_flight, per_sender;
    UpkeepOptions upkeep;
    int64_t group_seconds, suppress_days, near_metres; /* of alarms */
    const char *log_level;
    MqttOptions mqtt;
    Hj212Options hj212;
    Gb26875Options gb26875;
    Jt808Options jt808;
    GatewayModbusOptions modbus;
    NotifyOptions notify;
    const char *evidence_kinds;
    int64_t evidence_mb;
    const char *places;
} Settings;
extern const ConfigKey settings_keys[];
extern const size_t settings_nkeys;
Rc settings_load(Ctx *ctx, const char *file, Settings *out);

/* ---- args.c: options of a command line ---- */
typedef struct Option {
    const char *name;   /* "--data" */
    const char **value; /* takes an argument; or */
    bool *flag;         /* is a switch */
} Option;
/* Takes the options out of argv; the rest is left in *argc/argv in order. false: said why on stderr. */
bool args_take(int *argc, char **argv, const Option *options, size_t n, Lang lang);
Lang args_lang(void); /* Chinese when LANG is unset, C or zh*, English for en* */
/* Print the failure on stderr; returns EXIT_FAILED, or EXIT_USAGE for bad input. */
int args_failed(const Ctx *ctx);
/* Tells how a command is called; EXIT_USAGE. */
int args_usage(const char *command, Lang lang);

/* ---- dir.c: the data directory ---- */
typedef struct DataDir {
    const char *path;
    int lock; /* descriptor, -1: not held */
} DataDir;
/* Makes it if need be and takes it; RC_STATE when another process has it. */
Rc dir_take(Ctx *ctx, const char *path, DataDir *out);
/* Which node of a shared database the directory is: made up once, kept in its file `node`. */
Rc dir_node(Ctx *ctx, const DataDir *dir, int64_t *node);
/* The file `version`: which form the directory has and how many migrations its records. dir_stamp_check
 * refuses (RC_STATE "data.newer") what a newer program made, before anything is opened. */
Rc dir_stamp_check(Ctx *ctx, const DataDir *dir);
Rc dir_stamp_write(Ctx *ctx, const DataDir *dir, int64_t schema);
void dir_release(DataDir *dir);
const char *dir_file(Ctx *ctx, const char *path, const char *name);

/* ---- core.c: records and readings of a data directory, opened in order ---- */
typedef struct Core {
    DataDir dir;
    DbPool *pool;
    SseHub *hub;
    Kernel *kernel;
    Intake *intake;
    struct AlarmDesk *desk;
    Settings settings;
    bool demo;
} Core;
/* Takes the directory and opens all of it; on failure nothing stays open. */
Rc core_open(Ctx *ctx, const char *data, const Settings *settings, bool demo, Core *out);
void core_close(Core *core);

/* ---- server.c: core + web server + control socket + upkeep ---- */
typedef struct Server Server;
Rc server_start(Ctx *ctx, Core *core, Server **out);
int server_port(const Server *s);
/* Returns when SIGINT or SIGTERM came, or SIGHUP without TLS; with TLS that reads the certificate anew.
 * Signals must be blocked before threads are made: server_block_signals.
 */
void server_block_signals(void);
void server_wait(Server *s);

/* ---- systemd.c: the notify protocol ---- */
void systemd_tell(const char *what); /* "READY=1" */
int64_t systemd_watchdog_ms(void);   /* how often it wants to hear; 0: not at all */

void server_stop(Server **s);

/* ---- control.c: commands that a live program takes over its socket, and that run alone otherwise ---- */
typedef struct ControlCommand {
    const char *name;
    /* args: an object of texts. Writes members of the answer. */
    Rc (*fn)(Ctx *ctx, Core *core, const Json *args, JsonOut *out);
} ControlCommand;
extern const ControlCommand control_commands[];
extern const size_t control_ncommands;
typedef struct Control Control;
Rc control_start(Ctx *ctx, Core *core, Control **out);
void control_stop(Control **c);
/* Run a command: by the socket when the directory is live, else by opening it. The answer is an object. */
Rc control_call(Ctx *ctx, const char *data, const Settings *settings, const char *name,
                const char *const *args, const Json **answer);

/* ---- Commands: argv without program and command name; return the exit status ---- */
typedef struct Command {
    const char *name;
    Text usage, about;
    int (*fn)(int argc, char **argv, Lang lang);
} Command;
extern const Command commands[];
extern const size_t ncommands;
int command_serve(int argc, char **argv, Lang lang);
int command_demo(int argc, char **argv, Lang lang);
int command_watch(int argc, char **argv, Lang lang);
int command_series(int argc, char **argv, Lang lang);
int command_ledger(int argc, char **argv, Lang lang);
int command_import(int argc, char **argv, Lang lang);
int command_user(int argc, char **argv, Lang lang);
int command_backup(int argc, char **argv, Lang lang);
int command_restore(int argc, char **argv, Lang lang);
int command_dump(int argc, char **argv, Lang lang);
int command_policy(int argc, char **argv, Lang lang);
int command_risk(int argc, char **argv, Lang lang);
int command_config(int argc, char **argv, Lang lang);
