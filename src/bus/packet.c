#include "bus/packet.h"

#include <string.h>

#include "base/mem.h"

enum {
    MOST_PACKETS = 256, /* two mebibytes at most */
};

void packet_queue_init(struct packet_queue *q)
{
    list_init(&q->packets);
    q->n = 0;
}

void packet_queue_done(struct packet_queue *q)
{
    for (struct packet *p = packet_queue_take(q); p; p = packet_queue_take(q))
        mem_free(p);
}

bool packet_queue_add(struct packet_queue *q, struct str packet)
{
    struct packet *p;

    if (q->n == MOST_PACKETS)
        return false;
    p = mem_zalloc(sizeof(*p) + packet.n);
    p->n = packet.n;
    memcpy(p->bytes, packet.p, packet.n);
    list_append(&q->packets, &p->link);
    q->n++;
    return true;
}

struct packet *packet_queue_take(struct packet_queue *q)
{
    struct packet *p;

    if (list_empty(&q->packets))
        return NULL;
    p = list_first(&q->packets, struct packet, link);
    list_remove(&p->link);
    q->n--;
    return p;
}
