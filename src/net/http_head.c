#include "net/http_head.h"

struct str http_field_next(const struct http_head *h, struct str name, size_t *at)
{
    while (*at < h->n_fields) {
        const struct http_field *f = &h->fields[(*at)++];
        if (str_eq_nocase(f->name, name))
            return f->value;
    }
    return STR_NULL;
}

struct str http_field(const struct http_head *h, struct str name)
{
    size_t at = 0;

    return http_field_next(h, name, &at);
}

bool http_list_has(const struct http_head *h, struct str name, struct str token)
{
    size_t at = 0;
    struct str list;

    while ((list = http_field_next(h, name, &at)).p)
        while (list.p)
            if (str_eq_nocase(str_trim(str_split(&list, ',')), token))
                return true;
    return false;
}

size_t http_field_count(const struct http_head *h, struct str name)
{
    size_t at = 0, n = 0;

    while (http_field_next(h, name, &at).p)
        n++;
    return n;
}

bool http_head_target(struct http_head *h, struct str target)
{
    if (target.n == 0 || (target.p[0] != '/' && !str_eq(target, STR("*"))))
        return false;
    h->query = target;
    h->path = str_split(&h->query, '?');
    return true;
}
