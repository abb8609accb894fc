#pragma once

/*
 * PostgreSQL's programs on this machine, and running them as a user who may: never as root.
 *
 * A program runs in a session of its own, so that a terminal's Ctrl-C reaches guildhall alone, and
 * the kernel interrupts it (SIGINT, for PostgreSQL a fast shutdown) when the thread that started it
 * ends: whatever kills guildhall, SIGKILL too, stops its PostgreSQL.
 */

#include <sys/types.h>

#include "cli/state_dir.h"

enum {
    PG_MOST_GROUPS = 64,
};

struct pg_program {
    const char *bin; /* the folder of initdb and postgres */
    const char *user;
    uid_t uid;
    gid_t gid;
    gid_t groups[PG_MOST_GROUPS];
    int n_groups;
    bool drops; /* guildhall is root: the program runs as `user` instead */
};

/* version: what a data directory asks for ("15"), or absent. Strings live in the arena. */
enum status pg_program_find(struct arena *arena, struct str version, struct pg_program *ret_program,
                            struct state_error *ret_error) must_use;

/* Starts argv[0], looked for in bin, in dir, its output going to the file descriptor given.
 * Negative: errno says why. A child that cannot even begin exits with PG_UNREACHABLE (dir) or
 * PG_NOT_RUN. */
enum {
    PG_NOT_RUN = 125,
    PG_UNREACHABLE = 126,
};
pid_t pg_program_start(const struct pg_program *program, const char *dir, const char *const *argv,
                       int output) must_use;

/* Starts it and waits; its exit status, 128 and the signal, or -1. */
int pg_program_run(const struct pg_program *program, const char *dir, const char *const *argv,
                   int output) must_use;
