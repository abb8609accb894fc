#pragma once

/*
 * What a server's /metrics said at one time, in Prometheus's text format, to be asked for sums.
 *
 * Owner: everything lives in the arena and in the text that was read.
 */

#include "base/arena.h"

/* Labels as they stand between the braces. */
struct scrape_sample {
    struct str name;
    struct str labels;
    double value;
};

struct scrape {
    const struct scrape_sample *samples;
    size_t n;
    int64_t at_us; /* by clock_mono_us() */
};

/* ST_BAD_INPUT: *ret_line is the line that is no sample; 0: there is none at all. */
enum status scrape_read(struct arena *arena, struct str text, struct scrape *ret_scrape,
                        size_t *ret_line) must_use;

/* The value of a label as it is written, with its escapes; absent when there is no such label. */
struct str scrape_label(const struct scrape_sample *sample, struct str name);

/* Which samples are meant: those of the name that have the label; without a label, all. */
struct scrape_pick {
    const char *name;
    const char *label; /* or NULL */
    const char *value;
};

/* The sum of those that are picked; 0 without any. */
double scrape_sum(const struct scrape *s, const struct scrape_pick *pick);

/* Below which value a share of what was observed between the scrapes lies, of a histogram named
 * without _bucket; as Prometheus's histogram_quantile(). Negative: nothing was observed. */
double scrape_quantile(const struct scrape *before, const struct scrape *now,
                       const struct scrape_pick *pick, double share);
