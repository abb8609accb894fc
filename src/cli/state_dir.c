#include "cli/state_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    POLL_MS = 20,
    PATIENCE_MS = 2000,
};

enum status state_refuse(struct state_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return ST_UNAVAILABLE;
}

/* The parents as everybody's directories are, the last as ours. */
static bool make_with_parents(char *path)
{
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        bool made = mkdir(path, 0755) == 0 || errno == EEXIST || errno == EROFS;
        *slash = '/';
        if (!made)
            return false;
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

static enum status check_dir(const char *path, struct state_error *error)
{
    struct stat at;

    if (stat(path, &at) != 0)
        return state_refuse(error, "cannot look at %s: %s", path, strerror(errno));
    if (!S_ISDIR(at.st_mode))
        return state_refuse(error, "%s is not a directory", path);
    if (at.st_uid != geteuid())
        return state_refuse(error, "%s belongs to another user: choose another --state-dir", path);
    if (at.st_mode & (S_IWGRP | S_IWOTH))
        return state_refuse(error,
                            "other users may write to %s: choose a directory of its own with "
                            "--state-dir",
                            path);
    /* PostgreSQL runs as another user then, and must reach what is its own in here. */
    if (geteuid() == 0 && chmod(path, (at.st_mode & 07777) | S_IXGRP | S_IXOTH) != 0)
        return state_refuse(error, "cannot change the mode of %s: %s", path, strerror(errno));
    return ST_OK;
}

/* For the message of the one who comes second. */
static void write_pid(int lock)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

    if (ftruncate(lock, 0) == 0 && pwrite(lock, text, (size_t)n, 0) < 0)
        errno = 0; /* The lock holds without the number. */
}

/* One that was just killed may not be quite gone. */
static bool lock_within_patience(int lock)
{
    for (int waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
        if (flock(lock, LOCK_EX | LOCK_NB) == 0)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
    }
    return false;
}

static enum status take_lock(const char *dir, const char *path, int *ret_lock,
                             struct state_error *error)
{
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    char pid[32] = "";
    ssize_t n;

    if (lock < 0)
        return state_refuse(error, "cannot open %s: %s", path, strerror(errno));
    if (lock_within_patience(lock)) {
        write_pid(lock);
        *ret_lock = lock;
        return ST_OK;
    }
    n = pread(lock, pid, sizeof(pid) - 1, 0);
    if (n > 0)
        pid[strcspn(pid, "\n")] = '\0';
    state_refuse(error,
                 "another guildhall (process %s) uses %s: stop it, or choose another --state-dir",
                 n > 0 ? pid : "unknown", dir);
    close(lock);
    return ST_CONFLICT;
}

enum status state_dir_open(struct str dir, int *ret_lock, struct state_error *ret_error)
{
    struct arena scratch;
    enum status st;
    char *path;

    arena_init(&scratch);
    path = arena_alloc(&scratch, dir.n + 1);
    memcpy(path, dir.p, dir.n);
    if (!make_with_parents(path))
        st = state_refuse(ret_error, "cannot make the state directory %s: %s", path,
                          strerror(errno));
    else
        st = check_dir(path, ret_error);
    if (st == ST_OK)
        st = take_lock(path, arena_printf(&scratch, "%s/lock", path).p, ret_lock, ret_error);
    arena_done(&scratch);
    return st;
}

enum status state_dir_held(struct str dir, struct state_error *ret_error)
{
    struct arena scratch;
    const char *path;
    bool is_free, is_none;
    int lock;

    arena_init(&scratch);
    path = arena_printf(&scratch, "%.*s/lock", STR_ARG(dir)).p;
    lock = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    is_none = lock < 0 && (errno == ENOENT || errno == ENOTDIR);
    if (lock < 0)
        state_refuse(ret_error, "cannot open %s: %s", path, strerror(errno));
    arena_done(&scratch);
    if (lock < 0)
        return is_none ? ST_NOT_FOUND : ST_UNAVAILABLE;
    is_free = flock(lock, LOCK_SH | LOCK_NB) == 0;
    close(lock);
    return is_free ? ST_NOT_FOUND : ST_OK;
}

enum status state_dir_private(const char *path, unsigned uid, unsigned gid,
                              struct state_error *ret_error)
{
    struct stat at;

    if (mkdir(path, 0700) == 0) {
        if (uid != geteuid() && lchown(path, uid, gid) != 0)
            return state_refuse(ret_error, "cannot give %s to its user: %s", path, strerror(errno));
        return ST_OK;
    }
    if (errno != EEXIST)
        return state_refuse(ret_error, "cannot make %s: %s", path, strerror(errno));
    if (lstat(path, &at) != 0 || !S_ISDIR(at.st_mode) || (at.st_mode & 077))
        return state_refuse(ret_error, "%s is not a directory for one user only: remove it", path);
    if (at.st_uid != uid)
        return state_refuse(ret_error, "%s belongs to another user", path);
    return ST_OK;
}
