#include "tools/bench/engine_peer.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    LINE_MOST = 256,
};

static bool say_failed(const char *why)
{
    fprintf(stderr, "bench: graphql-js: %s\n", why);
    return false;
}

/* in and out become its stdin and stdout; the other ends close by themselves when it starts. */
static bool spawn(pid_t *ret_pid, const char *script, int in, int out)
{
    /* With it, V8 sometimes puts all trees into its old space, and parses at a sixth of its speed
     * until it ends. */
    char *args[] = {(char *)"node", (char *)"--no-allocation-site-pretenuring", (char *)script,
                    NULL};
    posix_spawn_file_actions_t actions;
    int failure;

    setenv("NODE_ENV", "production", 1); /* as people run it: faster */
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    failure = posix_spawnp(ret_pid, "node", &actions, NULL, args, environ);
    posix_spawn_file_actions_destroy(&actions);
    return failure == 0;
}

static bool connect_to(struct engine_peer *p, const char *script)
{
    int to[2], from[2];
    bool started;

    if (pipe2(to, O_CLOEXEC) != 0)
        return false;
    if (pipe2(from, O_CLOEXEC) != 0) {
        close(to[0]);
        close(to[1]);
        return false;
    }
    started = spawn(&p->pid, script, to[0], from[1]);
    close(to[0]);
    close(from[1]);
    p->to = fdopen(to[1], "w");
    p->from = fdopen(from[0], "r");
    return started && p->to && p->from;
}

bool engine_peer_start(struct engine_peer *p, const char *script, struct str start)
{
    char line[LINE_MOST];

    *p = (struct engine_peer){0};
    signal(SIGPIPE, SIG_IGN);
    if (!connect_to(p, script))
        return say_failed("node does not start");
    fwrite(start.p, 1, start.n, p->to);
    fputc('\n', p->to);
    fflush(p->to);
    if (fgets(line, sizeof(line), p->from) && str_eq(str_c(line), STR("ready\n")))
        return true;
    return say_failed("it does not give the same responses");
}

double engine_peer_measure(struct engine_peer *p, size_t document, const char *phase, size_t ms)
{
    char line[LINE_MOST];
    struct str rest;
    int64_t times, ns;

    fprintf(p->to, "%zu %s %zu\n", document, phase, ms);
    fflush(p->to);
    if (!fgets(line, sizeof(line), p->from)) {
        say_failed("it has ended");
        return 0;
    }
    rest = str_c(line);
    rest.n -= rest.n > 0;
    if (!str_to_i64(str_split(&rest, ' '), &times) || !str_to_i64(rest, &ns) || times < 1) {
        say_failed(line);
        return 0;
    }
    return (double)ns / (double)times;
}

int64_t engine_peer_end(struct engine_peer *p)
{
    struct rusage usage;
    int status = 1;

    if (p->to)
        fclose(p->to);
    if (p->from)
        fclose(p->from);
    if (p->pid <= 0 || wait4(p->pid, &status, 0, &usage) != p->pid || status != 0)
        return 0;
    return (int64_t)usage.ru_maxrss * 1024;
}
