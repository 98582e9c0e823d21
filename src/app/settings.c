/* Every key of the configuration file. `anlan config` prints this table as a commented sample. */
#include "app.h"
#include "base/log.h"

#define AT(member) offsetof(Settings, member)

const ConfigKey settings_keys[] = {
    {"server", "listen", CONFIG_TEXT, AT(listen), "127.0.0.1:8765", 0, 0,
     T("监听地址与端口", "address and port to listen on")},
    {"server", "io_threads", CONFIG_INT, AT(io_threads), "2", 1, 32,
     T("收发线程数", "threads that read and write sockets and decode readings")},
    {"server", "workers", CONFIG_INT, AT(workers), "4", 1, 64, T("业务线程数", "threads that run requests")},
    {"server", "max_connections", CONFIG_INT, AT(max_connections), "4096", 8, 65536,
     T("同时连接上限", "connections at once")},
    {"server", "max_per_peer", CONFIG_INT, AT(max_per_peer), "0", 0, 65536,
     T("单个来源地址的连接上限，0 为不限（在反向代理之后须为 0）",
       "connections at once from one address; 0: no limit (needed behind a reverse proxy)")},
    {"server", "body_limit", CONFIG_INT, AT(body_limit), "33554432", 65536, 1073741824,
     T("读数与导入请求体上限，字节（解压后）",
       "limit of a body of readings or an import, bytes after unpacking")},
    {"server", "memory_limit", CONFIG_INT, AT(memory_limit), "268435456", 1048576, 17179869184,
     T("在途请求体内存上限，字节；超出答 503",
       "memory of all bodies in flight, bytes; beyond it the answer is 503")},
    {"database", "url", CONFIG_TEXT, AT(database), "", 0, 0,
     T("空为数据目录内的 SQLite；或 postgresql://…",
       "empty: SQLite in the data directory; or postgresql://…")},
    {"database", "readers", CONFIG_INT, AT(database_readers), "4", 1, 64,
     T("读连接数", "connections for reading")},
    {"watch", "lanes", CONFIG_INT, AT(lanes), "1", 1, 16,
     T("报警通道数，每通道一个线程", "alarm lanes, one thread each")},
    {"watch", "in_flight", CONFIG_INT, AT(in_flight), "2000000", 1000, 100000000,
     T("等待入库的读数上限；超出答 503", "readings waiting at once; beyond it the answer is 503")},
    {"watch", "in_flight_per_sender", CONFIG_INT, AT(per_sender), "1000000", 1000, 100000000,
     T("单个发送方等待入库的读数上限", "readings of one sender waiting at once")},
    {"alarm", "group_seconds", CONFIG_INT, AT(group_seconds), "60", 0, 3600,
     T("同一对象的报警在此秒数内归为一组（默认值），0 为不分组",
       "alarms of one object within so many seconds are one group (a default); 0: no groups")},
    {"alarm", "suppress_days", CONFIG_INT, AT(suppress_days), "7", 1, 366,
     T("人工抑制报警最长天数（默认值）", "longest suppression by an operator, days (a default)")},
    {"alarm", "near_metres", CONFIG_INT, AT(near_metres), "500", 50, 5000,
     T("报警周边查询半径，米（默认值）", "radius of an alarm's surroundings, metres (a default)")},
    {"series", "raw_days", CONFIG_INT, AT(raw_days), "0", 0, 36500,
     T("原始读数保留天数，0 为不删", "days to keep raw readings; 0: for ever")},
    {"series", "rollup_days", CONFIG_INT, AT(rollup_days), "0", 0, 36500,
     T("汇总保留天数，0 为不删", "days to keep roll-ups; 0: for ever")},
    {"log", "level", CONFIG_TEXT, AT(log_level), "info", 0, 0,
     T("日志级别：debug info warn error", "debug, info, warn or error")},
    {"mqtt", "host", CONFIG_TEXT, AT(mqtt.host), "", 0, 0,
     T("MQTT 代理的主机名或地址；空为不接入", "host name or address of the MQTT broker; empty: off")},
    {"mqtt", "port", CONFIG_INT, AT(mqtt.port), "0", 0, 65535,
     T("端口；0 为 1883，TLS 为 8883", "port; 0: 1883, with TLS 8883")},
    {"mqtt", "client_id", CONFIG_TEXT, AT(mqtt.client_id), "anlan", 0, 0,
     T("客户端标识：持久会话的名字，同一代理上须唯一，改动即失去未取的消息",
       "client identifier: names the persistent session; one of its kind at a broker; a change loses what "
       "waits")},
    {"mqtt", "user", CONFIG_TEXT, AT(mqtt.user), "", 0, 0, T("用户名", "user")},
    {"mqtt", "password", CONFIG_TEXT, AT(mqtt.password), "", 0, 0, T("口令", "password")},
    {"mqtt", "prefix", CONFIG_TEXT, AT(mqtt.prefix), "anlan", 0, 0,
     T("订阅“前缀/#”：前缀/点位编码 为读数，前缀/batch 为批次",
       "PREFIX/# is subscribed: PREFIX/code of a point is a reading, PREFIX/batch a batch")},
    {"mqtt", "topics", CONFIG_TEXT, AT(mqtt.topics), "", 0, 0,
     T("另订阅的主题过滤器，以逗号或空格分隔；其读数的来源键为 mqtt:主题",
       "further topic filters, separated by commas or blanks; their readings are sources mqtt:TOPIC")},
    {"mqtt", "tls", CONFIG_BOOL, AT(mqtt.tls), "false", 0, 0, T("使用 TLS", "TLS")},
    {"mqtt", "cafile", CONFIG_TEXT, AT(mqtt.cafile), "", 0, 0,
     T("CA 证书文件；空为系统 CA", "file of the authorities; empty: the system's")},
    {"mqtt", "cert", CONFIG_TEXT, AT(mqtt.cert), "", 0, 0,
     T("客户端证书文件", "file of the client's certificate")},
    {"mqtt", "key", CONFIG_TEXT, AT(mqtt.key), "", 0, 0,
     T("客户端私钥文件，不得有口令", "file of the client's key, without a pass phrase")},
    {"mqtt", "keepalive", CONFIG_INT, AT(mqtt.keepalive_s), "30", 5, 3600,
     T("保活周期，秒", "keep-alive, seconds")},
    {"mqtt", "payload_limit", CONFIG_INT, AT(mqtt.payload_max), "1048576", 4096, 67108864,
     T("批次内容上限，字节", "limit of a batch, bytes")},
};
const size_t settings_nkeys = ARRAY_LEN(settings_keys);

Rc settings_load(Ctx *ctx, const char *file, Settings *out)
{
    TRY(config_load(ctx, file, settings_keys, settings_nkeys, out));
    LogLevel level;
    if (!log_parse_level(str_of(out->log_level), &level))
        return FAIL_FIELD(ctx, "log.level", "enum", 0, "须为 debug、info、warn 或 error",
                          "must be debug, info, warn or error");
    log_set_level(level);
    return RC_OK;
}
