#!/usr/bin/env python3
"""Writes tests/dependencies/advisories.tsv: which advisories of RustSec are about the packages of Cargo.lock.

    git clone https://github.com/rustsec/advisory-db
    .ci/advisories.py advisory-db
"""
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).parent.parent
FENCE = re.compile(r"```toml\n(.*?)```", re.S)


def git(database, *arguments):
    """What git says of the database; a clone without files will do."""
    return subprocess.run(["git", "-C", database, *arguments], check=True, capture_output=True, text=True).stdout


def advisories(database, package):
    """Each as its number and the versions that it is not about."""
    found = []
    for file in git(database, "ls-tree", "-r", "--name-only", "HEAD", f"crates/{package}/").split():
        facts = tomllib.loads(FENCE.search(git(database, "show", f"HEAD:{file}")).group(1))
        if "withdrawn" in facts["advisory"]:
            continue
        versions = facts.get("versions", {})
        safe = versions.get("patched", []) + versions.get("unaffected", [])
        found.append((facts["advisory"]["id"], " | ".join(safe) or "none"))
    return sorted(found)


def main():
    database = sys.argv[1]
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())
    packages = sorted({package["name"] for package in lock["package"] if "source" in package})
    date = git(database, "log", "-1", "--format=%cs").strip()
    lines = [f"# RustSec as of {date}: package, advisory, the versions that it is not about"]
    for package in packages:
        lines += ["\t".join((package, *facts)) for facts in advisories(database, package)] or [f"{package}\t-"]
    (ROOT / "tests/dependencies/advisories.tsv").write_text("\n".join(lines) + "\n")


main()
