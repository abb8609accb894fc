#pragma once

/*
 * The way of a message from its sender's loop to its room's, and back.
 */

#include "store/writer.h"

/* The writer's: on the room's loop. */
void send_on_written(struct writer_call *call);
