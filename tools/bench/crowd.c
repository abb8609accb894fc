#include "tools/bench/crowd.h"

#include <errno.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
    KNOCKING = 64, /* unless the configuration says more: fewer than a listener's queue holds */
    PATIENCE_US = 60 * 1000 * 1000,
    TURN_MS = 100,
    TEXT_MAX = 64 * 1024,
};

struct crowd_member {
    struct ws_client client;
    struct crowd *crowd;
    bool is_ready; /* acknowledged */
};

void crowd_spoil(struct crowd *c, const char *format, ...)
{
    va_list args;

    if (c->why[0])
        return;
    va_start(args, format);
    vsnprintf(c->why, sizeof(c->why), format, args);
    va_end(args);
}

static void on_open(struct ws_client *client)
{
    struct crowd_member *m = client->user;
    struct crowd *c = m->crowd;

    buf_reset(&c->text, TEXT_MAX);
    wire_init(&c->text, c->config.token);
    ws_client_send(client, buf_str(&c->text));
}

static void on_text(struct ws_client *client, struct str text)
{
    struct crowd_member *m = client->user;
    struct crowd *c = m->crowd;
    struct wire_message message;

    if (!wire_read(text, &message)) {
        crowd_spoil(c, "the server says what is not understood: %.*s",
                    (int)(text.n < 160 ? text.n : 160), text.p);
    } else if (message.type != WIRE_ACK) {
        c->config.on_message(c->config.user, (size_t)(m - c->members), &message);
    } else {
        m->is_ready = true;
        c->n_ready++;
        if (c->config.on_ready)
            c->config.on_ready(c->config.user, (size_t)(m - c->members));
    }
}

static void note_gone(struct crowd_member *m)
{
    m->crowd->n_in--;
    if (m->is_ready)
        m->crowd->n_ready--;
    m->is_ready = false;
}

static void on_close(struct ws_client *client, const char *why)
{
    struct crowd_member *m = client->user;
    struct crowd *c = m->crowd;

    note_gone(m);
    if (c->config.on_lost)
        c->config.on_lost(c->config.user, (size_t)(m - c->members));
    else
        crowd_spoil(c, "client %zu was lost: %s", (size_t)(m - c->members), why);
}

static const struct ws_handlers handlers = {
    .on_open = on_open,
    .on_text = on_text,
    .on_close = on_close,
};

bool crowd_init(struct crowd *c, const struct crowd_config *config)
{
    *c = (struct crowd){.config = *config};
    if (!c->config.knocking)
        c->config.knocking = KNOCKING;
    buf_init(&c->text, TEXT_MAX);
    c->members = mem_zalloc(config->most * sizeof(*c->members));
    if (!ws_set_init(&c->set, &handlers))
        crowd_spoil(c, "no epoll: %s", strerror(errno));
    return !c->why[0];
}

void crowd_done(struct crowd *c)
{
    for (size_t i = 0; i < c->n; i++)
        ws_client_close(&c->members[i].client);
    ws_set_done(&c->set);
    mem_free(c->members);
    buf_done(&c->text);
}

bool crowd_may_knock(const struct crowd *c)
{
    return !c->why[0] && c->n_in - c->n_ready < c->config.knocking;
}

void crowd_enter(struct crowd *c, size_t member)
{
    struct crowd_member *m = &c->members[member];

    m->crowd = c;
    if (c->n <= member)
        c->n = member + 1;
    if (ws_client_open(&m->client, &c->set, &c->config.address, m))
        c->n_in++;
    else
        crowd_spoil(c, "no socket for client %zu: %s", member, strerror(errno));
}

void crowd_leave(struct crowd *c, size_t member)
{
    struct crowd_member *m = &c->members[member];

    if (m->client.state == WS_CLIENT_CLOSED)
        return;
    ws_client_close(&m->client);
    note_gone(m);
}

bool crowd_grow(struct crowd *c, size_t n)
{
    int64_t end = clock_mono_us() + PATIENCE_US;

    while (!c->why[0] && c->n_ready < n) {
        while (c->n < n && crowd_may_knock(c))
            crowd_enter(c, c->n);
        if (!crowd_turn(c, TURN_MS))
            return false;
        if (clock_mono_us() > end)
            crowd_spoil(c, "only %zu of %zu clients were let in within a minute", c->n_ready, n);
    }
    return !c->why[0];
}

void crowd_say(struct crowd *c, size_t member, size_t id, struct str query, struct str variables)
{
    buf_reset(&c->text, TEXT_MAX);
    wire_subscribe(&c->text, id, query, variables);
    ws_client_send(&c->members[member].client, buf_str(&c->text));
}

void crowd_pause(struct crowd *c, size_t member, bool is_paused)
{
    ws_client_pause(&c->members[member].client, is_paused);
}

bool crowd_turn(struct crowd *c, int wait_ms)
{
    if (!c->why[0])
        ws_set_turn(&c->set, wait_ms);
    return !c->why[0];
}
