#include "tools/bench/engine_curve.h"

#include <stdio.h>
#include <time.h>

#include "graphql/graphql.h"

enum {
    SMALLEST = 1000,
    LARGEST = 16000,
    TEXT_MOST = 1 << 24,
    ROUNDS = 5,
};

/* All of one response name: they have to be merged. */
static void write_one_field_again(struct buf *out, int n)
{
    buf_add(out, STR("{"));
    for (int i = 0; i < n; i++)
        buf_add(out, STR(" room(id: \"a\") { name }"));
    buf_add(out, STR(" }"));
}

static void write_aliases(struct buf *out, int n)
{
    buf_add(out, STR("{ x: viewer { userId } x: viewer { userId }"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " a%d: viewer { userId }", i);
    buf_add(out, STR(" }"));
}

static void write_fragments(struct buf *out, int n)
{
    buf_add(out, STR("{ viewer {"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " ...F%d", i);
    buf_add(out, STR(" } }"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " fragment F%d on Viewer { userId session { userId } }", i);
}

/* Each spreads the next one twice: as many paths as two to the power of n. */
static void write_doubling(struct buf *out, int n)
{
    buf_add(out, STR("{ room(id: \"a\") { ...F0 } }"));
    for (int i = 0; i < n; i++)
        buf_printf(out, " fragment F%d on Room { name ...F%d ...F%d }", i, i + 1, i + 1);
    buf_printf(out, " fragment F%d on Room { name }", n);
}

static const struct bomb {
    const char *name;
    void (*write)(struct buf *out, int n);
} bombs[] = {
    {"one field again", write_one_field_again},
    {"aliases", write_aliases},
    {"fragments", write_fragments},
    {"doubling", write_doubling},
};

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static bool validate(const struct gql_schema *schema, const char *name, struct str text,
                     size_t *ret_tokens)
{
    struct gql_source source = {.name = str_c(name), .body = text};
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena arena;
    bool is_valid = false;

    arena_init(&arena);
    gql_errors_init(&errors, &arena);
    document = gql_parse(&arena, source, NULL, &errors);
    if (document) {
        *ret_tokens = document->tokens;
        gql_validate(schema, document, NULL, &errors);
        is_valid = errors.count == 0;
    }
    if (!is_valid)
        fprintf(stderr, "bench: %s: %.*s\n", name, STR_ARG(errors.first->message));
    arena_done(&arena);
    return is_valid;
}

static bool run_size(const struct gql_schema *schema, const struct bomb *bomb, int n, bool json)
{
    double best = 0;
    size_t tokens = 0;
    struct buf text;
    bool done = true;

    buf_init(&text, TEXT_MOST);
    bomb->write(&text, n);
    for (int round = 0; done && round < ROUNDS; round++) {
        double began = now_us(), took;

        done = validate(schema, bomb->name, buf_str(&text), &tokens);
        took = now_us() - began;
        if (round == 0 || took < best)
            best = took;
    }
    if (done)
        printf(json ? "{\"mode\":\"curve\",\"bomb\":\"%s\",\"n\":%d,\"tokens\":%zu,\"us\":%.0f,"
                      "\"nsPerToken\":%.1f}\n"
                    : "%-16s %8d %10zu %10.0f %14.1f\n",
               bomb->name, n, tokens, best, best * 1e3 / (double)tokens);
    buf_done(&text);
    return done;
}

bool engine_curve(const struct gql_schema *schema, bool json)
{
    if (!json)
        printf("%-16s %8s %10s %10s %14s\n", "bomb", "n", "tokens", "us", "ns a token");
    for (size_t i = 0; i < array_size(bombs); i++)
        for (int n = SMALLEST; n <= LARGEST; n *= 2)
            if (!run_size(schema, &bombs[i], n, json))
                return false;
    return true;
}
