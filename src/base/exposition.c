#include "base/exposition.h"

#include <math.h>
#include <stdio.h>

const char exposition_content_type[] = "text/plain; version=0.0.4; charset=utf-8";

enum {
    EXACT = 15, /* significant digits of a double that a decimal number keeps */
};

static const char *kind_name(enum exposition_kind kind)
{
    switch (kind) {
    case EXPOSITION_COUNTER:
        return "counter";
    case EXPOSITION_GAUGE:
        return "gauge";
    case EXPOSITION_HISTOGRAM:
        return "histogram";
    }
    return "untyped";
}

static void add_escaped(struct buf *out, uint32_t code_point)
{
    char bytes[4];

    if (code_point == '\n')
        buf_add(out, STR("\\n"));
    else if (code_point == '"')
        buf_add(out, STR("\\\""));
    else if (code_point == '\\')
        buf_add(out, STR("\\\\"));
    else
        buf_add(out, str_of(bytes, str_put_code_point(code_point, bytes)));
}

static void add_label(struct buf *out, const struct exposition_label *label, bool first)
{
    buf_add_char(out, first ? '{' : ',');
    buf_add(out, str_c(label->name));
    buf_add(out, STR("=\""));
    for (size_t at = 0; at < label->value.n;)
        add_escaped(out, str_next_code_point(label->value, &at));
    buf_add_char(out, '"');
}

static void add_value(struct buf *out, double value)
{
    /* Whole numbers are told exactly: of the others the digits that a double has. */
    if (value == floor(value) && fabs(value) < 1e15)
        buf_printf(out, " %.0f\n", value);
    else
        buf_printf(out, " %.*g\n", EXACT, value);
}

static void add_line(struct buf *out, const char *name, const char *suffix,
                     const struct exposition_label *labels, size_t n_labels, double value)
{
    buf_add(out, str_c(name));
    buf_add(out, str_c(suffix));
    for (size_t i = 0; i < n_labels; i++)
        add_label(out, &labels[i], i == 0);
    if (n_labels)
        buf_add_char(out, '}');
    add_value(out, value);
}

void exposition_begin(struct buf *out, const struct exposition_family *family)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help, family->name,
               kind_name(family->kind));
}

void exposition_sample(struct buf *out, const struct exposition_family *family,
                       const struct exposition_label *labels, size_t n_labels, double value)
{
    add_line(out, family->name, "", labels, n_labels, value);
}

static void add_bucket(struct buf *out, const char *name, const struct exposition_label *labels,
                       size_t n_labels, struct str bound, uint64_t count)
{
    const struct exposition_label le = {"le", bound};

    buf_add(out, str_c(name));
    buf_add(out, STR("_bucket"));
    for (size_t i = 0; i < n_labels; i++)
        add_label(out, &labels[i], i == 0);
    add_label(out, &le, n_labels == 0);
    buf_add_char(out, '}');
    add_value(out, (double)count);
}

void exposition_histogram(struct buf *out, const struct exposition_family *family,
                          const struct exposition_label *labels, size_t n_labels,
                          const struct metric_histogram *h, const struct metric_scale *scale)
{
    uint64_t count = 0;
    char bound[32];

    for (size_t i = 0; i < scale->n; i++) {
        int n =
            snprintf(bound, sizeof(bound), "%.*g", EXACT, (double)scale->bounds[i] * scale->unit);

        count += metric_get(&h->buckets[i]);
        add_bucket(out, family->name, labels, n_labels, str_of(bound, (size_t)n), count);
    }
    count += metric_get(&h->buckets[scale->n]);
    add_bucket(out, family->name, labels, n_labels, STR("+Inf"), count);
    add_line(out, family->name, "_sum", labels, n_labels,
             (double)metric_get(&h->sum) * scale->unit);
    add_line(out, family->name, "_count", labels, n_labels, (double)count);
}
