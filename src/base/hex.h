#pragma once

/*
 * Bytes as hexadecimal digits (RFC 4648, section 8): written in lower case, read in either.
 *
 * Threads: any.
 */

#include "base/status.h"
#include "base/str.h"

/* What the digit stands for; -1 when it is none. */
static inline int hex_digit(unsigned char c)
{
    unsigned char lower = c | 0x20;

    if (c >= '0' && c <= '9')
        return c - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The same where capitals are refused. */
static inline int hex_lower_digit(unsigned char c)
{
    return c >= 'A' && c <= 'F' ? -1 : hex_digit(c);
}

/* out has room for two digits a byte; no NUL is written. */
void hex_write(const void *bytes, size_t n, char *out);

/* False: text is not two digits for each of n bytes. out may hold some of them then. */
must_use bool hex_read(struct str text, void *out, size_t n);
