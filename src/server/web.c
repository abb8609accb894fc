#include "server/web.h"

#include "net/http_coding.h"
#include "server/web_asset.h"

#define POLICY_BASE                                                                                \
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; "               \
    "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "

/* GraphiQL's editor, Monaco, makes style elements of its own and has its font in its style sheet.
 */
static const struct str graphiql_policy =
    STR_INIT(POLICY_BASE "img-src 'self' data:; font-src 'self' data:; "
                         "style-src 'self' 'unsafe-inline'");
static const struct str chat_policy =
    STR_INIT(POLICY_BASE "img-src 'self' data:; font-src 'self'; style-src 'self'");

static bool has_graphiql(const struct config *c)
{
    return c->graphiql == CONFIG_PAGE_ON ||
           (c->graphiql == CONFIG_PAGE_AUTO &&
            (c->n_demo_users || c->introspection == CONFIG_INTROSPECTION_ON));
}

static bool has_chat(const struct config *c)
{
    return c->chat == CONFIG_PAGE_ON || (c->chat == CONFIG_PAGE_AUTO && c->n_demo_users);
}

static const struct web_asset *find(struct str path)
{
    for (size_t i = 0; i < n_web_assets; i++)
        if (str_eq(web_assets[i].path, path))
            return &web_assets[i];
    return NULL;
}

/* The shortest that the client takes; of two that it wants alike, br. */
static void choose_coding(const struct web_asset *asset, const struct http_head *head,
                          struct net_page *page)
{
    int br = asset->br.p ? http_coding_q(head, STR("br")) : 0;
    int gzip = asset->gzip.p ? http_coding_q(head, STR("gzip")) : 0;

    page->body = asset->identity;
    if (br > 0 && br >= gzip) {
        page->body = asset->br;
        page->coding = STR("br");
    } else if (gzip > 0) {
        page->body = asset->gzip;
        page->coding = STR("gzip");
    }
}

static bool serve(struct str path, struct str cache_control, struct str policy,
                  const struct http_head *head, struct buf *scratch, struct net_page *ret_page)
{
    const struct web_asset *asset = find(path);
    struct net_page page = {.status = 200,
                            .body_lasts = true,
                            .negotiated = true,
                            .cache_control = cache_control,
                            .policy = policy};

    if (!asset)
        return false;
    page.content_type = asset->type;
    choose_coding(asset, head, &page);
    buf_printf(scratch, "\"%.*s%s%.*s\"", STR_ARG(asset->tag), page.coding.n ? "-" : "",
               STR_ARG(page.coding));
    page.tag = buf_str(scratch);
    *ret_page = page;
    return true;
}

bool web_get(const struct config *config, const struct http_head *head, struct buf *scratch,
             struct net_page *ret_page)
{
    struct str path = head->path;
    bool graphiql = has_graphiql(config), chat = has_chat(config);

    if (graphiql && str_eq(path, STR("/graphiql")))
        return serve(path, STR("no-cache"), graphiql_policy, head, scratch, ret_page);
    /* Kept nowhere: at this address others are answered otherwise. */
    if (graphiql && str_eq(path, STR("/graphql")))
        return serve(STR("/graphiql"), STR_NULL, graphiql_policy, head, scratch, ret_page);
    if (chat && str_eq(path, STR("/chat")))
        return serve(path, STR("no-cache"), chat_policy, head, scratch, ret_page);
    if ((graphiql || chat) && str_starts(path, STR("/assets/")))
        return serve(path, STR("public, max-age=31536000, immutable"), STR_NULL, head, scratch,
                     ret_page);
    return false;
}
