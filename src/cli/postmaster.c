#include "cli/postmaster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"

enum {
    POLL_MS = 50,
    FAST_WITHIN_MS = 20 * 1000,
    ENDED_WITHIN_MS = 60 * 1000,
    /* Of postmaster.pid, from PostgreSQL 10 on. */
    SOCKET_DIR_LINE = 5,
    STATUS_LINE = 8,
};

/* The processes that stand in a directory. */
struct left_over {
    unsigned n;
    pid_t one; /* the postmaster when it is among them, else any */
};

/* Absent when there are not so many. */
static struct str line_of(struct str text, int number)
{
    for (int i = 1; i < number && text.p; i++)
        str_split(&text, '\n');
    return str_split(&text, '\n');
}

struct postmaster postmaster_read(const char *data)
{
    struct postmaster postmaster = {0};
    char path[PATH_MAX + sizeof("/postmaster.pid")], bytes[2 * PATH_MAX];
    struct str text, dir;
    int64_t pid;
    ssize_t n;
    int file;

    snprintf(path, sizeof(path), "%s/postmaster.pid", data);
    file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return postmaster;
    n = read(file, bytes, sizeof(bytes));
    close(file);
    text = str_of(bytes, n > 0 ? (size_t)n : 0);
    if (str_to_i64(line_of(text, 1), &pid) && pid > 1 && pid <= INT_MAX)
        postmaster.pid = (pid_t)pid;
    dir = line_of(text, SOCKET_DIR_LINE);
    if (dir.p && dir.n < sizeof(postmaster.socket_dir))
        memcpy(postmaster.socket_dir, dir.p, dir.n);
    postmaster.ready = str_starts(line_of(text, STATUS_LINE), STR("ready"));
    return postmaster;
}

static struct str read_link(struct arena *arena, const char *pid, const char *name)
{
    const char *path = arena_printf(arena, "/proc/%s/%s", pid, name).p;
    char *target = arena_alloc(arena, PATH_MAX + 1);
    ssize_t n = readlink(path, target, PATH_MAX);

    return str_of(target, n > 0 ? (size_t)n : 0);
}

static bool is_inside(struct str path, struct str home)
{
    return str_starts(path, home) && (path.n == home.n || path.p[home.n] == '/');
}

/* initdb stands in home, and every process of PostgreSQL in its data directory. */
static bool runs_in(struct arena *arena, const char *pid, const char *home)
{
    struct str program = read_link(arena, pid, "exe");
    const char *slash = memrchr(program.p, '/', program.n);
    struct str name = slash ? str_c(slash + 1) : STR("");

    return (str_starts(name, STR("postgres")) || str_starts(name, STR("initdb"))) &&
           is_inside(read_link(arena, pid, "cwd"), str_c(home));
}

static struct left_over count(const char *home, pid_t postmaster)
{
    DIR *processes = opendir("/proc");
    struct left_over left = {0};
    const struct dirent *entry;
    struct arena scratch;
    int64_t pid;

    if (!processes)
        return left;
    arena_init(&scratch);
    while ((entry = readdir(processes)) != NULL) {
        if (!str_to_i64(str_c(entry->d_name), &pid) || !runs_in(&scratch, entry->d_name, home))
            continue;
        left.n++;
        if (left.one == 0 || pid == postmaster)
            left.one = (pid_t)pid;
        arena_reset(&scratch);
    }
    arena_done(&scratch);
    closedir(processes);
    return left;
}

static pid_t noted_postmaster(const char *home)
{
    char data[PATH_MAX + sizeof("/data")];

    snprintf(data, sizeof(data), "%s/data", home);
    return postmaster_read(data).pid;
}

/* The postmaster ends its own: a fast shutdown, and where that does not come to an end, as one that
 * met a recovery after a crash does not in PostgreSQL 15, an immediate one, which loses nothing:
 * the next start reads the log through. One that has no postmaster, or lost it, is ended itself. */
static bool end_one(const char *home, int waited_ms)
{
    pid_t postmaster = noted_postmaster(home);
    struct left_over left = count(home, postmaster);

    if (left.n == 0)
        return false;
    if (left.one != postmaster)
        kill(left.one, SIGTERM);
    else
        kill(postmaster, waited_ms < FAST_WITHIN_MS ? SIGINT : SIGQUIT);
    return true;
}

static void clear(const char *dir, const char *name)
{
    char path[PATH_MAX + sizeof("/.s.PGSQL.5432.lock")];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    if (unlink(path) == 0)
        log_info("postgres was not stopped cleanly", LOG_STR("cleared", str_c(path)));
}

enum status postmaster_end_left_over(const char *home, const char *socket_dir,
                                     struct state_error *ret_error)
{
    char real[PATH_MAX];

    if (!realpath(home, real))
        return state_refuse(ret_error, "cannot look at %s: %s", home, strerror(errno));
    for (int waited = 0; end_one(real, waited); waited += POLL_MS) {
        if (waited >= ENDED_WITHIN_MS)
            return state_refuse(ret_error,
                                "a PostgreSQL of an earlier run does not leave %s: end process %d",
                                home, (int)count(real, noted_postmaster(real)).one);
        if (waited == 0)
            log_info("stopping the postgres of an earlier run", LOG_STR("home", str_c(home)));
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    clear(real, "data/postmaster.pid");
    clear(socket_dir, ".s.PGSQL.5432.lock");
    return ST_OK;
}
