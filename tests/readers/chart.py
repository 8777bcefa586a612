"""Prints what Helm makes of a chart: its own library, version 4, with a release that goes nowhere."""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", ".tools", "python"))

from helm_python import Config  # noqa: E402

release = Config(storage_driver="memory").install(sys.argv[1], "shop", dry_run="client")
print(release["manifest"])
