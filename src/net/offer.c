#include "net/offer.h"

#include "net/upgrade.h"

static const struct str graphql_path = STR_INIT("/graphql");

bool offer_is_path(struct str path)
{
    return str_eq(path, graphql_path);
}

void offer_read(const struct http1_head *head, struct offer *ret_offer)
{
    static const struct dialect *const dialects[] = {&dialect_gtws, &dialect_legacy};

    *ret_offer = (struct offer){.dialect = &dialect_gtws};
    for (size_t i = 0; i < array_size(dialects); i++) {
        if (!upgrade_offers(head, dialects[i]->offered))
            continue;
        *ret_offer = (struct offer){.dialect = dialects[i], .chosen = dialects[i]->offered};
        return;
    }
}
