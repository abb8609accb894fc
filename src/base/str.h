#pragma once

/*
 * Bytes of somebody else's: a pointer and a length. Never ends in NUL, may hold NUL.
 *
 * Owner:   whoever owns the bytes; a struct str borrows them.
 * An absent string has p == NULL; an empty one has p != NULL and n == 0.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
    const char *p;
    size_t n;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_NULL     ((struct str){NULL, 0})
#define STR_INIT(literal)                                                                          \
    {                                                                                              \
        "" literal, sizeof(literal) - 1                                                            \
    }
/* For printf: printf("%.*s", STR_ARG(s)). Only for strings below 2 GiB, which all of ours are. */
#define STR_ARG(s) (int)(s).n, (s).p

static inline struct str str_c(const char *z)
{
    return (struct str){z, z ? strlen(z) : 0};
}

static inline struct str str_of(const void *p, size_t n)
{
    return (struct str){p, n};
}

static inline bool str_eq(struct str a, struct str b)
{
    /* Most that differ do so in length or at once: memcmp() is spared. */
    return a.n == b.n && (a.n == 0 || (a.p[0] == b.p[0] && memcmp(a.p, b.p, a.n) == 0));
}

static inline bool str_eq_c(struct str a, const char *z)
{
    return str_eq(a, str_c(z));
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

/* Bytes first, then length: the order of strcmp. */
int str_cmp(struct str a, struct str b);

/* ASCII letters compare without case: for header names and media types. */
bool str_eq_nocase(struct str a, struct str b);

/* The place of the first c, or s.n. */
size_t str_find(struct str s, char c);

/* Without spaces and tabs at either end. */
struct str str_trim(struct str s);

/* Cuts *rest at the first c: returns what stands before it, leaves what stands behind it.
 * Without a c the whole is returned and *rest becomes absent. */
struct str str_split(struct str *rest, char c);

/* A whole decimal number, nothing else around it; false when it is none or does not fit. */
bool str_to_i64(struct str s, int64_t *ret_value);

/* Well-formed UTF-8 as Unicode has it: no surrogates, nothing overlong, nothing above U+10FFFF. */
bool str_is_utf8(struct str s);

/* Code points in well-formed UTF-8. */
size_t str_code_points(struct str utf8);

/* For the next function, where it is not ASCII. */
uint32_t str_next_wide_code_point(struct str s, size_t *at);

/* One code point from s at *at, which moves on; U+FFFD and one byte where s is malformed. */
static inline uint32_t str_next_code_point(struct str s, size_t *at)
{
    unsigned char first = (unsigned char)s.p[*at];

    if (first >= 0x80)
        return str_next_wide_code_point(s, at);
    ++*at;
    return first;
}

/* Writes a Unicode scalar value to out, returns the number of bytes (1 to 4). */
size_t str_put_code_point(uint32_t cp, char out[4]);
