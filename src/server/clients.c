#include "server/clients.h"

#include <pthread.h>

#include "base/mem.h"

struct clients {
    pthread_mutex_t lock;
    struct str schema_hash;                       /* borrowed */
    struct client_schemas rows[CLIENTS_MOST + 1]; /* the last one is for the others */
    size_t n;
};

struct clients *clients_new(struct str schema_hash)
{
    struct clients *c = mem_new(struct clients);

    c->schema_hash = schema_hash;
    pthread_mutex_init(&c->lock, NULL);
    memcpy(c->rows[CLIENTS_MOST].name, "other", sizeof("other"));
    return c;
}

void clients_free(struct clients *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    mem_free(c);
}

static struct client_schemas *row_of(struct clients *c, struct str name)
{
    struct client_schemas *row;

    if (name.n > CLIENTS_NAME_LENGTH || !str_is_utf8(name) || str_find(name, '\0') < name.n)
        return &c->rows[CLIENTS_MOST];
    for (size_t i = 0; i < c->n; i++)
        if (str_eq_c(name, c->rows[i].name))
            return &c->rows[i];
    if (c->n == CLIENTS_MOST)
        return &c->rows[CLIENTS_MOST];
    row = &c->rows[c->n++];
    memcpy(row->name, name.p, name.n);
    return row;
}

void clients_note(struct clients *c, struct str name, struct str shown_hash)
{
    struct client_schemas *row;

    if (!shown_hash.n)
        return;
    pthread_mutex_lock(&c->lock);
    row = row_of(c, name.n ? name : STR("unnamed"));
    if (str_eq(shown_hash, c->schema_hash))
        row->same++;
    else
        row->different++;
    pthread_mutex_unlock(&c->lock);
}

size_t clients_read(struct clients *c, struct client_schemas ret[CLIENTS_MOST + 1])
{
    const struct client_schemas *others = &c->rows[CLIENTS_MOST];
    size_t n;

    pthread_mutex_lock(&c->lock);
    n = c->n;
    memcpy(ret, c->rows, n * sizeof(*ret));
    if (others->same || others->different)
        ret[n++] = *others;
    pthread_mutex_unlock(&c->lock);
    return n;
}
