"""Folders with schemas in them, and servers that are asked for theirs."""

import http.server
import json
import subprocess
import tempfile
import threading
from pathlib import Path

from program import GUILDHALL, PATIENCE, environment, guildhall


class Folder:
    """A working directory with these files in it."""

    def __init__(self, **files):
        self.files = {name.replace("__", "."): text for name, text in files.items()}

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        for name, text in self.files.items():
            self.write(name, text)
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def write(self, name, text):
        Path(self.temporary.name, name).write_text(text, encoding="utf-8")

    def run(self, *args, stdin=""):
        done = subprocess.run(
            [GUILDHALL, *args],
            input=stdin.encode(),
            capture_output=True,
            cwd=self.temporary.name,
            timeout=PATIENCE,
            check=False,
            env=environment(),
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def printed(self, what):
        status, said, complained = self.run("schema", "print", what)
        assert status == 0 and complained == "", complained
        return said

    def introspection(self, sdl):
        """What introspection tells of it; made by the program."""
        status, said, complained = self.run("schema", "introspect", "-", stdin=sdl)
        assert status == 0 and complained == "", complained
        return json.loads(said)

    def diff(self, *args):
        return self.run("schema", "diff", "old.graphql", "new.graphql", *args)


class Server:
    """An HTTP server that answers POST with what `answer` makes of the handler and the query: a
    status, a body, and headers."""

    def __init__(self, answer):
        calls = self.calls = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                self.reply(json.loads(body)["query"])

            def do_GET(self):
                self.reply(None)

            def reply(self, query):
                calls.append(query)
                status, body, headers = answer(self, query)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())
                except OSError:  # the client has heard enough
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def refused(args, *words):
    status, said, complained = guildhall(*args)
    assert status == 2 and said == "", (status, said)
    for word in words:
        assert word in complained, (word, complained)
    return complained
