/*
 * Into a file that may not grow beyond a size, as on a disk that is full.
 */

#include "audit/audit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/test.h"

enum {
    ROOM = 10000,
    TEXT_BYTES = 500,
};

static char folder[] = "/tmp/guildhall-audit-XXXXXX";
static char path[64];
static struct audit_file *file;
static struct audit *audit;
static char text[TEXT_BYTES];

static void allow(rlim_t bytes)
{
    struct rlimit limit;

    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static int set_up(void **state)
{
    struct audit_error error;

    signal(SIGXFSZ, SIG_IGN);
    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/log", folder);
    assert_int_equal(audit_file_open(str_c(path), &file, &error), ST_OK);
    audit = audit_new(NULL, file);
    memset(text, 'x', sizeof(text));
    return 0;
}

static int tear_down(void **state)
{
    allow(RLIM_INFINITY);
    audit_free(audit);
    audit_file_close(file);
    unlink(path);
    rmdir(folder);
    return 0;
}

static void write_lines(int n)
{
    for (int i = 0; i < n; i++)
        audit_write(audit, "event", ST_OK,
                    LOG_FIELDS(LOG_INT("n", i), LOG_STR("text", str_of(text, sizeof(text)))));
}

struct lines {
    int whole;
    int cut;
    bool says_lost;
};

static struct lines read_lines(const char *name)
{
    static char bytes[4 * 1024 * 1024];
    FILE *f = fopen(name, "re");
    struct lines lines = {0};
    struct str rest;

    assert_non_null(f);
    rest = str_of(bytes, fread(bytes, 1, sizeof(bytes), f));
    fclose(f);
    while (rest.n) {
        struct str line = str_split(&rest, '\n');

        assert_int_equal(line.p[0], '{');
        /* No line stands in the rest of another. */
        assert_int_equal(str_find(str_of(line.p + 1, line.n - 1), '{'), line.n - 1);
        lines.whole += line.p[line.n - 1] == '}';
        lines.cut += line.p[line.n - 1] != '}';
        lines.says_lost |= memmem(line.p, line.n, "\"lost\":", 7) != NULL;
    }
    return lines;
}

static void what_finds_no_room_waits_and_a_line_that_was_cut_is_written_again(void **state)
{
    struct lines lines;

    allow(ROOM);
    write_lines(100);
    assert_true(read_lines(path).whole <= ROOM / TEXT_BYTES);
    allow(RLIM_INFINITY);
    write_lines(1);
    lines = read_lines(path);
    assert_int_equal(lines.whole, 101);
    assert_int_equal(lines.cut, 1);
    assert_int_equal(audit_lost(audit), 0);
}

static void what_waits_is_bounded_and_what_is_lost_is_counted(void **state)
{
    struct lines lines;
    int lost;

    allow(ROOM);
    write_lines(5000);
    lost = (int)audit_lost(audit);
    assert_in_range(lost, 5000 - AUDIT_LARGEST_BUFFER / TEXT_BYTES - 20, 4999);
    allow(RLIM_INFINITY);
    write_lines(2); /* the first finds the buffer full, and empties it */
    lines = read_lines(path);
    assert_int_equal(lines.whole + (int)audit_lost(audit), 5002);
    assert_true(lines.says_lost);
}

static void a_file_that_was_moved_away_is_followed_by_another(void **state)
{
    struct audit_error error;
    char moved[80];

    snprintf(moved, sizeof(moved), "%s.1", path);
    write_lines(3);
    assert_int_equal(rename(path, moved), 0);
    write_lines(4);
    assert_int_equal(audit_file_reopen(file, &error), ST_OK);
    write_lines(5);
    assert_int_equal(read_lines(moved).whole, 7);
    assert_int_equal(read_lines(path).whole, 5);
    unlink(moved);
}

static void a_path_that_cannot_be_opened_leaves_the_old_file(void **state)
{
    struct audit_error error;
    char moved[80];

    snprintf(moved, sizeof(moved), "%s.1", path);
    assert_int_equal(rename(path, moved), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(audit_file_reopen(file, &error), ST_BAD_INPUT);
    assert_non_null(strstr(error.text, path));
    write_lines(1);
    assert_int_equal(read_lines(moved).whole, 1);
    rmdir(path);
    unlink(moved);
}

static void refusals_are_bounded_and_others_are_not(void **state)
{
    int refused;

    for (int i = 0; i < 2000; i++)
        audit_write(audit, "no", ST_FORBIDDEN, LOG_FIELDS());
    refused = read_lines(path).whole;
    assert_in_range(refused, 500, 1999);
    write_lines(1000);
    assert_int_equal(read_lines(path).whole, refused + 1000);
}

#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    return RUN(T(what_finds_no_room_waits_and_a_line_that_was_cut_is_written_again),
               T(what_waits_is_bounded_and_what_is_lost_is_counted),
               T(a_file_that_was_moved_away_is_followed_by_another),
               T(a_path_that_cannot_be_opened_leaves_the_old_file),
               T(refusals_are_bounded_and_others_are_not));
}
