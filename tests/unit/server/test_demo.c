#include "server/demo.h"

#include "tests/lib/test.h"

static void names_of_the_loopback_are_known(void **state)
{
    static const char *const hosts[] = {"localhost",         "LocalHost:80", "127.0.0.1",
                                        "127.255.0.9:65535", "[::1]",        "[::1]:8080"};

    for (size_t i = 0; i < array_size(hosts); i++)
        assert_true(demo_is_loopback(str_c(hosts[i])));
}

static void all_others_are_strangers(void **state)
{
    static const char *const hosts[] = {"",
                                        "example.com",
                                        "localhost.",
                                        "localhost.example.com",
                                        "127.0.0.1.example.com",
                                        "126.0.0.1",
                                        "128.0.0.1",
                                        "127.1",
                                        "0177.0.0.1",
                                        "::1",
                                        "[::1",
                                        "[::1]x",
                                        "[::2]",
                                        "localhost:",
                                        "localhost:http",
                                        ":80",
                                        "127.0.0.1:80:",
                                        "[",
                                        "]",
                                        "127.0.0.1 "};

    for (size_t i = 0; i < array_size(hosts); i++)
        assert_false(demo_is_loopback(str_c(hosts[i])));
    assert_false(demo_is_loopback(STR_NULL));
    assert_false(demo_is_loopback(STR("127.0.0.1\0.example.com")));
}

int main(void)
{
    return RUN(test(names_of_the_loopback_are_known), test(all_others_are_strangers));
}
