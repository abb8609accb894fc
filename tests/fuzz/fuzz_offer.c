/*
 * Handshakes: whatever path, query, names and headers come, the offer is read, and what it shows is
 * text.
 */

#include <assert.h>

#include "base/mem.h"
#include "net/offer.h"
#include "tests/fuzz/fuzz.h"

static const struct http_head_limits widest = {HTTP_HEAD_MAX, HTTP_FIELDS_MAX};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct http1_head head;
    struct http1_wrong wrong;
    struct offer offer;
    size_t length;

    if (http1_head_parse(str_of(data, size), &widest, &head, &length, &wrong) != HTTP1_OK ||
        !offer_is_made(&head))
        return 0;
    offer_read(&head, size % 2, &offer);
    assert(offer.dialect);
    for (const struct json_value *m = json_value_first(offer.shown); m; m = m->next)
        assert(m->kind == JSON_VALUE_STRING && str_is_utf8(m->text));
    mem_free(offer.shown);
    return 0;
}
