#include "net/packing.h"

#include "base/mem.h"

enum {
    SMALLEST = 256, /* bytes, below which a message is not worth it */
};

struct packing {
    struct deflate *deflate;
    struct deflate_reader *spare; /* most messages come whole: one is all that it takes */
    struct frame *result;         /* packed last; or NULL */
    struct frame *part;           /* what became of it; NULL: it gained nothing */
};

struct packing *packing_new(void)
{
    struct packing *p = mem_new(struct packing);

    p->deflate = deflate_new();
    return p;
}

static void forget_result(struct packing *p)
{
    p->result = frame_unref(p->result);
    p->part = frame_unref(p->part);
}

void packing_free(struct packing *p)
{
    if (!p)
        return;
    forget_result(p);
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

struct frame *packing_part(struct packing *p, struct frame *result)
{
    if (result->n < SMALLEST)
        return NULL; /* and the one that was packed last is still remembered */
    if (p->result == result)
        return p->part;
    forget_result(p);
    p->result = frame_ref(result);
    p->part = part_of(p, frame_str(result));
    return p->part;
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
