#include "tools/bench/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/status.h"
#include "base/str.h"

enum {
    STAT_MAX = 2048,
    UTIME = 11, /* fields behind the command's name, which is the second of all */
    STIME = 12,
    RESIDENT = 1, /* of statm */
};

static struct str read_file(const char *path, char *to)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return STR("");
    n = read(fd, to, STAT_MAX);
    close(fd);
    return n > 0 ? str_of(to, (size_t)n) : STR("");
}

/* A file of /proc/PID; what stands behind `after` in it when that is given. */
static struct str read_proc(pid_t pid, const char *name, char *to, char after)
{
    char path[64];
    struct str text;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    text = read_file(path, to);
    while (after && text.n && str_find(text, after) < text.n) {
        size_t at = str_find(text, after) + 1;
        text = str_of(text.p + at, text.n - at);
    }
    return str_trim(text);
}

static int64_t field(struct str text, size_t n)
{
    struct str word = STR("");
    int64_t value;

    for (size_t i = 0; i <= n; i++)
        word = str_split(&text, ' ');
    return str_to_i64(word, &value) ? value : 0;
}

static int64_t read_cpu_us(pid_t pid, const char *name)
{
    char bytes[STAT_MAX];
    struct str stat = read_proc(pid, name, bytes, ')');
    int64_t ticks = field(stat, UTIME) + field(stat, STIME);

    return ticks * (1000000 / sysconf(_SC_CLK_TCK));
}

int64_t process_cpu_us(pid_t pid)
{
    return read_cpu_us(pid, "stat");
}

void process_threads(pid_t pid, struct process_threads *ret_threads)
{
    char path[64], name[64];
    struct dirent *entry;
    int64_t id;
    DIR *tasks;

    ret_threads->n = 0;
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    tasks = opendir(path);
    if (!tasks)
        return;
    while (ret_threads->n < array_size(ret_threads->each) && (entry = readdir(tasks))) {
        if (!str_to_i64(str_c(entry->d_name), &id))
            continue;
        snprintf(name, sizeof(name), "task/%lld/stat", (long long)id);
        ret_threads->each[ret_threads->n].id = (pid_t)id;
        ret_threads->each[ret_threads->n++].cpu_us = read_cpu_us(pid, name);
    }
    closedir(tasks);
}

int64_t process_busiest_us(const struct process_threads *before,
                           const struct process_threads *after)
{
    int64_t most = 0;

    for (size_t i = 0; i < after->n; i++) {
        int64_t used = after->each[i].cpu_us;

        for (size_t j = 0; j < before->n; j++)
            if (before->each[j].id == after->each[i].id)
                used -= before->each[j].cpu_us;
        most = used > most ? used : most;
    }
    return most;
}

int64_t process_own_cpu_us(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
           used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}

int64_t process_resident(pid_t pid)
{
    char bytes[STAT_MAX];

    return field(read_proc(pid, "statm", bytes, '\0'), RESIDENT) * sysconf(_SC_PAGESIZE);
}

/* The number behind the word, which is followed by spaces or tabs. */
static int64_t number_behind(struct str text, struct str word)
{
    const char *at = memmem(text.p, text.n, word.p, word.n);

    if (!at)
        return 0;
    at += word.n;
    return field(str_trim(str_of(at, text.n - (size_t)(at - text.p))), 0);
}

int64_t process_peak(pid_t pid)
{
    char bytes[STAT_MAX];

    return number_behind(read_proc(pid, "status", bytes, '\0'), STR("VmHWM:")) * 1024;
}

void process_forget_peak(pid_t pid)
{
    char path[64];
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/clear_refs", (int)pid);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    if (write(fd, "5", 1) < 0)
        perror(path);
    close(fd);
}

/* "   0: 0100007F:1F90 0100007F:C350 01 00000A00:00000000 …": addresses, state, what is unsent. */
static void add_connection(struct process_connections *all, struct str line, uint16_t port)
{
    struct str fields = str_trim(line), local, state;
    int64_t unsent;

    str_split(&fields, ' ');
    local = str_split(&fields, ' ');
    str_split(&local, ':');
    if (!local.p || strtoul(local.p, NULL, 16) != port)
        return;
    str_split(&fields, ' ');
    state = str_split(&fields, ' ');
    if (!fields.p)
        return;
    if (str_eq(state, STR("01")))
        all->n++;
    unsent = (int64_t)strtoul(fields.p, NULL, 16);
    all->all += unsent;
    all->most = unsent > all->most ? unsent : all->most;
}

struct process_connections process_connections(uint16_t port)
{
    struct process_connections all = {0};
    FILE *file = fopen("/proc/net/tcp", "re");
    char line[STAT_MAX];

    if (!file)
        return all;
    while (fgets(line, sizeof(line), file))
        add_connection(&all, str_c(line), port);
    fclose(file);
    return all;
}

uint64_t process_raise_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}
