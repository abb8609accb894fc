/*
 * The bytes of a connection, served by the transports with a toy behind them: as HTTP/1.1, or as
 * HTTP/2 where they begin as that does.
 */

#include "net/h2.h"
#include "tests/fuzz/connection.h"

static void begin_h2(struct conn *c)
{
    c->speaker->on_gone(c->user);
    h2_start(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str bytes = str_of(data, size);
    bool is_h2 = str_starts(bytes, STR("PRI * HTTP/2.0\r\n"));

    serve(bytes, PIECE, is_h2 ? begin_h2 : NULL);
    if (size <= DRIBBLE_MOST)
        serve(bytes, 1, is_h2 ? begin_h2 : NULL);
    return 0;
}
