#include "server/manager.h"

#include <systemd/sd-daemon.h>

#include "base/clock.h"
#include "base/mem.h"
#include "loop/mailbox.h"

enum {
    ROUNDS = 3, /* within the manager's patience */
};

/* A round's letter to a worker, and back to the first. It is free again when it has come back. */
struct pulse {
    struct mailbox_letter letter;
    struct manager *manager;
};

/* The last letters are delivered when nobody runs any more. */
static void on_return(struct mailbox_letter *letter)
{
    struct manager *m = container_of(letter, struct pulse, letter)->manager;

    if (m->ended || --m->missing > 0)
        return;
    sd_notify(0, "WATCHDOG=1");
    timer_start(&m->timer, m->interval_ms);
}

static void on_arrival(struct mailbox_letter *letter)
{
    struct manager *m = container_of(letter, struct pulse, letter)->manager;

    if (!m->ended)
        mailbox_post(m->workers[0].loop.mailbox, letter, on_return);
}

static void begin_round(struct timer *t)
{
    struct manager *m = container_of(t, struct manager, timer);

    m->missing = m->n;
    for (size_t i = 0; i < m->n; i++)
        mailbox_post(m->workers[i].loop.mailbox, &m->pulses[i].letter, on_arrival);
}

void manager_init(struct manager *m, struct worker *workers, size_t n)
{
    uint64_t patience_us;

    *m = (struct manager){.workers = workers, .n = n};
    m->pulses = mem_zalloc(n * sizeof(*m->pulses));
    for (size_t i = 0; i < n; i++)
        m->pulses[i].manager = m;
    timer_init(&m->timer, &workers[0].loop, begin_round);
    if (sd_watchdog_enabled(0, &patience_us) <= 0)
        return;
    m->interval_ms = patience_us / 1000 / ROUNDS;
    if (m->interval_ms == 0)
        m->interval_ms = 1;
}

void manager_waits(const struct manager *m, const char *what)
{
    sd_notifyf(0, "STATUS=Waiting for %s", what);
}

void manager_ready(struct manager *m, struct str address)
{
    m->is_told = true;
    sd_notifyf(0, "READY=1\nSTATUS=Serving on %.*s with %zu thread%s", STR_ARG(address), m->n,
               m->n == 1 ? "" : "s");
    if (m->interval_ms)
        timer_start(&m->timer, 0);
}

/* The time is for Type=notify-reload, which wants to know that it is this reload that was done. */
void manager_reloads(const struct manager *m)
{
    if (m->is_told)
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_us());
}

void manager_reloaded(const struct manager *m)
{
    if (m->is_told)
        sd_notify(0, "READY=1");
}

void manager_stops(struct manager *m)
{
    m->is_told = false;
    sd_notify(0, "STOPPING=1\nSTATUS=Ending what is under way");
}

void manager_done(struct manager *m)
{
    m->ended = true;
    timer_close(&m->timer, NULL);
}

void manager_free(struct manager *m)
{
    mem_free(m->pulses);
}
