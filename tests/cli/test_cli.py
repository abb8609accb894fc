#!/usr/bin/env python3
"""The command line: what it says, where it says it, and how it ends. Speaks TAP.

    tests/cli/test_cli.py GUILDHALL
"""

import base64
import hashlib
import json
import sys
import tempfile
from pathlib import Path

from program import guildhall, run

SECRET = "0123456789abcdef0123456789abcdef"
COMMANDS = ("up", "serve", "migrate", "token", "room", "guild", "config", "validate", "schema", "version")


def misused(args, *words, **variables):
    """It ends with 2, prints nothing, and says these words on stderr."""
    status, said, complained = guildhall(*args, **variables)
    assert status == 2, (status, complained)
    assert said == "", said
    assert complained.startswith("guildhall: ") and complained.count("\n") == 1, complained
    for word in words:
        assert word in complained, (word, complained)
    return complained


def claims(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def help_names_every_command():
    status, said, complained = guildhall("--help")
    assert status == 0 and complained == "", complained
    for command in COMMANDS:
        assert f"\n  {command} " in said, said


def every_command_has_help():
    for command in COMMANDS:
        status, said, complained = guildhall(command, "--help")
        assert status == 0 and complained == "", complained
        assert said.startswith(f"guildhall {command}"), said


def help_of_serve_names_its_options_and_their_defaults():
    said = guildhall("serve", "--help")[1]
    for words in ("--listen HOST:PORT", "127.0.0.1:8080", "--migrate", "--jwt-secret", "on, auth or off"):
        assert words in said, (words, said)


def without_a_command_it_says_how_it_is_used():
    status, said, complained = guildhall()
    assert status == 2 and said == "" and "usage: guildhall COMMAND" in complained


def an_unknown_command_is_named_with_the_nearest():
    misused(["serv"], 'unknown command "serv": did you mean serve?')
    misused(["tokne"], "did you mean token?")
    misused([""], '""')


def an_unknown_option_is_named_with_the_nearest():
    misused(["serve", "--max-dept", "3"], "--max-dept", "did you mean --max-depth?")
    misused(["token", "--usr", "ann"], "--usr", "did you mean --user?")
    misused(["serve", "--jwt-secret-fiel", "x"], "did you mean --jwt-secret-file?")
    misused(["serve", "--databse", "x"], "did you mean --database?")
    misused(["config"], "did you mean GUILDHALL_MAX_DEPTH?", GUILDHALL_MAX_DEPHT="3")


def what_is_nowhere_near_is_not_guessed_at():
    for args, variables in (
        (["start"], {}),
        (["run"], {}),
        (["up", "--port", "80"], {}),
        (["token", "--sub", "ann"], {}),
        (["config"], {"GUILDHALL_TEST_SERVER": "x"}),
    ):
        status, said, complained = guildhall(*args, **variables)
        assert status == 2 and said == "" and "unknown" in complained and "mean" not in complained, complained


def a_bad_value_is_named_with_what_is_allowed():
    misused(["serve", "--listen", "everywhere"], "--listen", '"everywhere"', "127.0.0.1:8080")
    misused(["config"], "GUILDHALL_MAX_DEPTH", '"deep"', "whole number", GUILDHALL_MAX_DEPTH="deep")
    misused(["token", "--user", "ann", "--ttl", "soon"], "--ttl", '"soon"', "1h")


def an_unknown_variable_is_refused():
    misused(["config"], "GUILDHALL_MAX_DEPT", "GUILDHALL_MAX_DEPTH", GUILDHALL_MAX_DEPT="3")


def a_bus_that_there_is_none_of_is_refused():
    misused(["serve", "--bus", "kafka"], "--bus", '"kafka"', "local, postgres", "nats://HOST:PORT")


def serve_says_that_it_needs_a_database():
    misused(["serve", "--jwt-secret", SECRET], "no database", "--database", "DATABASE_URL", "guildhall up")


def serve_says_that_it_needs_a_secret():
    misused(["serve"], "--jwt-secret-file", "GUILDHALL_JWT_SECRET", DATABASE_URL="postgres:///x")


def a_short_secret_is_refused_without_showing_it():
    said = misused(["serve", "--database", "postgres:///x"], "32 bytes", GUILDHALL_JWT_SECRET="hush-hush")
    assert "hush" not in said, said


def a_database_that_is_not_there_is_named():
    for command in (["migrate"], ["serve", "--jwt-secret", SECRET], ["serve", "--migrate", "--jwt-secret", SECRET]):
        status, said, complained = guildhall(*command, "--database", "host=/nonexistent/socket dbname=x")
        assert status == 1 and said == "", (status, said)
        assert "/nonexistent/socket" in complained, complained


def migrate_says_that_it_needs_a_database():
    misused(["migrate"], "no database", "--database", "DATABASE_URL")


def config_masks_what_is_secret():
    variables = {"DATABASE_URL": "postgres://u:hush@host/db", "GUILDHALL_JWT_SECRET": "hush" * 9}
    status, said, complained = guildhall("config", "--max-depth", "9", **variables)
    assert status == 0 and "hush" not in said + complained, said
    url = guildhall("config", "--jwt-jwks-url", "https://u:hush@host/jwks", "--jwt-public-key", "hush")[1]
    assert "hush" not in url and "https://u:********@host/jwks" in url, url
    lines = {line.split()[0]: line.split()[1:] for line in said.splitlines()}
    assert lines["jwt-secret"] == ["********", "GUILDHALL_JWT_SECRET"], lines
    assert lines["database-url"] == ["postgres://u:********@host/db", "DATABASE_URL"], lines
    assert lines["max-depth"] == ["9", "--max-depth"], lines
    assert lines["max-tokens"] == ["2000", "default"], lines
    assert lines["open-rooms"] == ["-", "default"], lines


def token_prints_a_token_and_nothing_else():
    status, said, complained = guildhall(
        *("token", "--user", "ann", "--ttl", "1h", "--tenant", "acme", "--scopes", "CHAT_READ", "--guilds", "a, b"),
        GUILDHALL_JWT_SECRET=SECRET,
    )
    assert status == 0 and complained == "" and said.count("\n") == 1, (said, complained)
    found = claims(said)
    assert found["exp"] - found["iat"] == 3600
    del found["exp"], found["iat"]
    assert found == {"sub": "ann", "tenant": "acme", "scope": "CHAT_READ", "guilds": ["a", "b"]}, found


def token_without_an_end_has_none():
    said = guildhall("token", "--user", "ann", "--ttl", "0", "--jwt-secret", SECRET)[1]
    assert "exp" not in claims(said), said


def token_follows_the_configured_claims():
    said = guildhall("token", "--user", "ann", "--jwt-claim-user", "uid", "--jwt-issuer", "me", "--jwt-secret", SECRET)[1]
    found = claims(said)
    assert found["uid"] == "ann" and found["iss"] == "me" and "sub" not in found, found


def token_finds_the_secret_of_up():
    with tempfile.TemporaryDirectory() as state:
        Path(state, "jwt-secret").write_text("f" * 64 + "\n", encoding="ascii")
        status, said, _ = guildhall("token", "--user", "ann", "--state-dir", state)
        assert status == 0 and claims(said)["sub"] == "ann"


def an_api_key_is_shown_once_and_kept_as_its_hash():
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "keys")
        path.write_text("# ours", encoding="ascii")
        for user in ("bot", "backup"):
            status, said, complained = guildhall(
                *("token", "--api-key", "--user", user, "--scopes", "CHAT CHAT_READ", "--guilds", "a,b"),
                GUILDHALL_API_KEYS_FILE=str(path),
            )
            assert status == 0 and complained == "" and said.startswith("gh_") and said.count("\n") == 1, complained
        comment, _, last = path.read_text(encoding="ascii").splitlines()
        assert comment == "# ours"
        assert json.loads(last) == {
            "sha256": hashlib.sha256(said.strip().encode()).hexdigest(),
            "user": "backup",
            "scopes": ["CHAT", "CHAT_READ"],
            "guilds": ["a", "b"],
        }, last


def an_api_key_ends_when_it_is_told_to():
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "keys")
        status, _, complained = guildhall("token", "--api-key", "--user", "bot", "--ttl", "1d", "--api-keys-file", str(path))
        assert status == 0, complained
        assert "expires" in json.loads(path.read_text(encoding="ascii"))
        assert path.stat().st_mode & 0o077 == 0, oct(path.stat().st_mode)


def an_api_key_needs_a_file_that_can_be_read():
    misused(["token", "--api-key", "--user", "bot"], "--api-keys-file", "GUILDHALL_API_KEYS_FILE")
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "keys")
        path.write_text("nonsense\n", encoding="ascii")
        status, said, complained = guildhall("token", "--api-key", "--user", "bot", "--api-keys-file", str(path))
        assert status == 1 and said == "" and f"{path}: line 1" in complained, complained
        assert path.read_text(encoding="ascii") == "nonsense\n"
        path.unlink()
        misused(["token", "--api-key", "--user", "bot", "--scopes", "X", "--api-keys-file", str(path)], "scopes")
        assert not path.exists()
    misused(["token", "--user", "ann", "--scopes", "CHAT X"], '"X" is not CHAT')


def serve_names_the_key_that_is_wrong():
    with tempfile.TemporaryDirectory() as home:
        path = Path(home, "keys")
        path.write_text("\nnonsense\n", encoding="ascii")
        misused(["serve", "--database", "postgres:///x", "--api-keys-file", str(path)], "--api-keys-file", f"{path}: line 2")
        misused(["serve", "--database", "postgres:///x", "--jwt-public-key-file", str(path)], "--jwt-public-key-file", "PEM")
    misused(["serve", "--database", "postgres:///x", "--jwt-preset", "firebase"], "--jwt-audience")


def token_says_what_it_needs():
    misused(["token", "--jwt-secret", SECRET], "--user")
    misused(["token", "--user", "ann", "--jwt-secret", "short"], "32 bytes")
    misused(["token", "--user", "a\nb", "--jwt-secret", SECRET], "would be refused")
    with tempfile.TemporaryDirectory() as state:
        misused(["token", "--user", "ann", "--state-dir", state], "--jwt-secret-file", state)


def version_is_one_line():
    for args in (["version"], ["--version"]):
        status, said, _ = guildhall(*args)
        assert status == 0 and said.startswith("guildhall ") and said.count("\n") == 1, said
    misused(["version", "now"], "no arguments")


sys.exit(
    run(
        [
            help_names_every_command,
            every_command_has_help,
            help_of_serve_names_its_options_and_their_defaults,
            without_a_command_it_says_how_it_is_used,
            an_unknown_command_is_named_with_the_nearest,
            an_unknown_option_is_named_with_the_nearest,
            what_is_nowhere_near_is_not_guessed_at,
            a_bad_value_is_named_with_what_is_allowed,
            an_unknown_variable_is_refused,
            a_bus_that_there_is_none_of_is_refused,
            serve_says_that_it_needs_a_database,
            serve_says_that_it_needs_a_secret,
            a_short_secret_is_refused_without_showing_it,
            a_database_that_is_not_there_is_named,
            migrate_says_that_it_needs_a_database,
            config_masks_what_is_secret,
            token_prints_a_token_and_nothing_else,
            token_without_an_end_has_none,
            token_follows_the_configured_claims,
            token_finds_the_secret_of_up,
            an_api_key_is_shown_once_and_kept_as_its_hash,
            an_api_key_ends_when_it_is_told_to,
            an_api_key_needs_a_file_that_can_be_read,
            serve_names_the_key_that_is_wrong,
            token_says_what_it_needs,
            version_is_one_line,
        ]
    )
)
