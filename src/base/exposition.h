#pragma once

/*
 * Metrics as Prometheus reads them: its text format, version 0.0.4.
 *
 *     exposition_begin(out, &family);
 *     exposition_sample(out, &family, labels, 2, 17);
 *
 * A family is announced once, and its samples follow at once.
 *
 * Fails: never; the buf's ceiling does.
 */

#include "base/buf.h"
#include "base/metric.h"

enum exposition_kind {
    EXPOSITION_COUNTER,
    EXPOSITION_GAUGE,
    EXPOSITION_HISTOGRAM,
};

struct exposition_family {
    const char *name; /* with its unit, and _total where it is a counter */
    enum exposition_kind kind;
    const char *help; /* a line */
};

/* The value is text of any bytes: what is no UTF-8 is written as U+FFFD. */
struct exposition_label {
    const char *name;
    struct str value;
};

extern const char exposition_content_type[];

void exposition_begin(struct buf *out, const struct exposition_family *family);

void exposition_sample(struct buf *out, const struct exposition_family *family,
                       const struct exposition_label *labels, size_t n_labels, double value);

/* Its buckets, their sum and their count; the labels stand beside `le`. */
void exposition_histogram(struct buf *out, const struct exposition_family *family,
                          const struct exposition_label *labels, size_t n_labels,
                          const struct metric_histogram *h, const struct metric_scale *scale);
