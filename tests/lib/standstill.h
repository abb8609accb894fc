#pragma once

/*
 * A PostgreSQL that stands still, as in a machine that is frozen: its postmaster, so that nobody
 * can log in, and the backends of one application. Whoever is connected already and is none of
 * these is served as ever.
 *
 *     standstill_begin(&still, pq, "guildhall writer");
 *     …
 *     standstill_end(&still);
 */

#include <libpq-fe.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>

#include "tests/lib/test.h"

struct standstill {
    pid_t pids[8];
    size_t n;
};

/* One or more, which the statement finds. */
static inline void standstill_add(struct standstill *s, PGconn *pq, const char *sql,
                                  const char *parameter)
{
    PGresult *result = PQexecParams(pq, sql, 1, NULL, &parameter, NULL, NULL, 0);
    int n = PQntuples(result);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s", PQerrorMessage(pq));
    assert_in_range(n, 1, array_size(s->pids) - s->n);
    for (int row = 0; row < n; row++) {
        long pid = strtol(PQgetvalue(result, row, 0), NULL, 10);
        assert_true(pid > 1); /* the others are many at once */
        s->pids[s->n++] = (pid_t)pid;
    }
    PQclear(result);
}

static inline void standstill_signal(const struct standstill *s, int signal_number)
{
    for (size_t i = 0; i < s->n; i++)
        assert_int_equal(kill(s->pids[i], signal_number), 0);
}

static inline void standstill_add_backends(struct standstill *s, PGconn *pq,
                                           const char *application)
{
    standstill_add(s, pq, "SELECT pid FROM pg_stat_get_activity(NULL) WHERE application_name = $1",
                   application);
}

/* The backends alone: others still log in. */
static inline void standstill_begin_of_backends(struct standstill *s, PGconn *pq,
                                                const char *application)
{
    s->n = 0;
    standstill_add_backends(s, pq, application);
    standstill_signal(s, SIGSTOP);
}

static inline void standstill_begin(struct standstill *s, PGconn *pq, const char *application)
{
    s->n = 0;
    standstill_add_backends(s, pq, application);
    standstill_add(s, pq, "SELECT split_part(pg_read_file($1), E'\n', 1)", "postmaster.pid");
    standstill_signal(s, SIGSTOP);
}

static inline void standstill_end(const struct standstill *s)
{
    standstill_signal(s, SIGCONT);
}
