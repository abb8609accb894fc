#include "cli/scrape.h"

#include <math.h>
#include <stdlib.h>

enum {
    MOST_BUCKETS = 64,
    LONGEST_NUMBER = 64,
};

/* --- reading */

static bool read_number(struct str text, double *ret_value)
{
    char digits[LONGEST_NUMBER];
    char *end;

    if (text.n == 0 || text.n >= sizeof(digits))
        return false;
    memcpy(digits, text.p, text.n);
    digits[text.n] = '\0';
    *ret_value = strtod(digits, &end);
    return *end == '\0';
}

/* Where the labels end: a brace within quotes is none. */
static size_t labels_end(struct str s)
{
    bool quoted = false;

    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            quoted = !quoted;
        else if (s.p[i] == '}' && !quoted)
            return i;
    }
    return s.n;
}

static struct str from(struct str s, size_t at)
{
    return str_of(s.p + at, s.n - at);
}

static bool read_sample(struct str line, struct scrape_sample *ret)
{
    size_t brace = str_find(line, '{'), space = str_find(line, ' ');
    size_t end;

    *ret = (struct scrape_sample){.labels = STR("")};
    if (brace > space) {
        ret->name = str_of(line.p, space);
        line = from(line, space);
    } else if (brace < line.n) {
        ret->name = str_of(line.p, brace);
        line = from(line, brace + 1);
        end = labels_end(line);
        if (end == line.n)
            return false;
        ret->labels = str_of(line.p, end);
        line = from(line, end + 1);
    } else {
        return false;
    }
    return ret->name.n > 0 && read_number(str_trim(line), &ret->value);
}

enum status scrape_read(struct arena *arena, struct str text, struct scrape *ret_scrape,
                        size_t *ret_line)
{
    struct scrape_sample *samples;
    size_t most = 1, n = 0;

    for (size_t i = 0; i < text.n; i++)
        most += text.p[i] == '\n';
    samples = arena_array(arena, struct scrape_sample, most);
    for (size_t line = 1; text.p; line++) {
        struct str sample = str_trim(str_split(&text, '\n'));

        if (sample.n == 0 || sample.p[0] == '#')
            continue;
        if (!read_sample(sample, &samples[n++])) {
            *ret_line = line;
            return ST_BAD_INPUT;
        }
    }
    *ret_line = 0;
    if (n == 0)
        return ST_BAD_INPUT;
    *ret_scrape = (struct scrape){.samples = samples, .n = n};
    return ST_OK;
}

/* --- asking */

/* The value that stands at the front, behind its first quote; *rest is what follows it. */
static struct str take_value(struct str *rest)
{
    size_t n = 0;
    struct str value;

    while (n < rest->n && rest->p[n] != '"')
        n += rest->p[n] == '\\' && n + 1 < rest->n ? 2 : 1;
    value = str_of(rest->p, n);
    *rest = n < rest->n ? from(*rest, n + 1) : STR("");
    return value;
}

struct str scrape_label(const struct scrape_sample *sample, struct str name)
{
    struct str rest = sample->labels;

    while (rest.n) {
        struct str key = str_trim(str_split(&rest, '='));
        struct str value;

        if (!rest.n || rest.p[0] != '"')
            return STR_NULL;
        rest = from(rest, 1);
        value = take_value(&rest);
        if (str_eq(key, name))
            return value;
        if (rest.n && rest.p[0] == ',')
            rest = from(rest, 1);
    }
    return STR_NULL;
}

static bool is_picked(const struct scrape_sample *sample, const struct scrape_pick *pick)
{
    return !pick->label || str_eq_c(scrape_label(sample, str_c(pick->label)), pick->value);
}

double scrape_sum(const struct scrape *s, const struct scrape_pick *pick)
{
    struct str name = str_c(pick->name);
    double sum = 0;

    for (size_t i = 0; i < s->n; i++)
        if (str_eq(s->samples[i].name, name) && is_picked(&s->samples[i], pick))
            sum += s->samples[i].value;
    return sum;
}

/* --- quantiles */

struct bucket {
    double bound;
    double count; /* of this bucket and those below it */
};

struct buckets {
    struct bucket all[MOST_BUCKETS];
    size_t n;
};

static void add_to(struct buckets *to, double bound, double count)
{
    size_t i = 0;

    while (i < to->n && to->all[i].bound < bound)
        i++;
    if (i < to->n && to->all[i].bound == bound) {
        to->all[i].count += count;
        return;
    }
    if (to->n == MOST_BUCKETS)
        return;
    memmove(&to->all[i + 1], &to->all[i], (to->n - i) * sizeof(struct bucket));
    to->all[i] = (struct bucket){bound, count};
    to->n++;
}

static void add_all(struct buckets *to, const struct scrape *s, const struct scrape_pick *pick,
                    double sign)
{
    static const struct str suffix = STR_INIT("_bucket");
    struct str name = str_c(pick->name);

    for (size_t i = 0; i < s->n; i++) {
        const struct scrape_sample *sample = &s->samples[i];
        double bound;

        if (sample->name.n == name.n + suffix.n && str_starts(sample->name, name) &&
            str_eq(from(sample->name, name.n), suffix) && is_picked(sample, pick) &&
            read_number(scrape_label(sample, STR("le")), &bound))
            add_to(to, bound, sign * sample->value);
    }
}

double scrape_quantile(const struct scrape *before, const struct scrape *now,
                       const struct scrape_pick *pick, double share)
{
    struct buckets buckets = {.n = 0};
    struct bucket below = {0, 0};
    double wanted;

    add_all(&buckets, now, pick, 1);
    add_all(&buckets, before, pick, -1);
    if (buckets.n == 0 || buckets.all[buckets.n - 1].count <= 0)
        return -1;
    wanted = share * buckets.all[buckets.n - 1].count;
    for (size_t i = 0; i < buckets.n; i++) {
        const struct bucket *b = &buckets.all[i];

        if (b->count >= wanted && b->count > below.count)
            return isinf(b->bound)
                       ? below.bound
                       : below.bound + (b->bound - below.bound) * (wanted - below.count) /
                                           (b->count - below.count);
        below = *b;
    }
    return below.bound;
}
