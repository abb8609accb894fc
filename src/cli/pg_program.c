#include "cli/pg_program.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Where Debian keeps one folder a version. */
static const char *const VERSIONS = "/usr/lib/postgresql";

static bool has_programs(struct arena *arena, const char *bin)
{
    return access(arena_printf(arena, "%s/initdb", bin).p, X_OK) == 0 &&
           access(arena_printf(arena, "%s/postgres", bin).p, X_OK) == 0;
}

static const char *find_on_path(struct arena *arena)
{
    struct str path = str_c(getenv("PATH"));

    while (path.p) {
        struct str folder = str_split(&path, ':');
        const char *bin = arena_str(arena, folder).p;

        if (folder.n && bin[0] == '/' && has_programs(arena, bin))
            return bin;
    }
    return NULL;
}

/* The newest version's folder, or NULL. */
static const char *find_newest(struct arena *arena)
{
    const char *newest = NULL;
    int64_t newest_version = -1, version;
    DIR *versions = opendir(VERSIONS);
    const struct dirent *entry;

    if (!versions)
        return NULL;
    while ((entry = readdir(versions)) != NULL) {
        const char *bin = arena_printf(arena, "%s/%s/bin", VERSIONS, entry->d_name).p;

        if (str_to_i64(str_c(entry->d_name), &version) && version > newest_version &&
            has_programs(arena, bin)) {
            newest = bin;
            newest_version = version;
        }
    }
    closedir(versions);
    return newest;
}

/* Data of one version is not read by another, so the version that made it comes first. */
static const char *find_bin(struct arena *arena, struct str version)
{
    const char *bin = NULL;

    if (version.n) {
        bin = arena_printf(arena, "%s/%.*s/bin", VERSIONS, STR_ARG(version)).p;
        if (has_programs(arena, bin))
            return bin;
    }
    bin = find_on_path(arena);
    return bin ? bin : find_newest(arena);
}

static enum status find_user(struct arena *arena, struct pg_program *program,
                             struct state_error *error)
{
    const struct passwd *user;

    program->drops = geteuid() == 0;
    program->uid = geteuid();
    program->gid = getegid();
    if (!program->drops)
        return ST_OK;
    user = getpwnam("postgres");
    if (!user || user->pw_uid == 0)
        return state_refuse(error, "PostgreSQL does not run as root, and this machine has no user "
                                   "`postgres` to run it as: install the package postgresql");
    program->user = arena_str(arena, str_c(user->pw_name)).p;
    program->uid = user->pw_uid;
    program->gid = user->pw_gid;
    program->n_groups = PG_MOST_GROUPS;
    /* More groups than we have room for are not needed to run a private cluster. */
    if (getgrouplist(program->user, program->gid, program->groups, &program->n_groups) < 0)
        program->n_groups = PG_MOST_GROUPS;
    return ST_OK;
}

enum status pg_program_find(struct arena *arena, struct str version, struct pg_program *ret_program,
                            struct state_error *ret_error)
{
    struct pg_program program = {.bin = find_bin(arena, version)};
    enum status st;

    if (!program.bin)
        return state_refuse(ret_error,
                            "no PostgreSQL found (initdb and postgres, on the PATH or under %s): "
                            "install the package postgresql, or name a server with --database URL",
                            VERSIONS);
    st = find_user(arena, &program, ret_error);
    if (st == ST_OK)
        *ret_program = program;
    return st;
}

static bool become_user(const struct pg_program *program)
{
    if (!program->drops)
        return true;
    return setgroups((size_t)program->n_groups, program->groups) == 0 &&
           setresgid(program->gid, program->gid, program->gid) == 0 &&
           setresuid(program->uid, program->uid, program->uid) == 0;
}

static void restore_signals(void)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
}

/* In the child, between fork and exec: nothing here may allocate or lock. */
static _Noreturn void become(const struct pg_program *program, const char *dir,
                             const char *const *argv, int output, pid_t parent)
{
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    restore_signals();
    if (setsid() < 0 || dup2(nothing, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 ||
        !become_user(program))
        _exit(PG_NOT_RUN);
    /* Taking another user's id has cleared it, so not before; a parent that ended meanwhile has
     * to be noticed by hand. */
    if (prctl(PR_SET_PDEATHSIG, SIGINT) != 0 || getppid() != parent)
        _exit(PG_NOT_RUN);
    if (chdir(dir) != 0)
        _exit(PG_UNREACHABLE);
    umask(077);
    execv(argv[0], (char *const *)argv);
    _exit(PG_NOT_RUN);
}

/* PostgreSQL's programs look for one another beside their own argv[0], and along PATH when that has
 * no slash: it has to be the whole path. */
static const char *const *with_whole_path(struct arena *a, const struct pg_program *program,
                                          const char *const *argv)
{
    const char **whole;
    size_t n = 0;

    while (argv[n])
        n++;
    assert(n > 0);
    whole = arena_array(a, const char *, n + 1);
    memcpy(whole, argv, n * sizeof(*argv));
    if (argv[0][0] != '/')
        whole[0] = arena_printf(a, "%s/%s", program->bin, argv[0]).p;
    return whole;
}

pid_t pg_program_start(const struct pg_program *program, const char *dir, const char *const *argv,
                       int output)
{
    pid_t parent = getpid(), child;
    struct arena scratch;

    arena_init(&scratch);
    argv = with_whole_path(&scratch, program, argv);
    child = fork();
    if (child == 0)
        become(program, dir, argv, output, parent);
    arena_done(&scratch);
    return child;
}

int pg_program_run(const struct pg_program *program, const char *dir, const char *const *argv,
                   int output)
{
    pid_t child = pg_program_start(program, dir, argv, output);
    int ended;

    if (child < 0)
        return -1;
    while (waitpid(child, &ended, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : 128 + WTERMSIG(ended);
}
