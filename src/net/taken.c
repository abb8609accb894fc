#include "net/taken.h"

/* In place of netinet/tcp.h, whose structure ends before these members. */
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

bool taken_since(int fd, uint64_t *at)
{
    struct tcp_info info = {0};
    socklen_t n = sizeof(info);
    uint64_t before = *at;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) != 0)
        return false;
    *at = info.tcpi_bytes_acked;
    return info.tcpi_notsent_bytes > 0 && *at > before;
}
