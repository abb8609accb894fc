#include "server/reload.h"

#include "audit/audit.h"
#include "server/certificate.h"
#include "server/keys.h"
#include "server/live.h"

static void reopen_audit(struct audit_file *file)
{
    struct audit_error error;

    if (!file)
        return;
    if (audit_file_reopen(file, &error) == ST_OK)
        log_info("audit_log_reopened");
    else
        log_error("audit_log_not_reopened", LOG_STR("why", str_c(error.text)),
                  LOG_STR("meanwhile", STR("the file of before is written on")));
}

void reload_all(struct reload *r)
{
    reopen_audit(r->audit_file);
    live_reload(&r->live);
    keys_reload(&r->live.workers[0]);
    certificate_reload(r->live.workers, r->live.n);
}
