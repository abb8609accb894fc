#pragma once

/*
 * Message: its cursor, and places in a room's log as clients write them.
 */

#include "resolvers/context.h"
#include "store/message.h"

/* Messages of pages from memory, and such pages, written once for all who select the same of them.
 */
struct gql_memo message_memo(const struct gql_schema *schema);

/* The cursor of a seq of the room, for the caller's tenant. */
struct str message_cursor(struct arena *a, const struct context *c, struct str room_id,
                          int64_t seq);

/* A cursor of this room or an RFC 3339 time; absent text is no place. False: neither, and the field
 * was rejected with INVALID_CURSOR. */
must_use bool message_place_from(struct gql_field *f, const char *argument, struct str room_id,
                                 struct str text, struct message_place *ret_place);

/* False: no room can have such an id, and the field was rejected. */
must_use bool message_room_id(struct gql_field *f, struct str room_id);
