#include "base/status.h"
#include "server/web_asset.h"
#include "tests/lib/test.h"

/* tools/web/without.c, whatever this build has in its place. */

static const struct web_asset *find(struct str path)
{
    for (size_t i = 0; i < n_web_assets; i++)
        if (str_eq(web_assets[i].path, path))
            return &web_assets[i];
    return NULL;
}

static void every_page_says_how_to_get_the_real_one(void **state)
{
    static const struct str pages[] = {STR_INIT("/graphiql"), STR_INIT("/chat")};

    for (size_t i = 0; i < array_size(pages); i++) {
        const struct web_asset *page = find(pages[i]);

        assert_non_null(page);
        assert_string_equal(page->type, "text/html; charset=utf-8");
        assert_non_null(strstr(page->identity.p, "tools/dev build"));
        assert_true(strlen(page->identity.p) == page->identity.n);
        assert_null(strstr(page->identity.p, "style"));
        assert_null(strstr(page->identity.p, "<script"));
    }
}

int main(void)
{
    return RUN(test(every_page_says_how_to_get_the_real_one));
}
