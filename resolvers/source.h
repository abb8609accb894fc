#pragma once

/*
 * What a Subscription field follows: its resolver's answer, carried out by
 * server/subscription.c.
 */

#include "store/message.h"

struct source {
    struct str room_id;
    struct message_place since; /* MESSAGE_PLACE_NONE: from now on */
};
