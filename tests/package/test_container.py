#!/usr/bin/env python3
"""The files of packages agree with one another, with tools/dev and with the program. Speaks TAP.

    tests/package/test_container.py GUILDHALL ROOT VERSION DATE

What they build is tried by `tools/dev package --check`, which takes too long for every day.
"""

import email.utils
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(sys.argv[2])
VERSION, DATE = sys.argv[3:5]
PACKAGE = ROOT / "tools" / "package"

sys.path.insert(0, str(ROOT / "tests" / "cli"))
sys.path.insert(0, str(PACKAGE))
from dockerfile import installed, stages
from program import guildhall, run

DOCKERFILE = stages((PACKAGE / "Dockerfile").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((PACKAGE / "compose.yaml").read_text(encoding="utf-8"))


def build_needs():
    """Of tools/dev, but for what only the tests are built with."""
    line = re.search(r"(?ms)^build_needs=\((.*?)^\)", (ROOT / "tools" / "dev").read_text(encoding="utf-8"))[1]
    return {word.rpartition("=")[2] for word in line.split()} - {"libcmocka-dev"}


def the_image_is_built_with_what_tools_dev_builds_with():
    needs = build_needs() | {"nodejs"}  # which bundles the pages
    assert installed(DOCKERFILE["build"]) == needs, installed(DOCKERFILE["build"]) ^ needs


def so_is_the_debian_package():
    control = (PACKAGE / "debian" / "control").read_text(encoding="utf-8")
    named = re.search(r"(?ms)^Build-Depends:(.*?)^\S", control)[1]
    needs = {re.sub(r"\(.*\)", "", each).strip() for each in named.split(",")}
    # What every build of Debian has, and what meson brings.
    assert needs - {"debhelper-compat"} == build_needs() - {"gcc", "libc6-dev", "ninja-build"}, needs


def the_image_runs_as_nobodys_user_and_is_asked_for_its_health():
    _, steps = list(DOCKERFILE.values())[-1]
    steps = dict(steps)
    assert re.fullmatch(r"[1-9]\d+:[1-9]\d+", steps["USER"]), steps["USER"]
    program, *words = json.loads(steps["HEALTHCHECK"].partition("CMD")[2])
    assert json.loads(steps["ENTRYPOINT"]) == [program]
    for command in (words, json.loads(steps["CMD"])):
        assert guildhall(*command, "--help")[0] == 0, command


def compose_names_what_there_is():
    services = COMPOSE["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        assert "healthcheck" in service or "build" in service
    for name in services["guildhall"]["depends_on"]:
        assert "healthcheck" in services[name]
    ours = services["guildhall"]
    assert ours["read_only"] and ours["cap_drop"] == ["ALL"], ours
    assert re.fullmatch(r"nats://(\w+):\d+", ours["environment"]["GUILDHALL_BUS"])[1] in services
    build = services["guildhall"]["build"]
    assert (PACKAGE / build["context"]).resolve() == ROOT and (ROOT / build["dockerfile"]).is_file()


def its_secrets_are_made_and_are_what_the_server_takes():
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "secrets")
        subprocess.run([PACKAGE / "secrets.sh", made], check=True)
        for name, secret in COMPOSE["secrets"].items():
            assert secret["file"] == f"secrets/{name}" and (made / name).stat().st_mode & 0o777 == 0o644
        assert made.stat().st_mode & 0o777 == 0o700
        environment = COMPOSE["services"]["guildhall"]["environment"]
        here = {name: value.replace("/run/secrets", str(made)) for name, value in environment.items()}
        status, said, complained = guildhall("config", **here)
        assert status == 0, complained
        assert "postgresql://guildhall:********@postgres/guildhall" in said, said
        assert (made / "postgres-password").read_text().strip() in (made / "database-url").read_text()
        again = subprocess.run([PACKAGE / "secrets.sh", made], capture_output=True, check=False)
        assert again.returncode != 0, "secrets that there are were made anew"


def the_units_configuration_is_one_commented_lines_too():
    text = (PACKAGE / "systemd" / "guildhall.conf").read_text(encoding="utf-8")
    variables = dict(re.findall(r"(?m)^#?(GUILDHALL_\w+)=(.*)$", text))
    with tempfile.TemporaryDirectory() as folder:
        conf = Path(folder, "guildhall.conf")
        conf.write_text(re.sub(r"(?m)^#(?=GUILDHALL_)", "", text), encoding="utf-8")
        status, said, complained = guildhall("config", "--config", conf)
    assert len(variables) > 3 and status == 0, complained
    assert said.count(f"{conf}:") == len(variables), said
    for name in re.findall(r"(?m)^#     ([a-z-]+) {3,}", text):
        assert re.search(rf"(?m)^{name} ", guildhall("config")[1]), name


def the_changelog_has_this_version_and_its_date():
    changelog = (PACKAGE / "debian" / "changelog").read_text(encoding="utf-8")
    date = re.search(r"(?m)^ -- .*>  (.*)$", changelog)[1]
    assert changelog.startswith(f"guildhall ({VERSION}) "), changelog.splitlines()[0]
    assert email.utils.parsedate_to_datetime(date).strftime("%Y-%m-%d") == DATE, date


sys.exit(
    run(
        [
            the_image_is_built_with_what_tools_dev_builds_with,
            so_is_the_debian_package,
            the_image_runs_as_nobodys_user_and_is_asked_for_its_health,
            compose_names_what_there_is,
            its_secrets_are_made_and_are_what_the_server_takes,
            the_units_configuration_is_one_commented_lines_too,
            the_changelog_has_this_version_and_its_date,
        ]
    )
)
