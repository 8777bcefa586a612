#!/usr/bin/env python3
"""Prints what the program is made of, as CycloneDX 1.5: every package that is linked into it, with its licence."""
import json
import pathlib
import subprocess
import tomllib

ROOT = pathlib.Path(__file__).parent.parent


def cargo(*arguments):
    """What cargo says, with the versions of Cargo.lock."""
    return subprocess.run(["cargo", *arguments, "--locked"], cwd=ROOT, check=True, capture_output=True, text=True).stdout


def component(package, checksums):
    """One package."""
    name, version = package["name"], package["version"]
    licence = (package["license"] or "").replace("/", " OR ")
    return {
        "type": "library",
        "bom-ref": f"pkg:cargo/{name}@{version}",
        "name": name,
        "version": version,
        "purl": f"pkg:cargo/{name}@{version}",
        "licenses": [{"expression": licence}],
        "hashes": [{"alg": "SHA-256", "content": checksums[name, version]}],
    }


def main():
    metadata = json.loads(cargo("metadata", "--format-version", "1"))
    # build and test dependencies are not in the program
    linked = set(cargo("tree", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--target", "all").splitlines())
    linked = {tuple(line.split()[:2]) for line in linked if line}
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    checksums = {(package["name"], package["version"]): package.get("checksum") for package in lock}
    packages = [package for package in metadata["packages"] if (package["name"], "v" + package["version"]) in linked]
    own = next(package for package in packages if package["source"] is None)
    others = sorted((package for package in packages if package["source"]), key=lambda package: package["id"])
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": {"component": {"type": "application", "name": own["name"], "version": own["version"],
                                   "licenses": [{"expression": own["license"]}]}},
        "components": [component(package, checksums) for package in others],
    }
    print(json.dumps(bom, indent=1))


main()
