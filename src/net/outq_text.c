#include "net/outq_text.h"

#include "base/mem.h"

void outq_stencil_done(struct outq_stencil *s)
{
    frame_unref(s->run.first);
    mem_free(s->bytes);
    *s = (struct outq_stencil){0};
}

static size_t text_length(const struct outq_envelope *e, size_t id_n, size_t payload_n)
{
    return e->before_id.n + id_n + e->before_payload.n + payload_n + e->behind_payload.n;
}

size_t outq_text_length(const struct outq_envelope *envelope, size_t id_n, size_t payload_n)
{
    size_t n = text_length(envelope, id_n, payload_n);
    char head[WS_HEAD_MAX];

    return ws_frame_head(WS_TEXT, false, n, head) + n;
}

static char *put(char *to, struct str bytes)
{
    if (bytes.n)
        memcpy(to, bytes.p, bytes.n);
    return to + bytes.n;
}

size_t outq_text_write(const struct outq_envelope *envelope, struct str id, struct str payload,
                       char *to)
{
    char *at = to;

    at += ws_frame_head(WS_TEXT, false, text_length(envelope, id.n, payload.n), at);
    at = put(at, envelope->before_id);
    at = put(at, id);
    at = put(at, envelope->before_payload);
    at = put(at, payload);
    at = put(at, envelope->behind_payload);
    return (size_t)(at - to);
}

static bool is_of(const struct outq_stencil *s, const struct outq_run *run, size_t id_n)
{
    return s->run.first == run->first && s->run.last == run->last &&
           s->run.envelope == run->envelope && s->id_n == id_n;
}

/* Without the stencil itself, which is made when the same is asked for again. */
static void begin(struct outq_stencil *s, const struct outq_run *run, size_t id_n)
{
    frame_unref(s->run.first);
    s->run = *run;
    s->run.first = frame_ref(run->first);
    s->id_n = id_n;
    s->n = 0;
}

/* False: it would become too large. */
static bool add(struct outq_stencil *s, struct str id, struct str payload)
{
    const struct outq_envelope *e = s->run.envelope;
    size_t n = outq_text_length(e, id.n, payload.n);

    if (s->n_ids == OUTQ_STENCIL_MOST || n > OUTQ_STENCIL_BYTES - s->n)
        return false;
    outq_text_write(e, id, payload, s->bytes + s->n);
    s->ids[s->n_ids++] = s->n + n - id.n - e->before_payload.n - payload.n - e->behind_payload.n;
    s->n += n;
    return true;
}

static void make(struct outq_stencil *s, struct str id)
{
    struct frame *f = s->run.first;
    bool fits;

    if (!s->bytes)
        s->bytes = mem_zalloc(OUTQ_STENCIL_BYTES);
    s->n_ids = 0;
    while ((fits = add(s, id, frame_str(f))) && f != s->run.last)
        f = f->behind;
    if (!fits)
        s->n = SIZE_MAX;
}

size_t outq_stencil_write(struct outq_stencil *s, const struct outq_run *run, struct str id,
                          char *to, size_t room)
{
    if (!is_of(s, run, id.n)) {
        if (!frame_is_alone(run->first))
            begin(s, run, id.n);
        return 0;
    }
    if (!s->n)
        make(s, id);
    if (s->n > room)
        return 0;
    memcpy(to, s->bytes, s->n);
    for (size_t i = 0; i < s->n_ids; i++)
        memcpy(to + s->ids[i], id.p, id.n);
    return s->n;
}
