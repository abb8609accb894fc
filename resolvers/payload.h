#pragma once

/*
 * What the mutations of rooms and guilds answer: one struct for all their payload types.
 */

#include "store/room.h"

struct payload {
    const struct room *room;
    const struct guild *guild;
    struct str room_id;
    bool created;
};
