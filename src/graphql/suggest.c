#include "graphql/suggest.h"

#include <stdint.h>
#include <stdlib.h>

enum {
    SUGGESTIONS_MOST = 5,
    ROWS = 3, /* the distance looks back two rows */
};

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A string as JavaScript counts it, in UTF-16 and in lower case. Names are ASCII, so that the case
 * of other letters makes no difference to what is near. */
struct units {
    uint16_t *p;
    size_t n;
};

static struct units lower_units(struct arena *a, struct str s)
{
    struct units units = {.p = arena_array(a, uint16_t, s.n)};

    for (size_t at = 0; at < s.n;) {
        uint32_t cp = str_next_code_point(s, &at);

        if (cp >= 'A' && cp <= 'Z')
            cp = cp - 'A' + 'a';
        if (cp > 0xFFFF)
            units.p[units.n++] = (uint16_t)(0xD800 + ((cp - 0x10000) >> 10));
        units.p[units.n++] = (uint16_t)(cp > 0xFFFF ? 0xDC00 + ((cp - 0x10000) & 0x3FF) : cp);
    }
    return units;
}

/* Fills one row of the table, whose cell j is the distance of the first i letters of a to the
 * first j of b. Returns the smallest cell: no later one will be smaller. */
static size_t fill_row(size_t *rows[ROWS], size_t i, struct units a, struct units b)
{
    const size_t *up = rows[(i - 1) % ROWS];
    size_t *row = rows[i % ROWS];
    size_t smallest = row[0] = i;

    for (size_t j = 1; j <= b.n; j++) {
        uint16_t of_a = a.p[i - 1], of_b = b.p[j - 1];
        size_t cell = min(min(up[j], row[j - 1]) + 1, up[j - 1] + (of_a != of_b));

        if (i > 1 && j > 1 && of_a == b.p[j - 2] && a.p[i - 2] == of_b)
            cell = min(cell, rows[(i - 2) % ROWS][j - 2] + 1);
        row[j] = cell;
        smallest = min(smallest, cell);
    }
    return smallest;
}

static size_t edits(struct arena *scratch, struct units a, struct units b, size_t threshold)
{
    size_t *rows[ROWS];

    for (size_t i = 0; i < ROWS; i++)
        rows[i] = arena_array(scratch, size_t, b.n + 1);
    for (size_t j = 0; j <= b.n; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        if (fill_row(rows, i, a, b) > threshold)
            return SIZE_MAX;
    }
    return rows[a.n % ROWS][b.n] <= threshold ? rows[a.n % ROWS][b.n] : SIZE_MAX;
}

static size_t distance_of_units(struct arena *a, struct units input, struct units option,
                                size_t threshold)
{
    struct units longer = option.n < input.n ? input : option;
    struct units shorter = option.n < input.n ? option : input;

    if (input.n == option.n && memcmp(input.p, option.p, input.n * sizeof(*input.p)) == 0)
        return 1;
    if (longer.n - shorter.n > threshold)
        return SIZE_MAX;
    return edits(a, longer, shorter, threshold);
}

size_t gql_lexical_distance(struct arena *a, struct str input, struct str option, size_t threshold)
{
    if (str_eq(input, option))
        return 0;
    return distance_of_units(a, lower_units(a, input), lower_units(a, option), threshold);
}

static bool is_digit(struct str s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* The number at *at, as graphql-js reads it: a leading zero is a number by itself. */
static double read_number(struct str s, size_t *at)
{
    double number = 0;

    do {
        number = number * 10 + (s.p[*at] - '0');
        ++*at;
    } while (is_digit(s, *at) && number > 0);
    return number;
}

int gql_natural_compare(struct str a, struct str b)
{
    size_t i = 0, j = 0;

    while (i < a.n && j < b.n) {
        if (is_digit(a, i) && is_digit(b, j)) {
            double of_a = read_number(a, &i), of_b = read_number(b, &j);

            if (of_a != of_b)
                return of_a < of_b ? -1 : 1;
        } else {
            unsigned char of_a = (unsigned char)a.p[i++], of_b = (unsigned char)b.p[j++];

            if (of_a != of_b)
                return of_a < of_b ? -1 : 1;
        }
    }
    return (a.n > b.n) - (a.n < b.n);
}

struct candidate {
    struct str name;
    size_t distance;
    size_t place; /* keeps the sort stable */
};

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    int by_name;

    if (one->distance != other->distance)
        return one->distance < other->distance ? -1 : 1;
    by_name = gql_natural_compare(one->name, other->name);
    if (by_name != 0)
        return by_name;
    return (one->place > other->place) - (one->place < other->place);
}

static struct str join(struct arena *a, struct str before, const char *between, struct str name)
{
    return arena_printf(a, "%.*s%s\"%.*s\"", STR_ARG(before), between, STR_ARG(name));
}

struct str gql_did_you_mean_these(struct arena *a, struct str preface, const struct str *options,
                                  size_t n_options)
{
    size_t n = min(n_options, SUGGESTIONS_MOST);
    struct str text;

    if (n == 0)
        return STR("");
    text = arena_printf(a, " Did you mean %.*s%s", STR_ARG(preface), preface.n ? " " : "");
    for (size_t i = 0; i < n; i++) {
        const char *last = n == 2 ? " or " : ", or ";

        text = join(a, text, i == 0 ? "" : i + 1 == n ? last : ", ", options[i]);
    }
    return arena_printf(a, "%.*s?", STR_ARG(text));
}

struct str gql_did_you_mean(struct arena *a, struct str preface, struct str input,
                            const struct str *options, size_t n_options)
{
    struct candidate *near = arena_array(a, struct candidate, n_options);
    struct str *names = arena_array(a, struct str, n_options);
    struct units units = lower_units(a, input);
    size_t threshold = units.n * 2 / 5 + 1; /* floor(0.4 * length) + 1 */
    struct arena scratch;                   /* for one option after the other */
    size_t n = 0;

    arena_init(&scratch);
    for (size_t i = 0; i < n_options; i++) {
        size_t distance =
            str_eq(input, options[i])
                ? 0
                : distance_of_units(&scratch, units, lower_units(&scratch, options[i]), threshold);

        arena_reset(&scratch);

        if (distance != SIZE_MAX)
            near[n++] = (struct candidate){options[i], distance, i};
    }
    arena_done(&scratch);
    qsort(near, n, sizeof(*near), compare_candidates);
    for (size_t i = 0; i < n; i++)
        names[i] = near[i].name;
    return gql_did_you_mean_these(a, preface, names, n);
}
