#include "cli/manual.h"

#include <ctype.h>

#include "base/arena.h"
#include "cli/cmd.h"
#include "server/config_table.h"
#include "server/option_value.h"

/* --- roff */

static char upper(char c)
{
    return (char)toupper((unsigned char)c);
}

/* Text of ours within a line: none of it is taken for a request or an escape. */
static void add_text(struct buf *out, struct str text)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t c = str_next_code_point(text, &at);

        if (c == '-')
            buf_add(out, STR("\\-"));
        else if (c == '\\')
            buf_add(out, STR("\\e"));
        else if (c < 0x80)
            buf_add_char(out, (char)c);
        else
            buf_printf(out, "\\[u%04X]", c);
    }
}

/* A line of text: what begins with a dot or a quote would be a request. */
static void add_line(struct buf *out, struct str line)
{
    if (line.n && (line.p[0] == '.' || line.p[0] == '\''))
        buf_add(out, STR("\\&"));
    add_text(out, line);
    buf_add_char(out, '\n');
}

static void add_heading(struct buf *out, const char *macro, const char *title)
{
    buf_printf(out, ".%s \"", macro);
    for (; *title; title++)
        buf_add_char(out, macro[1] == 'H' ? upper(*title) : *title);
    buf_add(out, STR("\"\n"));
}

static bool is_example(struct str line)
{
    return line.n && line.p[0] == ' ';
}

/* Paragraphs, as a person wraps them, with examples set in. */
static void add_paragraphs(struct buf *out, struct str text)
{
    bool in_example = false, is_apart = true;

    while (text.p) {
        struct str line = str_split(&text, '\n');

        if (in_example && !is_example(line)) {
            buf_add(out, STR(".fi\n.RE\n"));
            in_example = false;
        }
        if (line.n == 0) {
            is_apart = false;
            continue;
        }
        if (!is_apart)
            buf_add(out, STR(".PP\n"));
        is_apart = true;
        if (!in_example && is_example(line)) {
            buf_add(out, STR(".RS\n.nf\n"));
            in_example = true;
        }
        add_line(out, str_trim(line));
    }
    if (in_example)
        buf_add(out, STR(".fi\n.RE\n"));
}

/* --- options */

static void add_variable(struct buf *out, const char *name)
{
    buf_add(out, STR("\\fBGUILDHALL_"));
    for (; *name; name++)
        buf_add_char(out, *name == '-' ? '_' : upper(*name));
    buf_add(out, STR("\\fR"));
}

static void add_flag(struct buf *out, const char *name, const char *suffix)
{
    buf_add(out, STR("\\fB\\-\\-"));
    add_text(out, str_c(name));
    add_text(out, str_c(suffix));
    buf_add(out, STR("\\fR"));
}

static void add_tag(struct buf *out, const struct option *o)
{
    const char *value = option_value_placeholder(o);

    buf_add(out, STR(".TP\n"));
    add_flag(out, o->name, "");
    if (*value) {
        buf_add(out, STR(" \\fI"));
        add_text(out, str_c(value));
        buf_add(out, STR("\\fR"));
    }
    if (option_value_from_file(o)) {
        buf_add(out, STR(", "));
        add_flag(out, o->name, "-file");
        buf_add(out, STR(" \\fIPATH\\fR"));
    }
    buf_add_char(out, '\n');
}

static void add_option(struct buf *out, struct arena *arena, const struct option *o,
                       bool has_variable)
{
    add_tag(out, o);
    if (o->words)
        add_line(out, arena_printf(arena, "%s: %.*s.", o->help,
                                   STR_ARG(option_value_allowed(o, arena))));
    else
        add_line(out, arena_printf(arena, "%s.", o->help));
    if (o->initial && *o->initial)
        add_line(out, arena_printf(arena, "Default: %s.", o->initial));
    if (!has_variable || o->kind == OPTION_SWITCH || o->kind == OPTION_LIST)
        return;
    buf_add(out, STR("Variable: "));
    add_variable(out, o->name);
    buf_add(out, STR(".\n"));
}

static void add_own_options(struct buf *out, struct arena *arena, const struct cmd *cmd)
{
    for (size_t i = 0; i < cmd->n_options; i++)
        add_option(out, arena, &cmd->options[i], false);
}

/* --- a command */

static bool serves(const struct cmd *cmd)
{
    return cmd == &cmd_serve || cmd == &cmd_up;
}

static void add_synopsis(struct buf *out, const struct cmd *cmd)
{
    struct str usage = str_c(cmd->usage), line = str_split(&usage, '\n');
    size_t n = strlen("guildhall ") + strlen(cmd->name);

    buf_add(out, STR("\\fB"));
    add_text(out, str_of(line.p, n));
    buf_add(out, STR("\\fR"));
    add_text(out, str_of(line.p + n, line.n - n));
    buf_add_char(out, '\n');
}

static struct str description(const struct cmd *cmd)
{
    struct str usage = str_c(cmd->usage);

    str_split(&usage, '\n');
    while (usage.n && *usage.p == '\n')
        usage = str_of(usage.p + 1, usage.n - 1);
    return usage;
}

static void add_configuration(struct buf *out, struct arena *arena, const struct cmd *cmd)
{
    if (!serves(cmd)) {
        buf_add(out, STR(".PP\nThe options of\n.BR guildhall\\-serve (1)\nare taken as well.\n"));
        return;
    }
    add_heading(out, "SH", "Configuration");
    add_paragraphs(out,
                   STR("For a limit, 0 means off. What is given on the command line counts more "
                       "than the variable,\nand an empty variable is as good as none.\n"));
    for (size_t i = 0; i < config_table_n; i++)
        add_option(out, arena, &config_table[i], true);
}

static void add_command(struct buf *out, struct arena *arena, const struct cmd *cmd)
{
    add_heading(out, "SH", "Synopsis");
    add_synopsis(out, cmd);
    add_heading(out, "SH", "Description");
    add_paragraphs(out, description(cmd));
    if (cmd->n_options) {
        add_heading(out, "SH", "Options");
        add_own_options(out, arena, cmd);
    }
    if (cmd->is_configured)
        add_configuration(out, arena, cmd);
}

static void add_group(struct buf *out, struct arena *arena, const struct cmd_group *group)
{
    add_heading(out, "SH", "Synopsis");
    for (size_t i = 0; i < group->n; i++) {
        if (i)
            buf_add(out, STR(".br\n"));
        add_synopsis(out, group->commands[i]);
    }
    add_heading(out, "SH", "Commands");
    for (size_t i = 0; i < group->n; i++) {
        const struct cmd *cmd = group->commands[i];

        add_heading(out, "SS", cmd->name);
        add_paragraphs(out, arena_printf(arena, "%c%s.\n\n%.*s", upper(*cmd->summary),
                                         cmd->summary + 1, STR_ARG(description(cmd))));
        add_own_options(out, arena, cmd);
        if (cmd->is_configured)
            add_configuration(out, arena, cmd);
    }
}

/* --- the page of all */

static void add_list(struct buf *out)
{
    add_heading(out, "SH", "Synopsis");
    buf_add(out, STR("\\fBguildhall\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR\\[u2026]]\n"));
    add_heading(out, "SH", "Description");
    add_paragraphs(out,
                   STR("A messaging server: GraphQL over WebSocket, HTTP and server-sent events "
                       "in front of PostgreSQL.\nThe commands are:\n"));
    for (size_t i = 0; i < cmd_guildhall.n; i++) {
        const struct cmd *cmd = cmd_guildhall.commands[i];

        buf_add(out, STR(".TP\n.BR guildhall\\-"));
        add_text(out, str_c(cmd->name));
        buf_add(out, STR(" (1)\n"));
        add_line(out, str_c(cmd->summary));
    }
}

static void add_surroundings(struct buf *out)
{
    static const char *const variables[][2] = {
        {"GUILDHALL_\\[u2026]",
         "Every option of the configuration; see guildhall-serve(1). An unknown "
         "one is an error."},
        {"DATABASE_URL", "The database, where no other option names one."},
        {"CREDENTIALS_DIRECTORY", "systemd's credentials: the file guildhall_NAME is read for the "
                                  "option NAME, where that may come from a file and is not given."},
        {"LISTEN_FDS, LISTEN_PID", "A socket that systemd has opened; it is listened on where "
                                   "--listen is not given."},
        {"NOTIFY_SOCKET, WATCHDOG_USEC", "Where systemd is told that the server is ready, and that "
                                         "all its threads answer."},
    };

    add_heading(out, "SH", "Environment");
    for (size_t i = 0; i < array_size(variables); i++) {
        buf_printf(out, ".TP\n\\fB%s\\fR\n", variables[i][0]);
        add_line(out, str_c(variables[i][1]));
    }
    add_heading(out, "SH", "Exit status");
    add_paragraphs(out,
                   STR("0: it worked, or what was asked holds. 1: it did not. 2: it was asked for "
                       "wrongly, or could not\nbe judged.\n"));
}

static void add_see_also(struct buf *out, const struct cmd *self)
{
    const char *comma = "";

    add_heading(out, "SH", "See also");
    if (self) {
        buf_add(out, STR(".BR guildhall (1)"));
        comma = ",\n";
    }
    for (size_t i = 0; i < cmd_guildhall.n; i++) {
        const struct cmd *cmd = cmd_guildhall.commands[i];

        if (cmd == self)
            continue;
        buf_printf(out, "%s.BR guildhall\\-%s (1)", comma, cmd->name);
        comma = ",\n";
    }
    buf_add_char(out, '\n');
}

static void add_title(struct buf *out, const char *date, const char *command, const char *summary)
{
    const char *dash = command ? "\\-" : "";

    buf_add(out, STR(".TH GUILDHALL"));
    if (command) {
        buf_add(out, STR("\\-"));
        for (const char *p = command; *p; p++)
            buf_add_char(out, upper(*p));
    }
    buf_printf(out, " 1 %s \"guildhall %s\" \"guildhall's manual\"\n.nh\n", date,
               GUILDHALL_VERSION);
    add_heading(out, "SH", "Name");
    buf_printf(out, "guildhall%s%s \\- ", dash, command ? command : "");
    add_line(out, str_c(summary));
}

static const struct cmd *find(struct str name)
{
    for (size_t i = 0; i < cmd_guildhall.n; i++)
        if (str_eq_c(name, cmd_guildhall.commands[i]->name))
            return cmd_guildhall.commands[i];
    return NULL;
}

bool manual_write(struct str page, const char *date, struct buf *out)
{
    struct str prefix = STR("guildhall-");
    const struct cmd *cmd = NULL;
    struct arena arena;

    if (str_starts(page, prefix))
        cmd = find(str_of(page.p + prefix.n, page.n - prefix.n));
    if (!cmd && !str_eq(page, STR("guildhall")))
        return false;
    arena_init(&arena);
    add_title(out, date, cmd ? cmd->name : NULL,
              cmd ? cmd->summary : "a self-hosted GraphQL messaging server on PostgreSQL");
    if (!cmd) {
        add_list(out);
        add_surroundings(out);
    } else if (cmd->group) {
        add_group(out, &arena, cmd->group);
    } else {
        add_command(out, &arena, cmd);
    }
    add_see_also(out, cmd);
    arena_done(&arena);
    return true;
}
