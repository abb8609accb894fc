/*
 * The first bytes of a connection behind a proxy: what is taken is within the bytes, and was not
 * taken from fewer.
 */

#include <assert.h>

#include "net/proxy_protocol.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = str_of((const char *)data, size);
    struct proxy_header h, again;
    char scratch[NET_ADDRESS_MAX];

    if (proxy_header_parse(in, &h) != PROXY_OK)
        return 0;
    assert(h.n > 0 && h.n <= size && h.n <= PROXY_HEADER_MAX);
    if (h.is_proxied)
        net_address_format(&h.client, scratch);
    assert(proxy_header_parse(str_of(in.p, h.n - 1), &again) == PROXY_MORE);
    assert(proxy_header_parse(str_of(in.p, h.n), &again) == PROXY_OK && again.n == h.n);
    return 0;
}
