#include "net/proxy_protocol.h"

#include "tests/lib/test.h"

#define V2 "\r\n\r\n\0\r\nQUIT\n"

static struct proxy_header header;

static enum proxy_parse parse(struct str in)
{
    return proxy_header_parse(in, &header);
}

static struct str client(void)
{
    static char scratch[NET_ADDRESS_MAX];

    return header.is_proxied ? net_address_format(&header.client, scratch) : STR("none");
}

/* Whatever is cut off asks for more, and the whole is taken to its last byte. */
static void check_whole(struct str in)
{
    char longer[256];

    for (size_t n = 0; n < in.n; n++)
        assert_int_equal(parse(str_of(in.p, n)), PROXY_MORE);
    memcpy(longer, in.p, in.n);
    memcpy(longer + in.n, "GET", 3);
    assert_int_equal(parse(str_of(longer, in.n + 3)), PROXY_OK);
    assert_int_equal(header.n, in.n);
}

static void the_line_of_version_1_is_read(void **state)
{
    check_whole(STR("PROXY TCP4 198.51.100.1 192.0.2.1 35000 443\r\n"));
    assert_str(client(), "198.51.100.1");
    check_whole(STR("PROXY TCP6 2001:db8::1 2001:db8::2 35000 443\r\n"));
    assert_str(client(), "2001:db8::1");
}

static void an_unknown_client_is_taken_without_an_address(void **state)
{
    check_whole(STR("PROXY UNKNOWN\r\n"));
    assert_str(client(), "none");
    check_whole(STR("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"));
    assert_str(client(), "none");
}

static void the_bytes_of_version_2_are_read(void **state)
{
    check_whole(STR(V2 "\x21\x11\0\x0c\xc6\x33\x64\x01\xc0\x00\x02\x01\x88\xb8\x01\xbb"));
    assert_str(client(), "198.51.100.1");
    check_whole(STR(V2 "\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01"
                       "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x02\x88\xb8\x01\xbb"));
    assert_str(client(), "2001:db8::1");
}

static void what_follows_the_addresses_of_version_2_is_read_over(void **state)
{
    check_whole(STR(V2 "\x21\x11\0\x11\xc6\x33\x64\x01\xc0\x00\x02\x01\x88\xb8\x01\xbb"
                       "\x04\0\x02zz"));
    assert_str(client(), "198.51.100.1");
}

static void a_health_check_of_the_proxy_itself_has_no_client(void **state)
{
    check_whole(STR(V2 "\x20\x00\0\0"));
    assert_str(client(), "none");
    check_whole(STR(V2 "\x21\x31\0\x02zz"));
    assert_str(client(), "none");
}

static void anything_else_is_refused_at_its_first_wrong_byte(void **state)
{
    static const struct str bad[] = {
        STR_INIT("G"),
        STR_INIT("PROXZ"),
        STR_INIT("\r\n\r\nX"),
        STR_INIT("PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n"),
        STR_INIT("PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n"),
        STR_INIT("PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n"),
        STR_INIT("PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n"),
        STR_INIT("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n"),
        STR_INIT(V2 "\x11\x11\0\x0c"),
        STR_INIT(V2 "\x22\x11\0\x0c"),
        STR_INIT(V2 "\x21\x11\x04\x00"),
        STR_INIT(V2 "\x21\x11\0\x04\x01\x02\x03\x04"),
    };
    char line[128];

    for (size_t i = 0; i < array_size(bad); i++)
        assert_int_equal(parse(bad[i]), PROXY_BAD);
    memset(line, ' ', sizeof(line));
    memcpy(line, "PROXY", 5);
    assert_int_equal(parse(str_of(line, 106)), PROXY_MORE);
    assert_int_equal(parse(str_of(line, 107)), PROXY_BAD);
}

int main(void)
{
    return RUN(test(the_line_of_version_1_is_read),
               test(an_unknown_client_is_taken_without_an_address),
               test(the_bytes_of_version_2_are_read),
               test(what_follows_the_addresses_of_version_2_is_read_over),
               test(a_health_check_of_the_proxy_itself_has_no_client),
               test(anything_else_is_refused_at_its_first_wrong_byte));
}
