#include "pg/pg_socket.h"

#include "base/mem.h"

struct pg_socket {
    struct watch watch;
    pg_socket_fn *on_ready;
    void *user;
};

static void on_watch(struct watch *w, int events)
{
    const struct pg_socket *s = container_of(w, struct pg_socket, watch);

    s->on_ready(s->user, events);
}

struct pg_socket *pg_socket_new(struct loop *l, const PGconn *pq, int events,
                                pg_socket_fn *on_ready, void *user)
{
    struct pg_socket *s = mem_new(struct pg_socket);

    s->on_ready = on_ready;
    s->user = user;
    watch_init(&s->watch, l, PQsocket(pq), on_watch);
    watch_set(&s->watch, events);
    return s;
}

void pg_socket_set(struct pg_socket *s, int events)
{
    watch_set(&s->watch, events);
}

static void on_closed(struct watch *w)
{
    mem_free(container_of(w, struct pg_socket, watch));
}

struct pg_socket *pg_socket_free(struct pg_socket *s)
{
    if (s) {
        watch_set(&s->watch, 0);
        watch_close(&s->watch, on_closed);
    }
    return NULL;
}
