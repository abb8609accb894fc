#!/usr/bin/env python3
"""Lines that a person types into bash and zsh, and what the tabulator makes of them. Speaks TAP.

    tests/package/test_completion.py GUILDHALL BASH-SCRIPT ZSH-SCRIPT
"""

import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from program import run, until

BASH_SCRIPT, ZSH_SCRIPT = (Path(script).resolve() for script in sys.argv[2:])

ALL, TAB = "\x18a", "\t"


class Shell:
    """An interactive one on a terminal of its own, in a folder with two files."""

    def __init__(self, command, script, settings, kept_in):
        self.home = tempfile.TemporaryDirectory()
        self.folder = self.home.name
        Path(self.folder, kept_in).write_text(settings, encoding="utf-8")
        Path(self.folder, "chat.graphql").write_text("", encoding="utf-8")
        self.terminal, side = pty.openpty()
        self.process = subprocess.Popen(
            command,
            cwd=self.folder,
            stdin=side,
            stdout=side,
            stderr=side,
            start_new_session=True,
            env={
                "PATH": os.environ["PATH"],
                "TERM": "dumb",
                "SCRIPT": str(script),
                "HOME": self.folder,
                "COLUMNS": "4000",
            },
        )
        os.close(side)

    def completed(self, line, key=ALL):
        """The words of the line once the key was struck at its end."""
        answer = Path(self.folder, "answer")
        done = Path(self.folder, "done")
        for file in (answer, done):
            file.unlink(missing_ok=True)
        os.write(self.terminal, self.typed(line + key).encode())
        until("the shell", lambda: self.swallow() and done.exists())
        return answer.read_text(encoding="utf-8").split("\n")[:-1]

    def swallow(self):
        """What the terminal shows is nobody's; unread, it would stop the shell."""
        os.set_blocking(self.terminal, False)
        try:
            while os.read(self.terminal, 65536):
                pass
        except BlockingIOError:
            pass
        os.set_blocking(self.terminal, True)
        return True

    def end(self):
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)
        self.home.cleanup()


class Bash(Shell):
    # ALL puts all that may stand there into the line, which then becomes what is printed.
    SETTINGS = """
bind 'set enable-bracketed-paste off'
bind 'set bell-style none'
bind '"\\C-xa": insert-completions'
bind '"\\C-xb": beginning-of-line'
PS1=
source "$SCRIPT"
"""

    def __init__(self):
        super().__init__(["bash", "--noprofile", "--rcfile", "rc", "-i"], BASH_SCRIPT, self.SETTINGS, "rc")

    def typed(self, keys):
        return f"{keys}\x18bprintf '%s\\n' \x05 >answer; touch done\n"


class Zsh(Shell):
    # The same: compinit finds the script by its name, as it does where it is installed.
    SETTINGS = """
mkdir functions
cp "$SCRIPT" functions/_guildhall
fpath=("$PWD/functions" $fpath)
autoload -Uz compinit
compinit -u -D
unsetopt beep prompt_cr prompt_sp
all() { _main_complete && compstate[insert]=all compstate[list]= }
zle -C all complete-word all
tell() { print -rl -- ${=BUFFER} >answer; touch done; BUFFER= }
zle -N tell
zle-line-init() { touch ready }
zle -N zle-line-init
bindkey '^Xa' all
bindkey '^Xb' tell
PS1=
"""

    def __init__(self):
        super().__init__(["zsh", "-d", "-i"], ZSH_SCRIPT, self.SETTINGS, ".zshrc")
        until("zsh", lambda: self.swallow() and Path(self.folder, "ready").exists())

    def typed(self, keys):
        return f"{keys}\x18b"


def a_command_is_completed(shell):
    assert shell.completed("guildhall ser") == ["guildhall", "serve"]
    assert shell.completed("guildhall s") == ["guildhall", "schema", "serve"]


def and_so_is_one_of_a_group(shell):
    assert shell.completed("guildhall room cre") == ["guildhall", "room", "create"]
    assert shell.completed("guildhall schema ") == ["guildhall", "schema", "diff", "introspect", "print"]


def options_are_those_of_the_command(shell):
    assert shell.completed("guildhall room create --ki") == ["guildhall", "room", "create", "--kind"]
    assert shell.completed("guildhall room list --ki") == ["guildhall", "room", "list", "--ki"]
    assert shell.completed("guildhall serve --jwt-secret") == ["guildhall", "serve", "--jwt-secret", "--jwt-secret-file"]
    assert shell.completed("guildhall serve --mig") == ["guildhall", "serve", "--migrate"]


def an_options_words_are_known(shell):
    assert shell.completed("guildhall serve --introspection ") == ["guildhall", "serve", "--introspection", "auth", "off", "on"]
    assert shell.completed("guildhall room create --kind CH") == ["guildhall", "room", "create", "--kind", "CHANNEL"]
    assert shell.completed("guildhall validate --format=gi") == ["guildhall", "validate", "--format=github"]


def files_are_offered_where_a_file_may_stand(shell):
    assert shell.completed("guildhall validate --schema ch") == ["guildhall", "validate", "--schema", "chat.graphql"]
    assert shell.completed("guildhall serve --jwt-secret-file ch") == ["guildhall", "serve", "--jwt-secret-file", "chat.graphql"]
    assert shell.completed("guildhall validate ch") == ["guildhall", "validate", "chat.graphql"]


def but_not_where_none_may(shell):
    assert shell.completed("guildhall serve --listen ch") == ["guildhall", "serve", "--listen", "ch"]
    assert shell.completed("guildhall room ch") == ["guildhall", "room", "ch"]


def the_tabulator_does_what_it_does_elsewhere(shell):
    assert shell.completed("guildhall migr", key=TAB) == ["guildhall", "migrate"]


CASES = [
    a_command_is_completed,
    and_so_is_one_of_a_group,
    options_are_those_of_the_command,
    an_options_words_are_known,
    files_are_offered_where_a_file_may_stand,
    but_not_where_none_may,
    the_tabulator_does_what_it_does_elsewhere,
]

SHELLS = {"in_bash": Bash(), "in_zsh": Zsh()}


def case_of(case, where, shell):
    def of_shell():
        return case(shell)

    of_shell.__name__ = f"{where}_{case.__name__}"
    return of_shell


failed = run([case_of(case, where, shell) for where, shell in SHELLS.items() for case in CASES])
for shell in SHELLS.values():
    shell.end()
sys.exit(failed)
