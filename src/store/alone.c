#include "store/alone.h"

#include <stdio.h>

#include "base/mem.h"
#include "loop/timer.h"

enum {
    PATIENCE_MS = 10000, /* for connections to a database that has just answered */
    STATEMENT_TIMEOUT_MS = 30000,
};

struct alone {
    struct loop loop;
    struct store *store;
    struct timer patience;
    bool impatient;
    bool closed;
};

static void turn(struct alone *alone)
{
    uv_run(&alone->loop.uv, UV_RUN_ONCE);
}

static void on_impatient(struct timer *t)
{
    container_of(t, struct alone, patience)->impatient = true;
}

static bool connect_store(struct alone *alone)
{
    timer_start(&alone->patience, PATIENCE_MS);
    while (!store_ready(alone->store) && !alone->impatient)
        turn(alone);
    timer_stop(&alone->patience);
    return store_ready(alone->store);
}

enum status alone_open(struct str conninfo, struct alone **ret_alone, struct boot_error *ret_error)
{
    struct store_config config = {.conninfo = conninfo,
                                  .statement_timeout_ms = STATEMENT_TIMEOUT_MS};
    enum status st = boot_read(conninfo, &config, ret_error);
    struct alone *alone;
    struct loop *loop;

    if (st != ST_OK)
        return st;
    alone = mem_new(struct alone);
    loop = &alone->loop;
    loop_init(loop, 0);
    timer_init(&alone->patience, loop, on_impatient);
    store_new_all(&loop, 1, &config, &alone->store);
    if (!connect_store(alone)) {
        alone_close(alone);
        snprintf(ret_error->text, sizeof(ret_error->text), "the database stopped answering");
        return ST_UNAVAILABLE;
    }
    *ret_alone = alone;
    return ST_OK;
}

static void on_closed(void *user)
{
    ((struct alone *)user)->closed = true;
}

void alone_close(struct alone *alone)
{
    store_close(alone->store, on_closed, alone);
    while (!alone->closed)
        turn(alone);
    timer_close(&alone->patience, NULL);
    loop_done(&alone->loop);
    store_free(alone->store);
    mem_free(alone);
}

struct store *alone_store(struct alone *alone)
{
    return alone->store;
}

void alone_await(struct alone *alone, const struct wait *w)
{
    while (!w->answered)
        turn(alone);
}
