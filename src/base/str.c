#include "base/str.h"

#include "base/utf8.h"

int str_cmp(struct str a, struct str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;

    if (order != 0)
        return order;
    return (a.n > b.n) - (a.n < b.n);
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool str_eq_nocase(struct str a, struct str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

size_t str_find(struct str s, char c)
{
    const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

    return at ? (size_t)(at - s.p) : s.n;
}

struct str str_trim(struct str s)
{
    while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = (struct str){s.p + 1, s.n - 1};
    while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

struct str str_split(struct str *rest, char c)
{
    struct str whole = *rest;
    size_t at = str_find(whole, c);

    *rest = at < whole.n ? (struct str){whole.p + at + 1, whole.n - at - 1} : STR_NULL;
    return (struct str){whole.p, at};
}

bool str_to_i64(struct str s, int64_t *ret_value)
{
    bool negative = s.n && s.p[0] == '-';
    int64_t value = 0;

    if (s.n == (size_t)negative)
        return false;
    for (size_t i = (size_t)negative; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        /* Gathered below zero, where the range is one wider. */
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, s.p[i] - '0', &value))
            return false;
    }
    if (!negative && __builtin_sub_overflow(0, value, &value))
        return false;
    *ret_value = value;
    return true;
}

/* The length of the well-formed sequence at s, 0 when there is none. */
static size_t sequence_length(const unsigned char *s, size_t n)
{
    struct utf8 u = {0};

    for (size_t i = 0; i < n && utf8_take_byte(&u, s[i]); i++)
        if (utf8_is_whole(&u))
            return i + 1;
    return 0;
}

bool str_is_utf8(struct str s)
{
    struct utf8 u = {0};

    return utf8_take(&u, s) && utf8_is_whole(&u);
}

size_t str_code_points(struct str utf8)
{
    size_t count = 0;

    for (size_t i = 0; i < utf8.n; i++)
        count += ((unsigned char)utf8.p[i] & 0xC0) != 0x80;
    return count;
}

uint32_t str_next_wide_code_point(struct str s, size_t *at)
{
    const unsigned char *u = (const unsigned char *)s.p + *at;
    size_t length = sequence_length(u, s.n - *at);

    *at += length ? length : 1;
    switch (length) {
    case 2:
        return (u[0] & 0x1Fu) << 6 | (u[1] & 0x3Fu);
    case 3:
        return (u[0] & 0x0Fu) << 12 | (u[1] & 0x3Fu) << 6 | (u[2] & 0x3Fu);
    case 4:
        return (u[0] & 0x07u) << 18 | (u[1] & 0x3Fu) << 12 | (u[2] & 0x3Fu) << 6 | (u[3] & 0x3Fu);
    default:
        return 0xFFFD;
    }
}

size_t str_put_code_point(uint32_t cp, char out[4])
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 0x3F));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 0x3F));
        out[2] = (char)(0x80 | (cp & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 0x3F));
    out[2] = (char)(0x80 | (cp >> 6 & 0x3F));
    out[3] = (char)(0x80 | (cp & 0x3F));
    return 4;
}
