/*
 * The engine beside graphql-js: `bench_engine ROOT …` measures, in rounds that alternate between
 * the two, how often a second each of them gets through a document.
 *
 *     parse      text to tree
 *     validate   parse, and every rule
 *     execute    a plan that is there already; ours ends in JSON, theirs in an object
 *     full       from text to the response's JSON, as a server without a cache of plans has to
 *
 * A second is one of processor time, with all threads of the process, so that what else runs on
 * the machine weighs on neither.
 */

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/mem.h"
#include "tools/bench/engine_curve.h"
#include "tools/bench/engine_peer.h"
#include "tools/bench/engine_world.h"

enum {
    FILE_MOST = 1 << 20,
    RESPONSE_MOST = 1 << 24,
    ROUNDS_MOST = 99,
    BATCH_NS = 1000000,
    WIDE_ALIASES = 100, /* of ten fields each */
};

/* Those of a server, but wide enough for the document of a thousand fields. */
static const struct gql_limits limits = {
    .tokens = 10000, .depth = 20, .aliases = 1000, .directives = 100};

struct document {
    const char *name;
    const char *variables;
    struct str text;
    const struct json_value *given;
    struct gql_plan *plan;
};

#define MESSAGE_VARIABLES                                                                          \
    "{\"roomId\": \"club\", \"text\": \"Shall we meet at eight?\", "                               \
    "\"idempotencyKey\": \"0b7c2f5e-94f1-4c55-a8c0-6a1f3c1e7d10\"}"

static struct document documents[] = {
    {.name = "sendMessage", .variables = MESSAGE_VARIABLES},
    {.name = "onMessage", .variables = "{\"roomId\": \"club\"}"},
    {.name = "messages", .variables = "{\"roomId\": \"club\", \"first\": 50}"},
    {.name = "introspection", .variables = "{}"},
    {.name = "1000 fields", .variables = "{}"},
};

enum {
    N_DOCUMENTS = array_size(documents),
    WIDE = N_DOCUMENTS - 1,
};

struct bench {
    const char *root;
    const char *only; /* a document, or NULL */
    size_t rounds;
    size_t ms;
    bool json;
    bool alone;
    bool curve;
    bool count;
    struct arena arena;
    struct engine_world world;
    struct buf out;
    struct engine_peer peer;
};

/* ---- what is measured ------------------------------------------------------------------------ */

typedef bool phase_fn(struct bench *b, struct document *d);

static struct gql_source source_of(const struct document *d)
{
    return (struct gql_source){.name = STR("GraphQL request"), .body = d->text};
}

static bool do_parse(struct bench *b, struct document *d)
{
    struct gql_errors errors;
    struct arena a;
    bool parsed;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    parsed = gql_parse(&a, source_of(d), &limits, &errors) != NULL;
    arena_done(&a);
    return parsed;
}

static bool do_validate(struct bench *b, struct document *d)
{
    const struct gql_document *document;
    struct gql_errors errors;
    struct arena a;
    bool is_valid = false;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    document = gql_parse(&a, source_of(d), &limits, &errors);
    if (document) {
        gql_validate(b->world.schema, document, &limits, &errors);
        is_valid = errors.count == 0;
    }
    arena_done(&a);
    return is_valid;
}

static bool do_execute(struct bench *b, struct document *d)
{
    return engine_execute(d->plan, d->given, &b->out);
}

static bool do_full(struct bench *b, struct document *d)
{
    struct gql_errors errors;
    struct gql_plan *plan;
    struct arena a;
    struct buf out;
    bool done;

    arena_init(&a);
    gql_errors_init(&errors, &a);
    buf_init(&out, RESPONSE_MOST);
    plan = gql_plan_new(b->world.schema, d->text, &limits, &errors);
    done = plan && engine_execute(plan, d->given, &out);
    gql_plan_unref(plan);
    buf_done(&out);
    arena_done(&a);
    return done;
}

static const struct {
    const char *name;
    phase_fn *once;
} phases[] = {
    {"parse", do_parse},
    {"validate", do_validate},
    {"execute", do_execute},
    {"full", do_full},
};

static double now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nanoseconds that one takes; in batches of about a millisecond, so that looking at the clock
 * costs nothing. 0: it fails. */
static double run_for(struct bench *b, struct document *d, phase_fn *once, double ns)
{
    double began = now_ns(), now = began, before;
    size_t batch = 1, times = 0;

    do {
        before = now;
        for (size_t i = 0; i < batch; i++)
            if (!once(b, d))
                return 0;
        times += batch;
        now = now_ns();
        if (now - before < BATCH_NS)
            batch *= 2;
    } while (now - began < ns);
    return (now - began) / (double)times;
}

/* What has waited while the other engine had its turn is slow at first. */
static double measure(struct bench *b, struct document *d, phase_fn *once)
{
    double ns = (double)b->ms * 1e6;

    return run_for(b, d, once, ns / 2) > 0 ? run_for(b, d, once, ns) : 0;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median(double *samples, size_t n)
{
    qsort(samples, n, sizeof(*samples), by_size);
    return samples[n / 2];
}

/* ---- what is printed ------------------------------------------------------------------------- */

struct row {
    const char *document;
    const char *phase;
    double ours; /* nanoseconds for one */
    double theirs;
};

static double per_second(double ns)
{
    return ns > 0 ? 1e9 / ns : 0;
}

static void print_head(const struct bench *b)
{
    if (b->json)
        return;
    printf("%-14s %-9s %12s %10s", "document", "phase", "a second", "us each");
    if (!b->alone)
        printf(" %14s %10s %8s", "graphql-js", "us each", "times");
    putchar('\n');
}

static void print_row(const struct bench *b, const struct row *r)
{
    if (b->json)
        printf("{\"mode\":\"engine\",\"document\":\"%s\",\"phase\":\"%s\",\"perSecond\":%.0f,"
               "\"us\":%.3f",
               r->document, r->phase, per_second(r->ours), r->ours / 1e3);
    else
        printf("%-14s %-9s %12.0f %10.3f", r->document, r->phase, per_second(r->ours),
               r->ours / 1e3);
    if (!b->alone)
        printf(b->json ? ",\"jsPerSecond\":%.0f,\"jsUs\":%.3f,\"times\":%.2f"
                       : " %14.0f %10.2f %8.1f",
               per_second(r->theirs), r->theirs / 1e3, r->theirs / r->ours);
    puts(b->json ? "}" : "");
    fflush(stdout);
}

static void print_end(const struct bench *b, int64_t theirs)
{
    struct rusage usage;
    double load = 0;
    int64_t ours;

    getrusage(RUSAGE_SELF, &usage);
    ours = (int64_t)usage.ru_maxrss * 1024;
    getloadavg(&load, 1);
    if (b->json) {
        printf("{\"mode\":\"engine\",\"peakBytes\":%lld,\"jsPeakBytes\":%lld,\"load\":%.2f}\n",
               (long long)ours, (long long)theirs, load);
        return;
    }
    printf("peak memory: %.1f MB", (double)ours / 1e6);
    if (!b->alone)
        printf("; graphql-js and node: %.1f MB", (double)theirs / 1e6);
    printf("; load %.1f\n", load);
}

/* ---- rounds ---------------------------------------------------------------------------------- */

/* The first round of each warms up and does not count. */
static bool run_row(struct bench *b, size_t document, size_t phase)
{
    struct document *d = &documents[document];
    double ours[ROUNDS_MOST + 1], theirs[ROUNDS_MOST + 1] = {0};
    struct row row = {.document = d->name, .phase = phases[phase].name};

    for (size_t i = 0; i <= b->rounds; i++) {
        ours[i] = measure(b, d, phases[phase].once);
        if (ours[i] <= 0) {
            fprintf(stderr, "bench: %s: %s fails\n", row.document, row.phase);
            return false;
        }
        if (b->alone)
            continue;
        theirs[i] = engine_peer_measure(&b->peer, document, row.phase, b->ms);
        if (theirs[i] <= 0)
            return false;
    }
    row.ours = median(ours + 1, b->rounds);
    row.theirs = median(theirs + 1, b->rounds);
    print_row(b, &row);
    return true;
}

static bool run_all(struct bench *b)
{
    print_head(b);
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        if (b->only && !str_eq_c(str_c(b->only), documents[i].name))
            continue;
        for (size_t k = 0; k < array_size(phases); k++)
            if (!run_row(b, i, k))
                return false;
    }
    return true;
}

/* ---- instructions ---------------------------------------------------------------------------- */

/* One by one, under a name that tools/bench/instructions.py has valgrind look for. */
__attribute__((noinline)) bool engine_counted(phase_fn *once, struct bench *b, struct document *d);

bool engine_counted(phase_fn *once, struct bench *b, struct document *d)
{
    return once(b, d);
}

/* Each of what is measured once, in the order in which it is named. What is made the first time
 * only has been made before. */
static bool count_all(struct bench *b)
{
    for (size_t i = 0; i < N_DOCUMENTS; i++)
        for (size_t k = 0; k < array_size(phases); k++) {
            struct document *d = &documents[i];
            if (!phases[k].once(b, d) || !engine_counted(phases[k].once, b, d))
                return false;
            printf("%s: %s\n", d->name, phases[k].name);
        }
    return true;
}

/* ---- what is read ---------------------------------------------------------------------------- */

static bool read_file(struct bench *b, const char *name, struct str *ret_text)
{
    const char *path = arena_printf(&b->arena, "%s/%s", b->root, name).p;
    FILE *file = fopen(path, "rb");
    char *bytes;

    if (!file) {
        perror(path);
        return false;
    }
    bytes = mem_realloc(NULL, FILE_MOST);
    *ret_text = arena_str(&b->arena, str_of(bytes, fread(bytes, 1, FILE_MOST, file)));
    mem_free(bytes);
    fclose(file);
    return true;
}

static bool read_document(struct bench *b, const char *name, struct str *ret_text)
{
    return read_file(b, arena_printf(&b->arena, "tools/bench/engine/%s.graphql", name).p, ret_text);
}

/* A hundred messages of nine fields under names of their own: a thousand fields. */
static struct str write_wide(struct arena *a)
{
    struct str text;
    struct buf out;

    buf_init(&out, FILE_MOST);
    buf_add(&out, STR("query Wide {\n"));
    for (int i = 0; i < WIDE_ALIASES; i++)
        buf_printf(&out,
                   "  m%d: message(id: \"%d\") {\n    id\n    roomId\n    senderId\n    text\n"
                   "    ts\n    type\n    roomType\n    seq\n    cursor\n  }\n",
                   i, i);
    buf_add(&out, STR("}\n"));
    text = arena_str(a, buf_str(&out));
    buf_done(&out);
    return text;
}

/* The document's text, plan and variables; false when it cannot be executed. */
static bool prepare(struct bench *b, struct document *d)
{
    struct json_in_error malformed;
    struct gql_errors errors;

    gql_errors_init(&errors, &b->arena);
    d->given = json_in_read(&b->arena, str_c(d->variables), &malformed);
    d->plan = gql_plan_new(b->world.schema, d->text, &limits, &errors);
    if (!d->plan) {
        engine_say_error(d->name, &errors);
        return false;
    }
    if (do_execute(b, d))
        return true;
    fprintf(stderr, "bench: %s: %.*s\n", d->name, STR_ARG(buf_str(&b->out)));
    return false;
}

static void forget(struct document *d)
{
    gql_plan_unref(d->plan);
}

static bool prepare_all(struct bench *b)
{
    struct str sdl;

    if (!read_file(b, "schema.graphql", &sdl) || !engine_world_init(&b->world, sdl))
        return false;
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        struct document *d = &documents[i];
        if (i == WIDE)
            d->text = write_wide(&b->arena);
        else if (!read_document(b, d->name, &d->text))
            return false;
        if (!prepare(b, d))
            return false;
    }
    return true;
}

/* ---- the peer -------------------------------------------------------------------------------- */

/* What data.graphql answers. */
static bool write_data(struct bench *b, struct json_out *j)
{
    struct document data = {.name = "data", .variables = "{}"};
    bool made = read_document(b, data.name, &data.text) && prepare(b, &data);

    if (made)
        json_out_raw(j, buf_str(&b->out));
    forget(&data);
    return made;
}

static void write_document(struct bench *b, const struct document *d, struct json_out *j)
{
    json_out_begin_object(j);
    json_out_key(j, STR("name"));
    json_out_str(j, str_c(d->name));
    json_out_key(j, STR("text"));
    json_out_str(j, d->text);
    json_out_key(j, STR("variables"));
    json_out_raw(j, str_c(d->variables));
    json_out_key(j, STR("response"));
    json_out_str(j, buf_str(&b->out));
    json_out_end_object(j);
}

static bool write_start(struct bench *b, struct buf *out)
{
    struct json_out j = {.out = out};
    struct str sdl;

    if (!read_file(b, "schema.graphql", &sdl))
        return false;
    json_out_begin_object(&j);
    json_out_key(&j, STR("schema"));
    json_out_str(&j, sdl);
    json_out_key(&j, STR("data"));
    if (!write_data(b, &j))
        return false;
    json_out_key(&j, STR("documents"));
    json_out_begin_array(&j);
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        if (!do_execute(b, &documents[i]))
            return false;
        write_document(b, &documents[i], &j);
    }
    json_out_end_array(&j);
    json_out_end_object(&j);
    return !buf_overflowed(out);
}

static bool start_peer(struct bench *b)
{
    struct buf start;
    bool started;

    buf_init(&start, RESPONSE_MOST);
    started = write_start(b, &start) &&
              engine_peer_start(&b->peer,
                                arena_printf(&b->arena, "%s/tools/bench/engine_js.mjs", b->root).p,
                                buf_str(&start));
    buf_done(&start);
    return started;
}

/* ---- the command line ------------------------------------------------------------------------ */

static void print_usage(FILE *to)
{
    fputs("tools/dev bench engine [--json] [--alone] [--only DOCUMENT] [--rounds N] [--ms N]\n"
          "tools/dev bench engine --curve [--json]\n"
          "tools/dev bench engine --count\n\n"
          "  --alone     without graphql-js\n"
          "  --only      sendMessage, onMessage, messages, introspection or \"1000 fields\"\n"
          "  --rounds N  of which the median is told (5)\n"
          "  --ms N      milliseconds of each (200)\n"
          "  --curve     instead: how validation grows with documents made to hurt\n"
          "  --count     instead: each once, for tools/bench/instructions.py\n",
          to);
}

/* False, having said what is wrong. */
static bool complain(const char *option, const char *value, const char *wanted)
{
    fprintf(stderr, "bench engine: %s%s%s: %s\n", option, value ? " " : "", value ? value : "",
            wanted);
    return false;
}

static bool read_count(const char *option, const char *text, size_t most, size_t *ret_count)
{
    char wanted[64];
    int64_t n;

    if (!text || !str_to_i64(str_c(text), &n) || n < 1 || n > (int64_t)most) {
        snprintf(wanted, sizeof(wanted), "a number from 1 to %zu is wanted", most);
        return complain(option, text, wanted);
    }
    *ret_count = (size_t)n;
    return true;
}

static bool read_only(const char *name, const char **ret_only)
{
    for (size_t i = 0; name && i < N_DOCUMENTS; i++)
        if (str_eq_c(str_c(name), documents[i].name)) {
            *ret_only = name;
            return true;
        }
    return complain("--only", name, "no such document");
}

static bool read_value(struct bench *b, const char *option, const char *value)
{
    struct str name = str_c(option);

    if (str_eq(name, STR("--only")))
        return read_only(value, &b->only);
    if (str_eq(name, STR("--rounds")))
        return read_count(option, value, ROUNDS_MOST, &b->rounds);
    if (str_eq(name, STR("--ms")))
        return read_count(option, value, 60000, &b->ms);
    return complain(option, NULL, "no such option (see --help)");
}

static bool read_options(struct bench *b, char *const *args)
{
    b->root = *args++;
    for (; b->root && *args; args++) {
        struct str name = str_c(*args);

        if (str_eq(name, STR("--json")))
            b->json = true;
        else if (str_eq(name, STR("--alone")))
            b->alone = true;
        else if (str_eq(name, STR("--curve")))
            b->curve = true;
        else if (str_eq(name, STR("--count")))
            b->count = true;
        else if (read_value(b, args[0], args[1]))
            args++;
        else
            return false;
    }
    return b->root || complain("ROOT", NULL, "the root of the tree is wanted");
}

static bool run_comparison(struct bench *b)
{
    bool done = (b->alone || start_peer(b)) && run_all(b);
    int64_t theirs = engine_peer_end(&b->peer);

    if (done)
        print_end(b, theirs);
    return done;
}

static bool run(struct bench *b)
{
    if (b->count)
        return count_all(b);
    return b->curve ? engine_curve(b->world.schema, b->json) : run_comparison(b);
}

int main(int argc, char **argv)
{
    struct bench b = {.rounds = 5, .ms = 200};
    bool done;

    if (argc == 3 && str_eq_c(STR("--help"), argv[2])) {
        print_usage(stdout);
        return EXIT_SUCCESS;
    }
    if (!read_options(&b, argv + 1))
        return 2;
    arena_init(&b.arena);
    buf_init(&b.out, RESPONSE_MOST);
    done = prepare_all(&b) && run(&b);
    for (size_t i = 0; i < N_DOCUMENTS; i++)
        forget(&documents[i]);
    engine_world_done(&b.world);
    buf_done(&b.out);
    arena_done(&b.arena);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
