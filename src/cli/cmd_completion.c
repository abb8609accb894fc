/*
 * Scripts for shells, made of the tables of commands and options: what they offer is what there is.
 *
 * Each has three functions that are tables (the words behind a command, its options, and what may
 * follow an option), written so that both shells read them, and one of its own that asks them.
 */

#include "cli/cmd.h"
#include "server/config_table.h"
#include "server/option_value.h"

enum {
    MOST_OUTPUT = 256 * 1024,
};

/* --- the tables */

typedef void each_cmd_fn(const struct cmd *cmd, struct buf *out);

/* Of commands within groups as well.
 * NOLINTNEXTLINE(misc-no-recursion): groups are tables of ours, two words deep. */
static void for_each_cmd(const struct cmd_group *group, each_cmd_fn *fn, struct buf *out)
{
    for (size_t i = 0; i < group->n; i++) {
        fn(group->commands[i], out);
        if (group->commands[i]->group)
            for_each_cmd(group->commands[i]->group, fn, out);
    }
}

static void add_words(const struct cmd_group *group, const char *path, struct buf *out)
{
    buf_printf(out, "    '%s') offered='", path);
    for (size_t i = 0; i < group->n; i++)
        buf_printf(out, "%s%.*s", i ? " " : "", STR_ARG(cmd_word(group->commands[i])));
    buf_add(out, STR("' ;;\n"));
}

static void add_words_of(const struct cmd *cmd, struct buf *out)
{
    if (cmd->group)
        add_words(cmd->group, cmd->name, out);
}

static void add_flags(const struct option *options, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        const struct option *o = &options[i];

        buf_printf(out, " --%s", o->name);
        if (option_value_from_file(o))
            buf_printf(out, " --%s-file", o->name);
        if (o->alias)
            buf_printf(out, " --%s", o->alias);
    }
}

static void add_flags_of(const struct cmd *cmd, struct buf *out)
{
    if (cmd->group)
        return;
    buf_printf(out, "    '%s') offered=\"--help", cmd->name);
    add_flags(cmd->options, cmd->n_options, out);
    buf_printf(out, "%s\" ;;\n", cmd->is_configured ? "$configuration" : "");
}

static bool is_path(const struct option *o)
{
    return o->shown && (str_eq_c(STR("PATH"), o->shown) || str_eq_c(STR("SCHEMA"), o->shown));
}

/* A switch has none: it is not in the table. */
static void add_values(const struct option *o, const char *command, struct buf *out)
{
    const char *space = *command ? " " : "";

    if (option_value_from_file(o))
        buf_printf(out, "    '%s%s--%s-file') kind=files ;;\n", command, space, o->name);
    if (o->kind == OPTION_SWITCH)
        return;
    if (o->alias)
        buf_printf(out, "    '%s%s--%s') kind=text ;;\n", command, space, o->alias);
    buf_printf(out, "    '%s%s--%s') ", command, space, o->name);
    if (o->words) {
        buf_add(out, STR("kind=words offered='"));
        for (const char *const *word = o->words; *word; word++)
            buf_printf(out, "%s%s", word == o->words ? "" : " ", *word);
        buf_add(out, STR("' ;;\n"));
    } else {
        buf_add(out, is_path(o) ? STR("kind=files ;;\n") : STR("kind=text ;;\n"));
    }
}

static void add_values_of(const struct cmd *cmd, struct buf *out)
{
    for (size_t i = 0; i < cmd->n_options; i++)
        add_values(&cmd->options[i], cmd->name, out);
}

/* --- the scripts */

static void write_tables(struct buf *out)
{
    buf_add(out, STR("# The words that may follow a command.\n"
                     "_guildhall_words() {\n"
                     "    offered=\n"
                     "    case $1 in\n"));
    add_words(&cmd_guildhall, "", out);
    for_each_cmd(&cmd_guildhall, add_words_of, out);
    buf_add(out, STR("    esac\n}\n\n"
                     "# The options of a command.\n"
                     "_guildhall_flags() {\n"
                     "    local configuration='"));
    add_flags(config_table, config_table_n, out);
    buf_add(out, STR("'\n"
                     "    offered='--help --version'\n"
                     "    case $1 in\n"));
    for_each_cmd(&cmd_guildhall, add_flags_of, out);
    buf_add(out, STR("    esac\n}\n\n"
                     "# What follows `COMMAND --OPTION`: words, files, text, or nothing.\n"
                     "_guildhall_values() {\n"
                     "    kind=\n"
                     "    case $1 in\n"));
    for_each_cmd(&cmd_guildhall, add_values_of, out);
    buf_add(out, STR("    esac\n"
                     "    [[ -z $kind ]] || return\n"
                     "    case ${1##* } in\n"));
    for (size_t i = 0; i < config_table_n; i++)
        add_values(&config_table[i], "", out);
    buf_add(out, STR("    esac\n}\n\n"));
}

static void write_bash(struct buf *out)
{
    buf_add(out, STR("# bash completion for guildhall, made by `guildhall completion bash`\n\n"));
    write_tables(out);
    buf_add(out, STR("_guildhall() {\n"
                     "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
                     "    local command= offered kind i\n"
                     "    COMPREPLY=()\n"
                     "    # --format=json is three words to readline.\n"
                     "    if [[ $cur == = ]]; then\n"
                     "        cur=\n"
                     "    elif [[ $prev == = ]]; then\n"
                     "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
                     "    fi\n"
                     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "        _guildhall_words \"$command\"\n"
                     "        [[ \" $offered \" == *\" ${COMP_WORDS[i]} \"* ]] || break\n"
                     "        command+=${command:+ }${COMP_WORDS[i]}\n"
                     "    done\n"
                     "    _guildhall_values \"$command $prev\"\n"
                     "    case $kind in\n"
                     "    files) return ;;\n"
                     "    text) offered= ;;\n"
                     "    words) ;;\n"
                     "    *)\n"
                     "        _guildhall_words \"$command\"\n"
                     "        # What is no word of a group is a file, an id or the like.\n"
                     "        [[ $cur == -* ]] && _guildhall_flags \"$command\"\n"
                     "        [[ -n $offered ]] || return\n"
                     "        ;;\n"
                     "    esac\n"
                     "    compopt +o default +o bashdefault\n"
                     "    mapfile -t COMPREPLY < <(compgen -W \"$offered\" -- \"$cur\")\n"
                     "}\n\n"
                     "complete -o bashdefault -o default -F _guildhall guildhall\n"));
}

/* A file of this kind is the function itself when zsh finds it by its name, _guildhall, and defines
 * it when it is read by `source`. */
static void write_zsh(struct buf *out)
{
    buf_add(out, STR("#compdef guildhall\n"
                     "# zsh completion for guildhall, made by `guildhall completion zsh`\n\n"));
    write_tables(out);
    buf_add(out, STR("_guildhall() {\n"
                     "    local command= offered kind i previous=${words[CURRENT - 1]}\n"
                     "    # --format=json is one word.\n"
                     "    if [[ $PREFIX == --*=* ]]; then\n"
                     "        previous=${PREFIX%%=*}\n"
                     "        compset -P '*='\n"
                     "    fi\n"
                     "    for ((i = 2; i < CURRENT; i++)); do\n"
                     "        _guildhall_words \"$command\"\n"
                     "        [[ \" $offered \" == *\" ${words[i]} \"* ]] || break\n"
                     "        command+=${command:+ }${words[i]}\n"
                     "    done\n"
                     "    _guildhall_values \"$command $previous\"\n"
                     "    case $kind in\n"
                     "    files) _files && return ;;\n"
                     "    text) return 1 ;;\n"
                     "    words) ;;\n"
                     "    *)\n"
                     "        _guildhall_words \"$command\"\n"
                     "        # What is no word of a group is a file, an id or the like.\n"
                     "        [[ $PREFIX == -* ]] && _guildhall_flags \"$command\"\n"
                     "        [[ -n $offered ]] || { _files && return }\n"
                     "        ;;\n"
                     "    esac\n"
                     "    compadd -- ${=offered}\n"
                     "}\n\n"
                     "if [[ $funcstack[1] == _guildhall ]]; then\n"
                     "    _guildhall \"$@\"\n"
                     "else\n"
                     "    compdef _guildhall guildhall\n"
                     "fi\n"));
}

/* --- the command */

static const struct shell {
    const char *name;
    void (*write)(struct buf *out);
} shells[] = {{"bash", write_bash}, {"zsh", write_zsh}};

static int print_script(const struct shell *shell)
{
    struct buf out;
    int exit_status;

    buf_init(&out, MOST_OUTPUT);
    shell->write(&out);
    exit_status = cmd_print(&out);
    buf_done(&out);
    return exit_status;
}

static int print_for(const struct option_list *named)
{
    for (size_t i = 0; i < array_size(shells); i++)
        if (named->n == 1 && str_eq_c(named->items[0], shells[i].name))
            return print_script(&shells[i]);
    return cmd_fail(CMD_MISUSED, "for which shell? There are bash and zsh");
}

static int run(const struct cmd *cmd, const char *const *args, const char *const *environment)
{
    struct option_list named = {0};
    struct option_set options = {.target = &named, .rest = &named};
    struct arena arena;
    int exit_status;

    arena_init(&arena);
    if (cmd_load_own(cmd, &options, &arena, args, &exit_status))
        exit_status = print_for(&named);
    arena_done(&arena);
    return exit_status;
}

const struct cmd cmd_completion = {
    .name = "completion",
    .summary = "completion for a shell",
    .usage = "guildhall completion bash\n"
             "guildhall completion zsh\n\n"
             "Prints a script that completes commands, options and their values; to try it:\n\n"
             "  source <(guildhall completion bash)\n",
    .run = run,
};
