#pragma once

/*
 * One row of numbers: a line of a table for people, or an object of JSON a line for programs.
 *
 * Names and keys are borrowed and must outlive it: literals.
 */

#include "base/str.h"

enum {
    REPORT_CELLS = 32,
};

struct report_cell {
    const char *key;  /* in JSON */
    const char *head; /* in the table */
    double value;
    int decimals;
};

struct report {
    const char *mode;
    struct str server; /* which was measured */
    struct str label;  /* what for, when somebody will ask; in JSON alone */
    struct report_cell cells[REPORT_CELLS];
    size_t n;
};

enum report_form {
    REPORT_TABLE,
    REPORT_ROW, /* of a table whose head is printed already */
    REPORT_JSON,
};

void report_add(struct report *r, const char *key, const char *head, double value, int decimals);

/* On stdout. */
void report_print(const struct report *r, enum report_form form);
