#include "net/upgrade.h"

#include <libwebsockets.h>

enum {
    KEY_LENGTH = 24,
    SHA1_LENGTH = 20,
    ACCEPT_ROOM = 40 /* 28 characters; libwebsockets wants more room than it uses */
};

static const struct str guid = STR_INIT("258EAFA5-E914-47DA-95CA-C5AB0DC85B11");

bool upgrade_asked(const struct http1_head *h)
{
    return http_list_has(&h->request, STR("Upgrade"), STR("websocket")) ||
           http_field(&h->request, STR("Sec-WebSocket-Key")).p;
}

static bool wrong(struct http1_wrong *ret, int status, struct str reason)
{
    *ret = (struct http1_wrong){status, reason};
    return false;
}

static bool is_base64_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/';
}

/* Sixteen bytes in base64: 22 characters, then two signs of padding. */
static bool is_key(struct str key)
{
    if (key.n != KEY_LENGTH || key.p[KEY_LENGTH - 1] != '=' || key.p[KEY_LENGTH - 2] != '=')
        return false;
    for (size_t i = 0; i < KEY_LENGTH - 2; i++)
        if (!is_base64_char(key.p[i]))
            return false;
    return true;
}

bool upgrade_check(const struct http1_head *h, struct http1_wrong *ret_wrong)
{
    if (!str_eq(h->request.method, STR("GET")) || !h->http_1_1)
        return wrong(ret_wrong, 400, STR("A WebSocket is opened with GET over HTTP/1.1."));
    if (h->request.has_body)
        return wrong(ret_wrong, 400, STR("A WebSocket's handshake has no body."));
    if (!http_list_has(&h->request, STR("Upgrade"), STR("websocket")) ||
        !http_list_has(&h->request, STR("Connection"), STR("upgrade")))
        return wrong(ret_wrong, 400,
                     STR("A WebSocket's handshake needs Upgrade and Connection: Upgrade."));
    if (!str_eq(http_field(&h->request, STR("Sec-WebSocket-Version")), STR("13")))
        return wrong(ret_wrong, 426, STR("Only version 13 of the WebSocket protocol is spoken."));
    if (!is_key(http_field(&h->request, STR("Sec-WebSocket-Key"))))
        return wrong(ret_wrong, 400, STR("Sec-WebSocket-Key is malformed."));
    return true;
}

bool upgrade_offers(const struct http1_head *h, struct str protocol)
{
    size_t at = 0;
    struct str list;

    while ((list = http_field_next(&h->request, STR("Sec-WebSocket-Protocol"), &at)).p)
        while (list.p)
            if (str_eq(str_trim(str_split(&list, ',')), protocol))
                return true;
    return false;
}

struct str upgrade_offered(const struct http1_head *h, struct str prefix)
{
    size_t at = 0;
    struct str list;

    while ((list = http_field_next(&h->request, STR("Sec-WebSocket-Protocol"), &at)).p) {
        while (list.p) {
            struct str name = str_trim(str_split(&list, ','));
            if (str_starts(name, prefix))
                return str_of(name.p + prefix.n, name.n - prefix.n);
        }
    }
    return STR_NULL;
}

static void accept_key(struct str key, char out[ACCEPT_ROOM])
{
    unsigned char joined[KEY_LENGTH + 36], sha1[SHA1_LENGTH];

    memcpy(joined, key.p, KEY_LENGTH);
    memcpy(joined + KEY_LENGTH, guid.p, guid.n);
    lws_SHA1(joined, sizeof(joined), sha1);
    lws_b64_encode_string((const char *)sha1, sizeof(sha1), out, ACCEPT_ROOM);
}

void upgrade_response(struct buf *out, const struct http1_head *h, struct str protocol,
                      struct str extensions)
{
    char accept[ACCEPT_ROOM];

    accept_key(http_field(&h->request, STR("Sec-WebSocket-Key")), accept);
    buf_printf(out,
               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n",
               accept);
    if (protocol.p)
        buf_printf(out, "Sec-WebSocket-Protocol: %.*s\r\n", STR_ARG(protocol));
    if (extensions.p)
        buf_printf(out, "Sec-WebSocket-Extensions: %.*s\r\n", STR_ARG(extensions));
    buf_add(out, STR("\r\n"));
}
