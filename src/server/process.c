#include "server/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/str.h"

enum {
    PAGE_LONGEST = 4096, /* of a file in /proc that we read */
    /* Fields of /proc/self/stat, behind the program's name, as proc(5) numbers them. */
    STAT_UTIME = 14,
    STAT_STIME = 15,
    STAT_VSIZE = 23,
    STAT_RSS = 24,
    STAT_FIELDS = 25,
    GOOD_FOR_MS = 1000,
};

static struct str read_file(const char *path, char to[PAGE_LONGEST])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, to, PAGE_LONGEST);

    if (fd >= 0)
        close(fd);
    return str_of(to, n > 0 ? (size_t)n : 0);
}

/* The program's name may hold anything: it ends at the last parenthesis. */
static void read_stat(int64_t ret[STAT_FIELDS])
{
    char bytes[PAGE_LONGEST];
    struct str text = read_file("/proc/self/stat", bytes), word;

    while (str_find(text, ')') < text.n)
        str_split(&text, ')');
    text = str_trim(text);
    for (int i = 3; i < STAT_FIELDS && text.p; i++) {
        word = str_split(&text, ' ');
        if (!str_to_i64(word, &ret[i]))
            ret[i] = 0;
    }
}

static double open_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    double n = 0;

    if (!dir)
        return 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 3; /* itself, and the two dots */
}

static void look(struct process_facts *ret)
{
    double tick = (double)sysconf(_SC_CLK_TCK);
    double page = (double)sysconf(_SC_PAGESIZE);
    int64_t stat[STAT_FIELDS] = {0};
    struct rlimit limit = {0};

    read_stat(stat);
    getrlimit(RLIMIT_NOFILE, &limit);
    *ret = (struct process_facts){
        .cpu_seconds = (double)(stat[STAT_UTIME] + stat[STAT_STIME]) / tick,
        .virtual_bytes = (double)stat[STAT_VSIZE],
        .resident_bytes = (double)stat[STAT_RSS] * page,
        .open_fds = open_descriptors(),
        .max_fds = (double)limit.rlim_cur,
    };
}

const struct process_facts *process_look(struct process_sight *sight, int64_t now_ms)
{
    if (!sight->at_ms || now_ms - sight->at_ms >= GOOD_FOR_MS) {
        look(&sight->facts);
        sight->at_ms = now_ms;
    }
    return &sight->facts;
}
