#include "store/boot.h"

#include <stdio.h>

#include "base/clock.h"
#include "pg/pg_value.h"
#include "store/sql.h"

/*
 * Everything stands in one schema: where the table `migration` is, or where it would be made. That
 * schema is named outright, because guildhall.send() needs a schema `guildhall`, and for a user of
 * that name "$user" in the search path would mean it from then on.
 */
#define SETTLE_SCHEMA                                                                              \
    "SELECT set_config('search_path', quote_ident(coalesce("                                       \
    "(SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"              \
    "  WHERE c.oid = to_regclass('migration')), current_schema())) || ', pg_temp', false)"

/* Who migrates holds this lock: "guildhal" in ASCII. */
#define MIGRATION_LOCK "7454421813613125996"

#define CREATE_TABLE                                                                               \
    "CREATE TABLE IF NOT EXISTS migration ("                                                       \
    " number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,"                       \
    " applied_at timestamptz NOT NULL DEFAULT now())"

static void close_connection(PGconn **pq)
{
    PQfinish(*pq);
}

static void close_result(PGresult **result)
{
    PQclear(*result);
}

#define owned_connection __attribute__((cleanup(close_connection))) PGconn
#define owned_result     __attribute__((cleanup(close_result))) PGresult

static enum status fail(struct boot_error *error, enum status status, const char *format, ...)
    printf_like(3, 4);

static enum status fail(struct boot_error *error, enum status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    return status;
}

/* libpq's messages end in a newline. */
static int length_of(const char *message)
{
    size_t n = strlen(message);

    while (n > 0 && (message[n - 1] == '\n' || message[n - 1] == ' '))
        n--;
    return (int)n;
}

static enum status fail_with_message(struct boot_error *error, enum status status, const char *what,
                                     const PGconn *pq)
{
    const char *why = PQerrorMessage(pq);

    return fail(error, status, "%s: %.*s", what, length_of(why), why);
}

static enum status boot_open(struct str conninfo, PGconn **ret_pq, struct boot_error *error)
{
    struct arena a;
    PGconn *pq;

    arena_init(&a);
    {
        const char *const keys[] = {"connect_timeout", "dbname", "fallback_application_name",
                                    "client_encoding", NULL};
        const char *const values[] = {"10", arena_str(&a, conninfo).p, "guildhall start", "UTF8",
                                      NULL};
        pq = PQconnectdbParams(keys, values, 1);
    }
    arena_done(&a);
    if (PQstatus(pq) != CONNECTION_OK) {
        enum status st = fail_with_message(error, ST_UNAVAILABLE,
                                           "cannot reach the database (is PostgreSQL running, and "
                                           "does the database URL name it?)",
                                           pq);
        PQfinish(pq);
        return st;
    }
    *ret_pq = pq;
    return ST_OK;
}

static enum status run(PGconn *pq, const char *sql, const char *what, struct boot_error *error)
{
    owned_result *result = PQexec(pq, sql);
    ExecStatusType status = PQresultStatus(result);

    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
        return ST_OK;
    return fail_with_message(error, ST_FAULT, what, pq);
}

/* --- migrations */

static enum status check_one(const PGresult *applied, int row, struct boot_error *error)
{
    const char *name = PQgetvalue(applied, row, 1);
    int64_t number;

    if (!str_to_i64(str_c(PQgetvalue(applied, row, 0)), &number) || number > SQL_MIGRATIONS)
        return fail(error, ST_CONFLICT,
                    "the database has migration %s, which this program does not know: it "
                    "was migrated by a newer guildhall; run that version, or a later one",
                    name);
    if (number != row + 1)
        return fail(error, ST_CONFLICT,
                    "migration %04d is not recorded in the table `migration` although %s is: the "
                    "table was changed by hand; restore it from a backup",
                    row + 1, name);
    if (strcmp(PQgetvalue(applied, row, 2), sql_migrations[number - 1].sha256) != 0)
        return fail(error, ST_CONFLICT,
                    "migration %s was changed after it was applied to this database (checksum "
                    "%.12s there, %.12s here); run the guildhall that it was applied with, and "
                    "put changes into a new migration",
                    name, PQgetvalue(applied, row, 2), sql_migrations[number - 1].sha256);
    return ST_OK;
}

/* How many are applied; that they are ours. */
static enum status check_applied(PGconn *pq, int *ret_applied, struct boot_error *error)
{
    owned_result *applied = PQexec(pq, "SELECT number, name, sha256 FROM migration ORDER BY 1");

    if (PQresultStatus(applied) != PGRES_TUPLES_OK)
        return fail_with_message(error, ST_FAULT, "cannot read the table `migration`", pq);
    for (int row = 0; row < PQntuples(applied); row++) {
        enum status st = check_one(applied, row, error);
        if (st != ST_OK)
            return st;
    }
    *ret_applied = PQntuples(applied);
    return ST_OK;
}

static enum status record(PGconn *pq, const struct sql_migration *m, struct boot_error *error)
{
    char number[16];
    const char *values[] = {number, m->name, m->sha256};

    snprintf(number, sizeof(number), "%d", m->number);
    owned_result *result =
        PQexecParams(pq, "INSERT INTO migration (number, name, sha256) VALUES ($1, $2, $3)", 3,
                     NULL, values, NULL, NULL, 0);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return fail_with_message(error, ST_FAULT, "cannot record a migration", pq);
    return ST_OK;
}

static enum status apply(PGconn *pq, const struct sql_migration *m, struct boot_error *error)
{
    char what[128];
    enum status st = run(pq, "BEGIN", "cannot begin a transaction", error);

    snprintf(what, sizeof(what), "migration %s failed and was rolled back", m->name);
    if (st == ST_OK)
        st = run(pq, m->text, what, error);
    if (st == ST_OK)
        st = record(pq, m, error);
    if (st == ST_OK)
        st = run(pq, "COMMIT", what, error);
    return st;
}

enum status boot_migrate(struct str conninfo, unsigned *ret_applied, struct boot_error *ret_error)
{
    owned_connection *pq = NULL;
    int applied = 0;
    unsigned n = 0;
    enum status st = boot_open(conninfo, &pq, ret_error);

    /* The lock ends with the connection. */
    if (st == ST_OK)
        st = run(pq, "SELECT pg_advisory_lock(" MIGRATION_LOCK ")",
                 "cannot take the lock for migrations", ret_error);
    if (st == ST_OK)
        st = run(pq, SETTLE_SCHEMA, "cannot look for the schema", ret_error);
    if (st == ST_OK)
        st = run(pq, "SET client_min_messages = warning; " CREATE_TABLE,
                 "cannot make the table `migration` (the user needs CREATE on the schema)",
                 ret_error);
    if (st == ST_OK)
        st = check_applied(pq, &applied, ret_error);
    for (int i = applied; st == ST_OK && i < SQL_MIGRATIONS; i++) {
        st = apply(pq, &sql_migrations[i], ret_error);
        n += st == ST_OK;
    }
    if (st == ST_OK)
        *ret_applied = n;
    return st;
}

/* --- what the stores need */

static enum status read_cursor_key(PGconn *pq, uint8_t key[16], struct boot_error *error)
{
    owned_result *result = PQexecParams(pq, "SELECT value FROM setting WHERE name = 'cursor_key'",
                                        0, NULL, NULL, NULL, NULL, 1);

    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        return fail_with_message(error, ST_FAULT, "cannot read the table `setting`", pq);
    if (PQntuples(result) != 1 || PQgetlength(result, 0, 0) != 16)
        return fail(error, ST_CONFLICT,
                    "the cursor key is missing from the table `setting`: restore it from a "
                    "backup, or insert 16 random bytes as cursor_key (older cursors end)");
    memcpy(key, PQgetvalue(result, 0, 0), 16);
    return ST_OK;
}

static enum status check_schema(PGconn *pq, struct boot_error *error)
{
    owned_result *found = PQexec(pq, "SELECT to_regclass('migration') IS NOT NULL");
    int applied = 0;
    enum status st;

    if (PQresultStatus(found) != PGRES_TUPLES_OK)
        return fail_with_message(error, ST_FAULT, "cannot look for the schema", pq);
    if (PQgetvalue(found, 0, 0)[0] != 't')
        return fail(error, ST_CONFLICT,
                    "the database has no guildhall schema yet; run: guildhall migrate");
    st = check_applied(pq, &applied, error);
    if (st == ST_OK && applied < SQL_MIGRATIONS)
        st = fail(error, ST_CONFLICT,
                  "%d of %d migrations are not applied yet; run: guildhall migrate",
                  SQL_MIGRATIONS - applied, (int)SQL_MIGRATIONS);
    return st;
}

enum status boot_read(struct str conninfo, struct store_config *config,
                      struct boot_error *ret_error)
{
    owned_connection *pq = NULL;
    enum status st = boot_open(conninfo, &pq, ret_error);

    if (st == ST_OK)
        st = check_schema(pq, ret_error);
    if (st == ST_OK)
        st = read_cursor_key(pq, config->cursor_key, ret_error);
    return st;
}

/* --- the demo */

enum status boot_demo(struct str conninfo, const char *const *users, size_t n_users,
                      struct boot_error *ret_error)
{
    static const int binary[] = {1, 1};
    owned_connection *pq = NULL;
    enum status st = boot_open(conninfo, &pq, ret_error);
    struct pg_params p = {0};
    struct str *names;
    struct arena a;

    if (st != ST_OK)
        return st;
    arena_init(&a);
    names = arena_array(&a, struct str, n_users);
    for (size_t i = 0; i < n_users; i++)
        names[i] = str_c(users[i]);
    pg_put_texts(&p, &a, names, n_users);
    pg_put_i64(&p, &a, clock_unix_ms());
    owned_result *result =
        PQexecParams(pq, sql_statements[SQL_DEMO].text, p.n, NULL, p.values, p.lengths, binary, 1);
    arena_done(&a);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        return fail_with_message(ret_error, ST_FAULT, "cannot make the demo's rooms", pq);
    return ST_OK;
}
