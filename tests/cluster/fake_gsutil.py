#!/usr/bin/python3
"""For tests: the calls of gsutil that the backup makes, on a directory: gs://BUCKET/NAME is /bucket/BUCKET/NAME.

In /bucket/faults: `pause` makes an upload slow, `refuse` lets none through, `truncate` loses the end of each;
`silent` answers nothing at all.
"""

import fnmatch
import pathlib
import shutil
import sys
import tempfile
import time

ROOT = pathlib.Path("/bucket")
CHUNK = 64 * 1024


def is_faulty(name):
    return (ROOT / "faults" / name).exists()


def path(url):
    if not url.startswith("gs://"):
        return pathlib.Path(url)
    return ROOT / url.removeprefix("gs://")


def matches(url):
    pattern = path(url)
    found = sorted(file for file in pattern.parent.glob("*") if fnmatch.fnmatch(file.name, pattern.name))
    if not found:
        sys.exit("CommandException: One or more URLs matched no objects.")
    return found


def upload(url):
    if is_faulty("refuse") or not (ROOT / url.removeprefix("gs://").split("/")[0]).is_dir():
        sys.exit("AccessDeniedException: 403")
    with tempfile.NamedTemporaryFile(dir=ROOT, delete=False) as file:
        while part := sys.stdin.buffer.read(CHUNK):
            file.write(part)
            if is_faulty("pause"):
                time.sleep(0.2)
        if is_faulty("truncate") and url.endswith(".dump"):
            file.truncate(file.tell() // 2)
    path(url).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(file.name).rename(path(url))


def main():
    if is_faulty("silent"):
        sys.exit("ServiceException: 503 Backend Error")
    words = [word for word in sys.argv[1:] if not word.startswith("-") or word == "-"]
    match words:
        case ["cp", "-", url]:
            upload(url)
        case ["cp", url, folder]:
            for file in matches(url):
                (pathlib.Path(folder) / file.name).write_bytes(file.read_bytes())
        case ["cat", url]:
            for file in matches(url):
                with file.open("rb") as content:
                    shutil.copyfileobj(content, sys.stdout.buffer)
        case ["ls", url]:
            for file in matches(url):
                print("gs://" + str(file.relative_to(ROOT)))
        case ["mv", url, to]:
            path(url).rename(path(to))
        case ["rm"]:
            for url in sys.stdin.read().splitlines():
                path(url).unlink(missing_ok=True)
        case _:
            sys.exit(f"CommandException: {words}")


main()
