#include "net/packing.h"

#include "base/mem.h"

enum {
    SMALLEST = 256, /* bytes, below which a message is not worth it */
};

struct packed {
    struct frame *result; /* NULL: none */
    struct frame *part;   /* what became of it; NULL: it gained nothing */
};

struct packing {
    struct deflate *deflate;
    struct deflate_reader *spare; /* most messages come whole: one is all that it takes */
    struct packed remembered[PACKING_REMEMBERED]; /* a ring */
    size_t newest;
    size_t asked; /* for last */
    size_t bytes; /* of the results */
};

struct packing *packing_new(void)
{
    struct packing *p = mem_new(struct packing);

    p->deflate = deflate_new();
    return p;
}

static void forget(struct packing *p, struct packed *k)
{
    if (k->result)
        p->bytes -= k->result->n;
    k->result = frame_unref(k->result);
    k->part = frame_unref(k->part);
}

static void forget_all(struct packing *p)
{
    for (size_t i = 0; i < PACKING_REMEMBERED; i++)
        forget(p, &p->remembered[i]);
}

void packing_free(struct packing *p)
{
    if (!p)
        return;
    forget_all(p);
    deflate_reader_free(p->spare);
    deflate_free(p->deflate);
    mem_free(p);
}

bool packing_message(struct packing *p, struct str message, struct buf *out)
{
    if (message.n < SMALLEST)
        return false;
    deflate_pack(p->deflate, message, out);
    return !buf_overflowed(out);
}

static struct frame *part_of(struct packing *p, struct str result)
{
    struct frame *part = NULL;
    struct buf out;

    buf_init(&out, result.n);
    deflate_part(p->deflate, result, &out);
    if (!buf_overflowed(&out))
        part = frame_new(buf_str(&out));
    buf_done(&out);
    return part;
}

/* Subscribers ask for the same ones in the same order: the next is most often the one. */
static struct packed *find(struct packing *p, const struct frame *result)
{
    for (size_t i = 1; i <= PACKING_REMEMBERED; i++) {
        size_t at = (p->asked + i) % PACKING_REMEMBERED;

        if (p->remembered[at].result == result) {
            p->asked = at;
            return &p->remembered[at];
        }
    }
    return NULL;
}

static struct packed *remember(struct packing *p, struct frame *result)
{
    struct packed *k;

    if (p->bytes + result->n > PACKING_BYTES)
        forget_all(p);
    p->newest = p->asked = (p->newest + 1) % PACKING_REMEMBERED;
    k = &p->remembered[p->newest];
    forget(p, k);
    k->result = frame_ref(result);
    k->part = part_of(p, frame_str(result));
    p->bytes += result->n;
    return k;
}

struct frame *packing_part(struct packing *p, struct frame *result)
{
    struct packed *k;

    if (result->n < SMALLEST)
        return NULL; /* and those that were packed are still remembered */
    k = find(p, result);
    return (k ? k : remember(p, result))->part;
}

struct deflate_reader *packing_lend(struct packing *p)
{
    struct deflate_reader *r = p->spare ? p->spare : deflate_reader_new();

    p->spare = NULL;
    deflate_read_begin(r);
    return r;
}

void packing_take_back(struct packing *p, struct deflate_reader *r)
{
    if (!r)
        return;
    if (p->spare)
        deflate_reader_free(r);
    else
        p->spare = r;
}
