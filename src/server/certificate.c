#include "server/certificate.h"

#include "audit/audit.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/mailbox.h"

enum status certificate_read(const struct config *config, struct tls_certificate **ret_certificate,
                             struct tls_error *ret_error)
{
    if (config->tls_certificate.n)
        return tls_certificate_read(config->tls_certificate, config->tls_key, ret_certificate,
                                    ret_error);
    *ret_certificate = NULL;
    return ST_OK;
}

/* On its way to a worker. */
struct renewal {
    struct mailbox_letter letter;
    struct worker *worker;
    struct tls_certificate *certificate;
};

static void on_renewal(struct mailbox_letter *letter)
{
    struct renewal *r = container_of(letter, struct renewal, letter);

    if (r->worker->net)
        net_renew_certificate(r->worker->net, r->certificate);
    tls_certificate_unref(r->certificate);
    mem_free(r);
}

static void post(struct worker *w, struct tls_certificate *certificate)
{
    struct renewal *r = mem_new(struct renewal);

    r->worker = w;
    r->certificate = tls_certificate_ref(certificate);
    mailbox_post(w->loop.mailbox, &r->letter, on_renewal);
}

void certificate_reload(struct worker *workers, size_t n)
{
    struct tls_certificate *certificate;
    struct tls_error error;

    if (certificate_read(workers[0].config, &certificate, &error) != ST_OK) {
        log_error("certificate_not_reloaded", LOG_STR("why", str_c(error.text)),
                  LOG_STR("meanwhile", STR("the certificate of before is used")));
        audit_write(workers[0].audit, "reloadCertificate", ST_BAD_INPUT, LOG_FIELDS());
        return;
    }
    if (!certificate)
        return;
    for (size_t i = 0; i < n; i++)
        post(&workers[i], certificate);
    tls_certificate_unref(certificate);
    log_info("certificate_reloaded");
    audit_write(workers[0].audit, "reloadCertificate", ST_OK, LOG_FIELDS());
}
