#pragma once

/*
 * Options: a table says what there is, one reader serves all tables.
 *
 * Every option is a flag (`--max-depth 10`, `--max-depth=10`) and, in a set that has a prefix, an
 * environment variable (`GUILDHALL_MAX_DEPTH=10`). An empty variable counts as unset. A secret can
 * also be read from a file: `--jwt-secret-file PATH`, `GUILDHALL_JWT_SECRET_FILE`, or the file
 * `guildhall_jwt-secret` of systemd's $CREDENTIALS_DIRECTORY, which counts less than both. When the
 * program starts the file may be a pipe, which is read to its end; read again, it must be a regular
 * file.
 *
 * In a set that has a place for them, arguments that are no flags are kept in their order: `-` is
 * one, and whatever follows `--`.
 *
 * Owner: strings live in the arena of the set.
 */

#include "base/arena.h"
#include "base/buf.h"

enum option_kind {
    OPTION_TEXT,     /* struct str */
    OPTION_SECRET,   /* struct str; may come from a file; masked when printed */
    OPTION_DATABASE, /* struct str: a libpq URL or connection string; as a secret, but only its
                        password is masked */
    OPTION_ADDRESS,  /* struct option_address */
    OPTION_WHOLE,    /* uint64_t: a whole number */
    OPTION_LIMIT,    /* size_t: a whole number; 0 is off and becomes `most` */
    OPTION_BYTES,    /* size_t: as a limit, also with KiB, MiB or GiB behind it */
    OPTION_ROOM,     /* size_t: bytes that may be used, written likewise; 0 is none */
    OPTION_DURATION, /* uint64_t milliseconds: 250ms, 10s, 5m, 1h, 30d */
    OPTION_SECONDS,  /* int64_t: a duration in whole seconds */
    OPTION_RATE,     /* struct rate, its interval: 100/s, 600/min, 5000/h; 0 is off */
    OPTION_WORD,     /* an enum: the place in `words` */
    OPTION_SWITCH,   /* bool: a flag without a value, and no variable */
    OPTION_LIST,     /* struct option_list: the flag may be given again; no variable */
};

struct option_list {
    struct str *items;
    size_t n;
};

struct option_address {
    struct str host; /* a number: "127.0.0.1", "::"; never in brackets */
    uint16_t port;   /* 0: the kernel's choice */
    struct str path; /* of a Unix socket; absent otherwise */
    bool inherited;  /* "systemd": the socket comes from there */
};

struct option {
    const char *name;     /* of the flag, without "--"; the variable's name is made from it */
    const char *alias;    /* another name of the flag, or NULL */
    const char *variable; /* one more variable, that counts less than the prefixed; or NULL */
    size_t offset;        /* of the value in the target */
    const char *initial;  /* as a person would write it; NULL: absent, the target stays as it is */
    uint64_t least;
    uint64_t most;            /* 0: what fits */
    const char *const *words; /* of OPTION_WORD; NULL ends them */
    const char *shown;        /* what the help calls the value; NULL: after its kind */
    const char *help;         /* a sentence without its full stop */
    enum option_kind kind;
    bool is_live; /* may change while the program runs */
};

struct option_given {
    struct str text;     /* as it was written, or what the file held; absent: unset */
    struct str origin;   /* "default", "GUILDHALL_LISTEN", "--listen" */
    struct str file;     /* the path of the file that held it; absent: none did */
    bool in_config_file; /* a line of option_file.h's gave it */
};

/* A table and what has been read into its target. */
struct option_set {
    const struct option *options;
    size_t n;
    const char *prefix; /* of environment variables; NULL: flags only */
    void *target;
    struct option_list *rest; /* what is no flag; NULL: everything must be */
    struct arena *arena;
    struct option_given *given; /* one an option */
    bool is_reread;             /* while a loop stands: files of secrets must be regular ones */
};

struct option_error {
    char text[512]; /* names the option, the value, and what is allowed */
};

/* Puts the defaults in the target. */
void options_init(struct option_set *set, struct arena *arena);

/* Reads what has the set's prefix; what a flag gave already stays. An unknown variable with the
 * prefix is ST_BAD_INPUT, but for those that Kubernetes makes of a service's name. environment ends
 * in NULL. */
enum status options_read_environment(struct option_set *set, const char *const *environment,
                                     struct option_error *ret_error) must_use;

/* The same of one variable, which stands at origin in a file (option_file.h): where something else
 * than the file gave the option already, that stays. Its value empty: it is unset. */
enum status options_put_variable(struct option_set *set, struct str name, struct str value,
                                 struct str origin, struct option_error *error) must_use;

/* The value of the option at this place of the table, and where it came from, from another set of
 * the same table; copied. */
void options_adopt(struct option_set *set, const struct option_set *from, size_t i);

/* Reads the arguments into the sets. What is no option of any is ST_BAD_INPUT. args ends in
 * NULL. */
enum status options_read_flags(struct option_set *const *sets, size_t n_sets,
                               const char *const *args, struct option_error *ret_error) must_use;

/* What was given for the option whose value is at this place of the target. */
const struct option_given *options_given(const struct option_set *set, size_t offset);

/* The value's text as it is now: of one that came from a file, as the file has it by this time. The
 * set is as it was. ST_BAD_INPUT: the file cannot be read, or is no regular one. */
enum status options_reread(const struct option_set *set, size_t offset, struct arena *arena,
                           struct str *ret_text, struct option_error *ret_error) must_use;

/* The same text with what is secret in it masked. */
struct str options_shown(const struct option_set *set, size_t offset);

/* An effective value that no table could know, as its default. */
void options_settle(struct option_set *set, size_t offset, struct str text);

/* A line an option with its value, secrets masked, and its origin. */
void options_print(const struct option_set *set, struct buf *out);

/* Two lines an option, for --help. */
void options_help(const struct option_set *set, struct buf *out);

/* At the end; the text is borrowed. */
void option_list_add(struct option_list *list, struct arena *arena, struct str text);

/* Fills the error; returns ST_BAD_INPUT. */
enum status option_refuse(struct option_error *error, const char *format, ...) printf_like(2, 3);

/* The value in environment of what is called name; absent when unset or empty. */
struct str option_variable(const char *const *environment, const char *name);
