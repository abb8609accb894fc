#include "cli/cluster.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/log.h"
#include "base/mem.h"
#include "cli/pg_program.h"
#include "cli/postmaster.h"

enum {
    POLL_MS = 20,
    READY_WITHIN_MS = 300 * 1000, /* recovery after a crash reads its log through */
    STOPPED_WITHIN_S = 60,
    RESTART_AFTER_S = 1,
    LONGEST_TAIL = 1200, /* bytes of the log that an error shows */
};

enum cluster_state {
    CLUSTER_STARTING,
    CLUSTER_SERVING,
    CLUSTER_STOPPING, /* asked to; whoever starts postgres must not do it again */
    CLUSTER_ENDED,    /* postgres has ended, and so has the thread that watched it */
};

struct cluster {
    struct arena arena;
    struct pg_program program;
    const char *home; /* postgresql/ */
    const char *data;
    const char *socket_dir;
    const char *log_path;
    int log;
    struct str conninfo;

    pthread_t watcher;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t changed;
    enum cluster_state state;
    pid_t pid; /* of postgres while it runs and is not reaped, else 0 */
};

struct str cluster_conninfo(const struct cluster *c)
{
    return c->conninfo;
}

/* The last lines of the log. */
static struct str log_tail(struct cluster *c)
{
    char *text = arena_alloc(&c->arena, LONGEST_TAIL);
    int log = open(c->log_path, O_RDONLY | O_CLOEXEC);
    struct str tail = STR("");
    struct stat at;

    if (log < 0)
        return tail;
    if (fstat(log, &at) == 0) {
        off_t from = at.st_size > LONGEST_TAIL ? at.st_size - LONGEST_TAIL : 0;
        ssize_t n = pread(log, text, LONGEST_TAIL, from);

        tail = str_of(text, n > 0 ? (size_t)n : 0);
        if (from > 0)
            str_split(&tail, '\n');
    }
    close(log);
    return tail.p ? tail : STR("");
}

static enum status refuse_with_log(struct cluster *c, struct state_error *error, const char *what)
{
    return state_refuse(error, "%s; the end of %s:\n%.*s", what, c->log_path, STR_ARG(log_tail(c)));
}

/* What a program's exit status means that pg_program made itself, or that the program gave. */
static enum status refuse_exit(struct cluster *c, struct state_error *error, int exit_status)
{
    if (exit_status == PG_UNREACHABLE)
        return state_refuse(error,
                            "the user %s cannot reach %s: a directory above it is closed to other "
                            "users; choose another --state-dir",
                            c->program.drops ? c->program.user : "of this process", c->home);
    if (exit_status == PG_NOT_RUN)
        return state_refuse(error, "cannot run the programs in %s", c->program.bin);
    return refuse_with_log(c, error, "PostgreSQL's initdb failed");
}

static struct str data_version(struct arena *arena, const char *data)
{
    int file = open(arena_printf(arena, "%s/PG_VERSION", data).p, O_RDONLY | O_CLOEXEC);
    char text[16];
    ssize_t n;

    if (file < 0)
        return STR_NULL;
    n = read(file, text, sizeof(text));
    close(file);
    return arena_str(arena, str_of(text, str_find(str_of(text, n > 0 ? (size_t)n : 0), '\n')));
}

static enum status open_log(struct cluster *c, struct state_error *error)
{
    c->log = open(c->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (c->log < 0)
        return state_refuse(error, "cannot open %s: %s", c->log_path, strerror(errno));
    return ST_OK;
}

/* A socket's path has its limit, and libpq takes a comma for the end of a host. */
static bool fits_a_socket(const char *dir)
{
    struct sockaddr_un address;

    return strlen(dir) + strlen("/.s.PGSQL.5432.lock") < sizeof(address.sun_path) &&
           !strchr(dir, ',');
}

/* In postgresql/, or when that does not fit, under /tmp by a name that only this directory has. */
static enum status choose_socket_dir(struct cluster *c, struct state_error *error)
{
    static const uint8_t key[16] = "guildhall";
    const char *dir = arena_printf(&c->arena, "%s/run", c->home).p;

    if (!fits_a_socket(dir))
        dir = arena_printf(&c->arena, "/tmp/guildhall-%u-%016jx", (unsigned)c->program.uid,
                           (uintmax_t)hash_siphash(key, dir, strlen(dir)))
                  .p;
    c->socket_dir = dir;
    return state_dir_private(dir, c->program.uid, c->program.gid, error);
}

/* As libpq wants a value: in quotes, with quotes and backslashes escaped. */
static struct str quoted(struct arena *arena, const char *text)
{
    char *out = arena_alloc(arena, 2 * strlen(text) + 3), *at = out;

    *at++ = '\'';
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            *at++ = '\\';
        *at++ = *text;
    }
    *at++ = '\'';
    return str_of(out, (size_t)(at - out));
}

static struct str conninfo_of(struct arena *arena, const char *socket_dir)
{
    return arena_printf(arena, "host=%.*s port=5432 user=guildhall dbname=postgres",
                        STR_ARG(quoted(arena, socket_dir)));
}

static enum status find_places(struct cluster *c, struct str state_dir, struct state_error *error)
{
    enum status st;

    c->home = arena_printf(&c->arena, "%.*s/postgresql", STR_ARG(state_dir)).p;
    c->data = arena_printf(&c->arena, "%s/data", c->home).p;
    c->log_path = arena_printf(&c->arena, "%.*s/postgres.log", STR_ARG(state_dir)).p;
    st = pg_program_find(&c->arena, data_version(&c->arena, c->data), &c->program, error);
    if (st == ST_OK)
        st = state_dir_private(c->home, c->program.uid, c->program.gid, error);
    if (st == ST_OK)
        st = open_log(c, error);
    if (st == ST_OK)
        st = choose_socket_dir(c, error);
    if (st == ST_OK)
        c->conninfo = conninfo_of(&c->arena, c->socket_dir);
    return st;
}

static void sync_dir(const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (dir < 0)
        return;
    fsync(dir);
    close(dir);
}

/* Under another name until it is whole: what an interrupted initdb left is thrown away. */
static enum status make_data(struct cluster *c, struct state_error *error)
{
    static const char *const clean[] = {"/bin/rm", "-rf", "data.new", NULL};
    static const char *const initdb[] = {
        "initdb",          "-D",         "data.new",     "-U", "guildhall",
        "--encoding=UTF8", "--locale=C", "--auth=trust", NULL,
    };
    const char *unfinished = arena_printf(&c->arena, "%s/data.new", c->home).p;
    int exit_status;

    if (access(c->data, F_OK) == 0)
        return ST_OK;
    exit_status = pg_program_run(&c->program, c->home, clean, c->log);
    if (exit_status == 0)
        exit_status = pg_program_run(&c->program, c->home, initdb, c->log);
    if (exit_status != 0)
        return refuse_exit(c, error, exit_status);
    if (rename(unfinished, c->data) != 0)
        return state_refuse(error, "cannot rename %s: %s", unfinished, strerror(errno));
    sync_dir(c->home);
    return ST_OK;
}

/* postgres, on a thread of its own: what runs only there is marked by the mutex it takes. */

static pid_t start_postgres(const struct cluster *c)
{
    const char *const argv[] = {
        "postgres",
        "-D",
        c->data,
        "-k",
        c->socket_dir,
        "-p",
        "5432",
        "-c",
        "listen_addresses=",
        "-c",
        "unix_socket_permissions=0700",
        "-c",
        "fsync=on",
        "-c",
        "logging_collector=off",
        "-c",
        "log_destination=stderr",
        NULL,
    };

    return pg_program_start(&c->program, c->home, argv, c->log);
}

/* Until it has ended, without reaping it: its number stays its own until the mutex is held. */
static void await_end(pid_t pid)
{
    siginfo_t ended;

    while (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOWAIT) != 0 && errno == EINTR)
        continue;
}

/* postgres has ended, or could not be started. True: it is to be started again. */
static bool begin_again(struct cluster *c)
{
    struct timespec until;

    switch (c->state) {
    case CLUSTER_SERVING:
        log_warn("postgres ended", LOG_STR("log", str_c(c->log_path)));
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += RESTART_AFTER_S;
        while (c->state == CLUSTER_SERVING &&
               pthread_cond_timedwait(&c->changed, &c->mutex, &until) == 0)
            continue;
        if (c->state == CLUSTER_SERVING)
            return true;
        break;
    case CLUSTER_STARTING:
    case CLUSTER_STOPPING:
    case CLUSTER_ENDED:
        break;
    }
    c->state = CLUSTER_ENDED;
    pthread_cond_broadcast(&c->changed);
    return false;
}

static void *watch(void *user)
{
    struct cluster *c = user;

    pthread_mutex_lock(&c->mutex);
    do {
        pid_t pid = c->state == CLUSTER_STOPPING ? -1 : start_postgres(c);

        if (pid < 0)
            continue;
        c->pid = pid;
        pthread_mutex_unlock(&c->mutex);
        await_end(pid);
        pthread_mutex_lock(&c->mutex);
        waitpid(pid, NULL, 0);
        c->pid = 0;
    } while (begin_again(c));
    pthread_mutex_unlock(&c->mutex);
    return NULL;
}

/* Signals are the main thread's. */
static void start_watching(struct cluster *c)
{
    sigset_t all, before;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    failed = pthread_create(&c->watcher, NULL, watch, c);
    assert(!failed);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* STARTING becomes SERVING when postmaster.pid, which pg_ctl looks at as well, says so. */
static enum cluster_state look(struct cluster *c)
{
    struct postmaster postmaster = postmaster_read(c->data);
    enum cluster_state state;

    pthread_mutex_lock(&c->mutex);
    if (c->state == CLUSTER_STARTING && postmaster.ready && postmaster.pid == c->pid)
        c->state = CLUSTER_SERVING;
    state = c->state;
    pthread_mutex_unlock(&c->mutex);
    return state;
}

static enum status await_ready(struct cluster *c, struct state_error *error)
{
    for (int waited = 0; waited < READY_WITHIN_MS; waited += POLL_MS) {
        enum cluster_state state = look(c);

        if (state == CLUSTER_SERVING)
            return ST_OK;
        if (state == CLUSTER_ENDED)
            return refuse_with_log(c, error, "PostgreSQL did not start");
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    return refuse_with_log(c, error, "PostgreSQL takes too long to start");
}

static void interrupt(struct cluster *c, int signal_number)
{
    pthread_mutex_lock(&c->mutex);
    if (c->state != CLUSTER_ENDED)
        c->state = CLUSTER_STOPPING;
    if (c->pid > 0)
        kill(c->pid, signal_number);
    pthread_cond_broadcast(&c->changed);
    pthread_mutex_unlock(&c->mutex);
}

/* Fast; and when that takes too long, at once: recovery makes up for it. */
static void stop_watching(struct cluster *c)
{
    struct timespec until;

    interrupt(c, SIGINT);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += STOPPED_WITHIN_S;
    if (pthread_timedjoin_np(c->watcher, NULL, &until) == 0)
        return;
    log_warn("postgres does not stop", LOG_STR("log", str_c(c->log_path)));
    interrupt(c, SIGQUIT);
    pthread_join(c->watcher, NULL);
}

static void cluster_free(struct cluster *c)
{
    if (c->log >= 0)
        close(c->log);
    pthread_cond_destroy(&c->changed);
    pthread_mutex_destroy(&c->mutex);
    arena_done(&c->arena);
    mem_free(c);
}

static struct cluster *cluster_new(void)
{
    struct cluster *c = mem_new(struct cluster);

    arena_init(&c->arena);
    c->log = -1;
    pthread_mutex_init(&c->mutex, NULL);
    pthread_cond_init(&c->changed, NULL);
    return c;
}

enum status cluster_start(struct str state_dir, struct cluster **ret_cluster,
                          struct state_error *ret_error)
{
    struct cluster *c = cluster_new();
    enum status st = find_places(c, state_dir, ret_error);

    if (st == ST_OK)
        st = postmaster_end_left_over(c->home, c->socket_dir, ret_error);
    if (st == ST_OK)
        st = make_data(c, ret_error);
    if (st != ST_OK) {
        cluster_free(c);
        return st;
    }
    start_watching(c);
    st = await_ready(c, ret_error);
    if (st != ST_OK) {
        cluster_stop(c);
        return st;
    }
    *ret_cluster = c;
    return ST_OK;
}

void cluster_stop(struct cluster *c)
{
    if (!c)
        return;
    stop_watching(c);
    /* Empty now; made again at the next start. */
    rmdir(c->socket_dir);
    cluster_free(c);
}

enum status cluster_find(struct arena *arena, struct str state_dir, struct str *ret_conninfo,
                         struct state_error *ret_error)
{
    const char *data = arena_printf(arena, "%.*s/postgresql/data", STR_ARG(state_dir)).p;
    enum status st = state_dir_held(state_dir, ret_error);
    struct postmaster postmaster;

    if (st != ST_OK)
        return st;
    postmaster = postmaster_read(data);
    if (!postmaster.ready || !*postmaster.socket_dir)
        return ST_NOT_FOUND;
    *ret_conninfo = conninfo_of(arena, postmaster.socket_dir);
    return ST_OK;
}
