#include "server/pages.h"

#include "gen/schema_gen.h"
#include "server/demo.h"
#include "server/operators.h"
#include "server/web.h"

static const char TEXT[] = "text/plain; charset=utf-8";

static struct net_page version(struct worker *w, struct buf *scratch)
{
    struct json_out j = {.out = scratch};

    json_out_begin_object(&j);
    json_out_key(&j, STR("version"));
    json_out_str(&j, w->facts.version);
    json_out_key(&j, STR("schemaHash"));
    json_out_str(&j, w->facts.schema_hash);
    if (w->config->n_demo_users) {
        json_out_key(&j, STR("demo"));
        json_out_bool(&j, true);
    }
    json_out_end_object(&j);
    return (struct net_page){
        .status = 200, .content_type = "application/json", .body = buf_str(scratch)};
}

/* A page asks nobody for a token: it is there where introspection does not either. */
static struct net_page schema(struct worker *w, struct buf *scratch)
{
    if (w->config->introspection != CONFIG_INTROSPECTION_ON)
        return (struct net_page){
            .status = 403, .content_type = TEXT, .body = STR("introspection is not open to all\n")};
    return (struct net_page){.status = 200, .content_type = TEXT, .body = schema_sdl};
}

bool pages_get(void *worker, const struct net_address *client, const struct http_head *head,
               struct buf *scratch, struct net_page *ret_page)
{
    static const struct {
        struct str path;
        struct net_page (*page)(struct worker *w, struct buf *scratch);
    } pages[] = {
        {STR_INIT("/version"), version},
        {STR_INIT("/schema.graphql"), schema},
    };
    const struct worker *w = worker;

    for (size_t i = 0; i < array_size(pages); i++) {
        if (!str_eq(head->path, pages[i].path))
            continue;
        *ret_page = pages[i].page(worker, scratch);
        return true;
    }
    if (operators_get_public(worker, head, scratch, ret_page))
        return true;
    if (str_eq(head->path, STR("/demo/tokens")))
        return demo_tokens(w->config, client, head, scratch, ret_page);
    return web_get(w->config, head, scratch, ret_page);
}
