#include "store/room.h"

static const struct str guild_prefix = STR_INIT("GUILD#");

enum room_table room_table(struct str room_id)
{
    return str_starts(room_id, guild_prefix) ? ROOM_TABLE_GUILD : ROOM_TABLE_CORE;
}

struct str room_guild_id(struct str room_id)
{
    struct str rest;

    if (room_table(room_id) != ROOM_TABLE_GUILD)
        return STR_NULL;
    rest = str_of(room_id.p + guild_prefix.n, room_id.n - guild_prefix.n);
    return str_of(rest.p, str_find(rest, '#'));
}

static bool may_stand_in_room_id(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':' || c == '#';
}

bool room_id_is_valid(struct str room_id)
{
    if (room_id.n < 1 || room_id.n > ROOM_ID_LONGEST)
        return false;
    for (size_t i = 0; i < room_id.n; i++)
        if (!may_stand_in_room_id(room_id.p[i]))
            return false;
    return true;
}

bool user_id_is_valid(struct str user_id)
{
    size_t n = 0;

    if (user_id.n > (size_t)USER_ID_LONGEST * 4 || !str_is_utf8(user_id))
        return false;
    for (size_t at = 0; at < user_id.n; n++) {
        uint32_t cp = str_next_code_point(user_id, &at);

        if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
            return false;
    }
    return n >= 1 && n <= USER_ID_LONGEST;
}

bool guild_id_is_valid(struct str guild_id)
{
    return guild_id.n <= GUILD_ID_LONGEST && str_find(guild_id, '#') == guild_id.n &&
           room_id_is_valid(guild_id);
}
