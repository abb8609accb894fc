#!/usr/bin/env python3
"""Lines that a person types into bash, and what the tabulator makes of them. Speaks TAP.

    tests/package/test_completion.py GUILDHALL SCRIPT
"""

import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "cli"))
from program import run, until

SCRIPT = Path(sys.argv[2]).resolve()

# The line is typed, M-* puts all that may stand there into it, and then it becomes what is printed.
SETTINGS = """
bind 'set enable-bracketed-paste off'
bind 'set bell-style none'
bind '"\\C-xa": insert-completions'
bind '"\\C-xb": beginning-of-line'
PS1=
source "$SCRIPT"
"""


class Bash:
    """An interactive bash on a terminal of its own, in a folder with two files."""

    def __init__(self, folder):
        self.folder = folder
        Path(folder, "rc").write_text(SETTINGS, encoding="utf-8")
        Path(folder, "chat.graphql").write_text("", encoding="utf-8")
        self.terminal, side = pty.openpty()
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--rcfile", "rc", "-i"],
            cwd=folder,
            stdin=side,
            stdout=side,
            stderr=side,
            start_new_session=True,
            env={"PATH": os.environ["PATH"], "TERM": "dumb", "SCRIPT": str(SCRIPT), "HOME": folder, "COLUMNS": "4000"},
        )
        os.close(side)

    def completed(self, line, key="\x18a"):
        """The words of the line once the key was struck at its end."""
        answer = Path(self.folder, "answer")
        done = Path(self.folder, "done")
        for file in (answer, done):
            file.unlink(missing_ok=True)
        typed = f"{line}{key}\x18bprintf '%s\\n' \x05 >answer; touch done\n"
        os.write(self.terminal, typed.encode())
        until("bash", lambda: self.swallow() and done.exists())
        return answer.read_text(encoding="utf-8").split("\n")[:-1]

    def swallow(self):
        """What the terminal shows is nobody's; unread, it would stop bash."""
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


folder = tempfile.TemporaryDirectory()
bash = Bash(folder.name)


def a_command_is_completed():
    assert bash.completed("guildhall ser") == ["guildhall", "serve"]
    assert bash.completed("guildhall s") == ["guildhall", "schema", "serve"]


def and_so_is_one_of_a_group():
    assert bash.completed("guildhall room cre") == ["guildhall", "room", "create"]
    assert bash.completed("guildhall schema ") == ["guildhall", "schema", "diff", "introspect", "print"]


def options_are_those_of_the_command():
    assert bash.completed("guildhall room create --ki") == ["guildhall", "room", "create", "--kind"]
    assert bash.completed("guildhall room list --ki") == ["guildhall", "room", "list", "--ki"]
    assert bash.completed("guildhall serve --jwt-secret") == ["guildhall", "serve", "--jwt-secret", "--jwt-secret-file"]
    assert bash.completed("guildhall serve --mig") == ["guildhall", "serve", "--migrate"]


def an_options_words_are_known():
    assert bash.completed("guildhall serve --introspection ") == ["guildhall", "serve", "--introspection", "auth", "off", "on"]
    assert bash.completed("guildhall room create --kind CH") == ["guildhall", "room", "create", "--kind", "CHANNEL"]
    assert bash.completed("guildhall validate --format=gi") == ["guildhall", "validate", "--format=github"]


def files_are_offered_where_a_file_may_stand():
    assert bash.completed("guildhall validate --schema ch") == ["guildhall", "validate", "--schema", "chat.graphql"]
    assert bash.completed("guildhall serve --jwt-secret-file ch") == ["guildhall", "serve", "--jwt-secret-file", "chat.graphql"]
    assert bash.completed("guildhall validate ch") == ["guildhall", "validate", "chat.graphql"]


def but_not_where_none_may():
    assert bash.completed("guildhall serve --listen ch") == ["guildhall", "serve", "--listen", "ch"]
    assert bash.completed("guildhall room ch") == ["guildhall", "room", "ch"]


def the_tabulator_does_what_it_does_elsewhere():
    assert bash.completed("guildhall migr", key="\t") == ["guildhall", "migrate"]


CASES = [
    a_command_is_completed,
    and_so_is_one_of_a_group,
    options_are_those_of_the_command,
    an_options_words_are_known,
    files_are_offered_where_a_file_may_stand,
    but_not_where_none_may,
    the_tabulator_does_what_it_does_elsewhere,
]

failed = run(CASES)
bash.end()
folder.cleanup()
sys.exit(failed)
