/* What systemd wants to know (sd_notify(3)): one datagram to the socket that NOTIFY_SOCKET names. Without it
 * nobody asked, and nothing is sent. */
#include "app.h"
#include "base/num.h"

#include <stdlib.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void systemd_tell(const char *what)
{
    const char *name = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t n = name ? strlen(name) : 0;
    if (n < 2 || n >= sizeof to.sun_path || (name[0] != '/' && name[0] != '@')) return;
    memcpy(to.sun_path, name, n);
    if (name[0] == '@') to.sun_path[0] = '\0'; /* a name without a file */
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return;
    ssize_t sent = sendto(fd, what, strlen(what), MSG_NOSIGNAL, (struct sockaddr *)&to,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
    (void)sent; /* who asked and went away misses nothing */
    close(fd);
}

int64_t systemd_watchdog_ms(void)
{
    const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    int64_t n = 0, whose = 0;
    if (!us || !num_parse_i64(str_of(us), &n) || n < 2000) return 0;
    if (pid && num_parse_i64(str_of(pid), &whose) && whose != getpid()) return 0;
    return n / 2000;
}
