#include "net/http_coding.h"

#include "net/http_request.h"

int http_coding_q(const struct http_head *h, struct str coding)
{
    size_t at = 0;
    int by_name = -1, by_wildcard = 0;
    struct str list;

    while ((list = http_field_next(h, STR("Accept-Encoding"), &at)).p) {
        while (list.p) {
            struct str params = str_split(&list, ',');
            struct str name = str_trim(str_split(&params, ';'));

            if (str_eq_nocase(name, coding))
                by_name = http_q(params);
            else if (str_eq(name, STR("*")))
                by_wildcard = http_q(params);
        }
    }
    return by_name >= 0 ? by_name : by_wildcard;
}
