#include "loop/mailbox.h"

#include <pthread.h>

#include "base/mem.h"
#include "loop/loop.h"

struct mailbox {
    pthread_mutex_t lock;
    struct list letters; /* under the lock */
    uv_async_t bell;
};

static void deliver(struct mailbox *m)
{
    struct list now;

    list_init(&now);
    pthread_mutex_lock(&m->lock);
    list_move_all(&m->letters, &now);
    pthread_mutex_unlock(&m->lock);
    while (!list_empty(&now)) {
        struct mailbox_letter *letter = list_first(&now, struct mailbox_letter, link);
        list_remove(&letter->link);
        letter->fn(letter);
    }
}

static void on_bell(uv_async_t *bell)
{
    deliver(bell->data);
}

struct mailbox *mailbox_new(struct loop *l)
{
    struct mailbox *m = mem_new(struct mailbox);

    pthread_mutex_init(&m->lock, NULL);
    list_init(&m->letters);
    uv_async_init(&l->uv, &m->bell, on_bell);
    m->bell.data = m;
    return m;
}

void mailbox_close(struct mailbox *m)
{
    uv_close((uv_handle_t *)&m->bell, NULL);
}

void mailbox_free(struct mailbox *m)
{
    deliver(m);
    pthread_mutex_destroy(&m->lock);
    mem_free(m);
}

void mailbox_post(struct mailbox *m, struct mailbox_letter *letter, mailbox_fn *fn)
{
    bool first;

    letter->fn = fn;
    pthread_mutex_lock(&m->lock);
    first = list_empty(&m->letters);
    list_append(&m->letters, &letter->link);
    pthread_mutex_unlock(&m->lock);
    if (first)
        uv_async_send(&m->bell);
}
