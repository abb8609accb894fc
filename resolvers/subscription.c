#include "gen/schema_gen.h"

#include "resolvers/message.h"
#include "resolvers/source.h"

void subscription_on_message(struct gql_field *f, const struct subscription_on_message_args *a)
{
    struct source *source = arena_new(f->arena, struct source);

    source->room_id = a->room_id;
    if (message_room_id(f, a->room_id) &&
        message_place_from(f, "since", a->room_id, a->since, &source->since))
        gql_resolve(f, source);
}
