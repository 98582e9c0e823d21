/* The span of event times that gateways take. A sender whose clock or precision is wrong would otherwise
 * spread its readings over millions of day partitions. */
#include "gateway/sink.h"

bool gateway_time_ok(int64_t t)
{
    return t >= INT64_C(-2208988800000) && t < INT64_C(253402272000000);
}
