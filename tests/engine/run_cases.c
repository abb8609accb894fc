/*
 * run_cases FILE...: every case of the files against the engine; the results as TAP.
 */

#include <stdio.h>

#include "base/buf.h"
#include "tests/engine/case.h"

enum {
    FILE_MOST = 4 * 1024 * 1024,
};

struct tally {
    unsigned passed;
    unsigned failed;
};

static bool read_file(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    char *to;
    size_t n = 1;

    if (!file)
        return false;
    while (n && (to = buf_reserve(out, BUFSIZ))) {
        n = fread(to, 1, BUFSIZ, file);
        out->n += n;
    }
    fclose(file);
    return !buf_overflowed(out);
}

static void run_case(const char *path, const struct engine_case *c, struct tally *tally)
{
    struct arena arena;
    const char *why = NULL, *got, *expected;
    unsigned number = tally->passed + tally->failed + 1;
    bool passed;

    arena_init(&arena);
    got = engine_run(&arena, c, &why);
    expected = engine_expected(&arena, c, &why);
    passed = got && expected && strcmp(got, expected) == 0;
    printf("%s %u - %.*s\n", passed ? "ok" : "not ok", number, STR_ARG(c->name));
    if (why)
        printf("# %s:%u: %s\n", path, c->line, why);
    else if (!passed)
        printf("# %s:%u:\n# got:      %s\n# expected: %s\n", path, c->line, got, expected);
    tally->passed += passed;
    tally->failed += !passed;
    arena_done(&arena);
}

static void run_file(const char *path, struct tally *tally)
{
    struct arena arena;
    struct buf text;

    arena_init(&arena);
    buf_init(&text, FILE_MOST);
    if (read_file(path, &text)) {
        const struct engine_case *c = engine_cases(&arena, buf_str(&text));
        for (; c; c = c->next)
            run_case(path, c, tally);
    } else {
        printf("not ok %u - %s can be read\n", tally->passed + ++tally->failed, path);
    }
    buf_done(&text);
    arena_done(&arena);
}

int main(int argc, char **argv)
{
    struct tally tally = {0};

    for (int i = 1; i < argc; i++)
        run_file(argv[i], &tally);
    printf("1..%u\n", tally.passed + tally.failed);
    return tally.failed > 0 || tally.passed == 0;
}
