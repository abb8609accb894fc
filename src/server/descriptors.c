#include "server/descriptors.h"

#include <sys/resource.h>

#include "base/log.h"

enum {
    MOST_CONNECTIONS = 1000000,
    OWN = 64,      /* of the process: files, pipes, a database being asked at start */
    A_THREAD = 16, /* listener, database connections, the loop's own */
};

/* Room for every connection that may be open, and no more: libwebsockets sizes tables by it. */
size_t descriptors_allow(const struct config *c)
{
    rlim_t reserve = OWN + c->threads * A_THREAD;
    rlim_t wanted =
        reserve + (c->max_connections < MOST_CONNECTIONS ? c->max_connections : MOST_CONNECTIONS);
    struct rlimit limit;
    size_t room;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    room = limit.rlim_cur > reserve ? (size_t)(limit.rlim_cur - reserve) : 1;
    if (limit.rlim_cur < wanted)
        log_info("fewer_connections", LOG_INT("maxConnections", (int64_t)room),
                 LOG_STR("why", STR("the hard limit of open files (ulimit -Hn) is lower")));
    return room;
}
