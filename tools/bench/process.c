#include "tools/bench/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"

enum {
    STAT_MAX = 2048,
    UTIME = 11, /* fields behind the command's name, which is the second of all */
    STIME = 12,
    RESIDENT = 1, /* of statm */
};

/* A file of /proc/PID; what stands behind `after` in it when that is given. */
static struct str read_proc(pid_t pid, const char *name, char *to, char after)
{
    char path[64];
    struct str text = STR("");
    ssize_t n;
    int fd;

    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return text;
    n = read(fd, to, STAT_MAX);
    close(fd);
    if (n > 0)
        text = str_of(to, (size_t)n);
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

int64_t process_cpu_us(pid_t pid)
{
    char bytes[STAT_MAX];
    struct str stat = read_proc(pid, "stat", bytes, ')');
    int64_t ticks = field(stat, UTIME) + field(stat, STIME);

    return ticks * (1000000 / sysconf(_SC_CLK_TCK));
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

uint64_t process_raise_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}
