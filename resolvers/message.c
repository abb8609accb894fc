#include "resolvers/message.h"

#include "base/clock.h"
#include "gen/schema_gen.h"
#include "store/cursor.h"
#include "store/room.h"

enum {
    LARGEST_KEPT_PAGE = 64 * 1024,
};

struct str message_cursor(struct arena *a, const struct context *c, struct str room_id, int64_t seq)
{
    char *cursor = arena_alloc(a, CURSOR_LENGTH);

    cursor_make(c->store, c->caller.tenant, room_id, seq, cursor);
    return str_of(cursor, CURSOR_LENGTH);
}

bool message_place_from(struct gql_field *f, const char *argument, struct str room_id,
                        struct str text, struct message_place *ret_place)
{
    struct context *c = context_of(f);
    struct message_place place = {.kind = MESSAGE_PLACE_NONE};

    if (!text.p) {
        *ret_place = place;
        return true;
    }
    if (cursor_read(c->store, c->caller.tenant, room_id, text, &place.seq)) {
        place.kind = MESSAGE_PLACE_SEQ;
    } else if (clock_parse(text, &place.ts)) {
        place.kind = MESSAGE_PLACE_TIME;
    } else {
        gql_reject_argument(f, ST_BAD_CURSOR, argument,
                            "%s is neither a cursor of this room nor an RFC 3339 time.", argument);
        return false;
    }
    *ret_place = place;
    return true;
}

bool message_room_id(struct gql_field *f, struct str room_id)
{
    if (room_id_is_valid(room_id))
        return true;
    gql_reject_argument(f, ST_BAD_INPUT, "roomId",
                        "roomId must be 1 to 128 characters of A-Z a-z 0-9 _ - . : #.");
    return false;
}

/* Messages side by side are a page's, which leaves out none between its first and its last: those
 * two say which they are. False: they were read from the log. */
static bool key_of(const void *const *messages, size_t n, uint64_t selection,
                   struct rendered_key *ret_key)
{
    const struct message *first = messages[0], *last = messages[n - 1];

    *ret_key = (struct rendered_key){
        .group = selection, .first = (int64_t)first->number, .last = (int64_t)last->number};
    return first->number && last->number;
}

static struct str recall(void *context, const void *const *messages, size_t n, uint64_t selection)
{
    const struct context *c = context;
    struct rendered_key key;
    struct str kept;

    if (!key_of(messages, n, selection, &key))
        return STR_NULL;
    kept = rendered_peek(c->rendered, key);
    return kept.n ? kept : STR_NULL;
}

/* A page that is asked for once leaves its messages what room there is: what stands for it is empty,
 * and takes up a slot alone, until it is asked for again. */
static bool is_worth_keeping(const struct context *c, struct rendered_key key, size_t n,
                             struct str json)
{
    return n == 1 || (json.n <= LARGEST_KEPT_PAGE && rendered_peek(c->rendered, key).p);
}

static void keep(void *context, const void *const *messages, size_t n, uint64_t selection,
                 struct str json)
{
    const struct context *c = context;
    struct rendered_key key;
    struct frame *frame;

    if (!key_of(messages, n, selection, &key))
        return;
    frame = frame_new(is_worth_keeping(c, key, n, json) ? json : STR(""));
    rendered_put(c->rendered, key, frame);
    frame_unref(frame);
}

struct gql_memo message_memo(const struct gql_schema *schema)
{
    return (struct gql_memo){
        .type = gql_schema_type(schema, STR("Message")), .recall = recall, .keep = keep};
}

static const void *cursor_of(struct arena *a, void *context, const void *parent)
{
    const struct message *m = parent;
    struct str *cursor = arena_new(a, struct str);

    *cursor = message_cursor(a, context, m->room_id, m->seq);
    return cursor;
}

static const void *guild_id_of(struct arena *a, void *context, const void *parent)
{
    const struct message *m = parent;
    struct str *guild_id = arena_new(a, struct str);

    *guild_id = room_guild_id(m->room_id);
    return guild_id;
}

static const void *room_type_of(struct arena *a, void *context, const void *parent)
{
    static const int guild = ROOM_TYPE_GUILD, general = ROOM_TYPE_GENERAL;
    const struct message *m = parent;

    return room_table(m->room_id) == ROOM_TABLE_GUILD ? &guild : &general;
}

static const void *type_of(struct arena *a, void *context, const void *parent)
{
    static const struct str type = STR_INIT("Message");

    return &type;
}

/* Only its sender sees it. */
static const void *idempotency_key_of(struct arena *a, void *context, const void *parent)
{
    const struct context *c = context;
    const struct message *m = parent;

    if (!c->viewer || !str_eq(c->viewer->user_id, m->sender_id))
        return NULL;
    return &m->idempotency_key;
}

const struct gql_leaf message_leaves[] = {
    GQL_LEAF("id", struct message, id),
    GQL_LEAF("roomId", struct message, room_id),
    GQL_LEAF_COMPUTED("guildId", GQL_C_STR, guild_id_of),
    GQL_LEAF("senderId", struct message, sender_id),
    GQL_LEAF("text", struct message, text),
    GQL_LEAF("ts", struct message, ts),
    GQL_LEAF_COMPUTED("type", GQL_C_STR, type_of),
    GQL_LEAF_COMPUTED("roomType", GQL_C_ENUM, room_type_of),
    GQL_LEAF("seq", struct message, seq),
    GQL_LEAF_COMPUTED("cursor", GQL_C_STR, cursor_of),
    GQL_LEAF_PER_VIEWER("idempotencyKey", GQL_C_STR, idempotency_key_of),
    GQL_LEAVES_END,
};
