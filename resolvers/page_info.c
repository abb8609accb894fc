#include "gen/schema_gen.h"

#include "resolvers/connection.h"

const struct gql_leaf page_info_leaves[] = {
    GQL_LEAF("hasNextPage", struct page_info, has_next_page),
    GQL_LEAF("hasPreviousPage", struct page_info, has_previous_page),
    GQL_LEAF("startCursor", struct page_info, start_cursor),
    GQL_LEAF("endCursor", struct page_info, end_cursor),
    GQL_LEAVES_END,
};
