#include <stdlib.h>

#include "graphql/validate.h"

bool gql_found_enough(const struct gql_validation *v, enum gql_rule rule)
{
    return v->found[rule] > GQL_ERRORS_MOST;
}

/* A rule finds its errors in the order in which they are told, so that what it finds past the
 * bound would be past the bound for all of them together. */
struct gql_finding *gql_find_message(struct gql_validation *v, enum gql_rule rule,
                                     struct str message)
{
    struct gql_finding *finding = arena_new(v->arena, struct gql_finding);

    *finding = (struct gql_finding){
        .message = message, .moment = v->moment, .rule = rule, .nth = v->n_findings};
    if (gql_found_enough(v, rule))
        return finding;
    v->found[rule]++;
    v->n_findings++;
    *v->findings_end = finding;
    v->findings_end = &finding->next;
    return finding;
}

struct gql_finding *gql_find(struct gql_validation *v, enum gql_rule rule, const char *format, ...)
{
    struct str message = STR("");
    va_list args;

    if (!gql_found_enough(v, rule)) {
        va_start(args, format);
        message = arena_vprintf(v->arena, format, args);
        va_end(args);
    }
    return gql_find_message(v, rule, message);
}

void gql_find_at(struct gql_validation *v, struct gql_finding *finding, uint32_t at)
{
    size_t n = finding->n_places;

    /* The array has room for a power of two: it is full whenever the count is one. */
    if ((n & (n - 1)) == 0) {
        uint32_t *grown = arena_array(v->arena, uint32_t, n ? 2 * n : 1);

        if (n)
            memcpy(grown, finding->places, n * sizeof(*grown));
        finding->places = grown;
    }
    finding->places[finding->n_places++] = at;
}

/* Moments come first, then rules: where a stands against b. */
static int compare_turns(size_t moment_a, enum gql_rule rule_a, size_t moment_b,
                         enum gql_rule rule_b)
{
    if (moment_a != moment_b)
        return moment_a < moment_b ? -1 : 1;
    return (rule_a > rule_b) - (rule_a < rule_b);
}

void gql_abort(struct gql_validation *v, enum gql_rule rule)
{
    if (v->aborted && compare_turns(v->aborted_moment, v->aborted_rule, v->moment, rule) <= 0)
        return;
    v->aborted = true;
    v->aborted_moment = v->moment;
    v->aborted_rule = rule;
}

static int compare_findings(const void *a, const void *b)
{
    const struct gql_finding *one = *(struct gql_finding *const *)a;
    const struct gql_finding *other = *(struct gql_finding *const *)b;
    int turn = compare_turns(one->moment, one->rule, other->moment, other->rule);

    return turn != 0 ? turn : (one->nth > other->nth) - (one->nth < other->nth);
}

static bool is_told(const struct gql_validation *v, const struct gql_finding *finding)
{
    return !v->aborted ||
           compare_turns(finding->moment, finding->rule, v->aborted_moment, v->aborted_rule) < 0;
}

/* The findings to tell, in order; how many in ret_n. */
static struct gql_finding **sort_findings(struct gql_validation *v, size_t *ret_n)
{
    struct gql_finding **sorted = arena_array(v->arena, struct gql_finding *, v->n_findings);
    size_t n = 0;

    for (struct gql_finding *finding = v->findings; finding; finding = finding->next) {
        if (is_told(v, finding))
            sorted[n++] = finding;
    }
    qsort(sorted, n, sizeof(struct gql_finding *), compare_findings);
    *ret_n = n;
    return sorted;
}

/* A place to be found in the source, and where to write it. */
struct sought {
    uint32_t at;
    struct gql_location *location;
};

static int compare_sought(const void *a, const void *b)
{
    const struct sought *one = a, *other = b;

    return (one->at > other->at) - (one->at < other->at);
}

/* Errors may have thousands of places between them: all are located in one pass. */
static void locate_all(const struct gql_validation *v, struct sought *sought, size_t n)
{
    struct gql_location location = {.line = 1, .column = 1};
    uint32_t at = 0;

    qsort(sought, n, sizeof(*sought), compare_sought);
    for (size_t i = 0; i < n; i++) {
        gql_locate_on(&v->document->source, &location, at, sought[i].at);
        at = sought[i].at;
        *sought[i].location = location;
    }
}

static void tell(struct gql_errors *errors, const struct gql_finding *finding,
                 struct sought *sought)
{
    struct gql_error *error = gql_error_add(errors, ST_INVALID, "%s", "");
    struct gql_location *locations =
        arena_array(errors->arena, struct gql_location, finding->n_places);

    error->message = arena_str(errors->arena, finding->message);
    error->locations = locations;
    error->n_locations = finding->n_places;
    for (size_t i = 0; i < finding->n_places; i++)
        sought[i] = (struct sought){finding->places[i], &locations[i]};
}

void gql_report(struct gql_validation *v, struct gql_errors *errors)
{
    size_t n, n_told, n_places = 0, n_sought = 0;
    struct gql_finding **sorted;
    struct sought *sought;

    if (!v->findings && !v->aborted)
        return;
    sorted = sort_findings(v, &n);
    n_told = n < GQL_ERRORS_MOST ? n : GQL_ERRORS_MOST;
    for (size_t i = 0; i < n_told; i++)
        n_places += sorted[i]->n_places;
    sought = arena_array(v->arena, struct sought, n_places);
    for (size_t i = 0; i < n_told; i++) {
        tell(errors, sorted[i], sought + n_sought);
        n_sought += sorted[i]->n_places;
    }
    locate_all(v, sought, n_sought);
    if (n > n_told)
        (void)gql_error_add(errors, ST_INVALID, "%s", ""); /* becomes the one that says so */
    else if (v->aborted)
        (void)gql_error_add(errors, ST_INVALID, "Validation aborted.");
}
