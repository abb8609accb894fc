#pragma once

/*
 * What a run is to do: `bench MODE --address HOST:PORT --token TOKEN --pid PID [--NAME NUMBER …]`.
 * The table in options.c names every number, with its default and its bounds: whatever is counted
 * or waited for has an end.
 */

#include <netinet/in.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/status.h"
#include "base/str.h"
#include "tools/bench/report.h"

struct options {
    struct str mode;
    struct sockaddr_in address;
    struct str token;
    struct str room; /* rooms' ids begin with it */
    struct str server;
    struct str label; /* of the row, for who reads it */
    pid_t pid;        /* the server's */
    const char *log;  /* PostgreSQL's, which tells every statement; NULL: none is given */
    enum report_form form;

    size_t clients;
    size_t in_flight;
    size_t requests; /* messages, or pages */
    size_t rooms;
    size_t seconds;
    size_t rate;       /* messages a second; 0: as fast as answers come */
    size_t text_bytes; /* of a message */
    size_t selections; /* that subscribers differ in */
    size_t strict;     /* 0: what a server does wrong is told, and no failure */
    size_t stalled;    /* of a hundred subscribers, how many do not read */
    size_t readers;    /* clients that go on reading while the others do not */
    size_t bound;      /* bytes that a client which does not read may cost; 0: is not checked */
    size_t closed;     /* 1: the server is expected to close those that do not read */
    size_t back;       /* messages missed by who comes back */
    size_t rows;       /* of the table that pages are read from */
    size_t tail;       /* 1: the newest page, again and again */
    size_t depth;      /* of a hundred of a room's messages, how many are newer than the page */
    size_t limit;      /* operations a second to compare with; 0: nothing */
    size_t limit_p95;  /* the same, in microseconds */
};

/* False: what is wrong has been said on stderr. */
must_use bool options_read(struct options *o, const char *const *args);
void options_usage(FILE *to);
