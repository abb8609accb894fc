#include "tools/bench/report.h"

#include <assert.h>
#include <stdio.h>

#include "base/json_out.h"

enum {
    LINE_MAX = 64 * 1024,
    NUMBER_MAX = 64,
    NARROWEST = 7,
};

void report_add(struct report *r, const char *key, const char *head, double value, int decimals)
{
    assert(r->n < REPORT_CELLS);
    r->cells[r->n++] =
        (struct report_cell){.key = key, .head = head, .value = value, .decimals = decimals};
}

static void print_number(const struct report_cell *cell, char out[NUMBER_MAX])
{
    snprintf(out, NUMBER_MAX, "%.*f", cell->decimals, cell->value);
}

/* Of the head alone, so that rows printed by different runs stand below each other. */
static int width_of(const struct report_cell *cell)
{
    int n = (int)strlen(cell->head);

    return (n < NARROWEST ? NARROWEST : n) + 2;
}

static void print_head(const struct report *r)
{
    printf("%-8s%-11s", r->mode, "server");
    for (size_t i = 0; i < r->n; i++)
        printf("%*s", width_of(&r->cells[i]), r->cells[i].head);
    putchar('\n');
}

static void print_row(const struct report *r)
{
    char number[NUMBER_MAX];

    printf("%-8s%-11.*s", "", STR_ARG(r->server));
    for (size_t i = 0; i < r->n; i++) {
        print_number(&r->cells[i], number);
        printf("%*s", width_of(&r->cells[i]), number);
    }
    putchar('\n');
}

static void print_json(const struct report *r)
{
    struct buf line;
    struct json_out j = {.out = &line};
    char number[NUMBER_MAX];

    buf_init(&line, LINE_MAX);
    json_out_begin_object(&j);
    json_out_key(&j, STR("mode"));
    json_out_str(&j, str_c(r->mode));
    json_out_key(&j, STR("server"));
    json_out_str(&j, r->server);
    if (r->label.n) {
        json_out_key(&j, STR("label"));
        json_out_str(&j, r->label);
    }
    for (size_t i = 0; i < r->n; i++) {
        print_number(&r->cells[i], number);
        json_out_key(&j, str_c(r->cells[i].key));
        json_out_raw(&j, str_c(number));
    }
    json_out_end_object(&j);
    printf("%.*s\n", STR_ARG(buf_str(&line)));
    buf_done(&line);
}

void report_print(const struct report *r, enum report_form form)
{
    switch (form) {
    case REPORT_TABLE:
        print_head(r);
        print_row(r);
        return;
    case REPORT_ROW:
        print_row(r);
        return;
    case REPORT_JSON:
        print_json(r);
        return;
    }
}
