#!/usr/bin/env python3
"""Carries out a Dockerfile without a container engine, in a plain root:

    tools/package/dockerfile.py DOCKERFILE CONTEXT BASE OUT

Knows what tools/package/Dockerfile is written in, and refuses the rest. FROM begins with a copy of the
folder BASE, whatever the image is called; RUN runs in it by chroot; the last stage is left as OUT/root,
and how it is to be started as OUT/image.json: {"user", "env", "command", "health"}.

The context is what git tracks or would track: .dockerignore is for a real engine.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROXIES = {name: value for name, value in os.environ.items() if name.endswith("_proxy")}
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def instructions(text):
    """[(word, the rest)]; lines that end in a backslash go on, comments and empty lines are none."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [tuple(line.split(maxsplit=1)) for line in whole.splitlines() if line.strip()]


def stages(text):
    """{name or number: (image, instructions)}, in their order."""
    found = {}
    for word, rest in instructions(text):
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            current = found.setdefault(name or str(len(found)), (image, []))
        else:
            current[1].append((word, rest))
    return found


def installed(stage):
    """The packages that a stage installs."""
    for word, rest in stage[1]:
        match = re.search(r"apt-get install ((?:[^&])*)", rest) if word == "RUN" else None
        if match:
            return {each for each in match[1].split() if not each.startswith("-")}
    return set()


class Build:
    def __init__(self, context, base, out):
        self.context, self.base, self.out = Path(context), Path(base), Path(out)
        self.roots = {}
        self.image = {}

    def stage(self, name, steps):
        root = self.out / name
        subprocess.run(["cp", "-a", self.base, root], check=True)
        self.roots[name] = root
        self.image = {"user": "0:0", "env": {"PATH": PATH}, "command": [], "health": None}
        entry, self.folder = [], "/"
        for word, rest in steps:
            print(f"{word} {rest}", flush=True)
            if word == "RUN":
                self.run(root, rest)
            elif word == "COPY":
                self.copy(root, rest)
            elif word == "WORKDIR":
                self.folder = rest
                (root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
            elif word == "USER":
                self.image["user"] = rest
            elif word == "ENV":
                variable, _, value = rest.partition("=")
                self.image["env"][variable] = value
            elif word == "ENTRYPOINT":
                entry = json.loads(rest)
            elif word == "CMD":
                self.image["command"] = entry + json.loads(rest)
            elif word == "HEALTHCHECK":
                self.image["health"] = json.loads(rest.partition("CMD")[2])
            elif word != "EXPOSE":
                sys.exit(f"{word} is not understood")

    def run(self, root, line):
        """In namespaces of its own: what it starts ends with it."""
        mounts = f"mount -t proc proc {root}/proc && mount --rbind /dev {root}/dev"
        enter = f"exec chroot {root} /bin/sh -ec 'cd {self.folder} && '\"$0\""
        subprocess.run(
            ["unshare", "-mpf", "--kill-child", "sh", "-ec", f"{mounts} && {enter}", line],
            env=self.image["env"] | PROXIES | {"HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"},
            check=True,
        )

    def copy(self, root, rest):
        words = rest.split()
        if words[0].startswith("--from="):
            source, target = self.roots[words[0].removeprefix("--from=")] / words[1].lstrip("/"), words[2]
            shutil.copy2(source, root / target.lstrip("/"))
            return
        if words[0] != ".":
            sys.exit(f"COPY {rest} is not understood")
        target = root / words[1].lstrip("/")
        target.mkdir(parents=True, exist_ok=True)
        listed = subprocess.run(
            ["git", "-C", self.context, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            check=True,
        ).stdout
        for name in filter(None, listed.decode().split("\0")):
            if (self.context / name).is_file():
                (target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(self.context / name, target / name)


def main():
    dockerfile, context, base, out = sys.argv[1:]
    build = Build(context, base, out)
    os.makedirs(out)
    for name, (_, steps) in stages(Path(dockerfile).read_text(encoding="utf-8")).items():
        build.stage(name, steps)
    os.rename(build.roots[list(build.roots)[-1]], build.out / "root")
    (build.out / "image.json").write_text(json.dumps(build.image), encoding="utf-8")


if __name__ == "__main__":
    main()
