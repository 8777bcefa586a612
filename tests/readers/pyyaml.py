"""Reads YAML streams as PyYAML does (1.1), and prints each as one line of JSON."""

import json
import sys

import yaml

for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        print(json.dumps(list(yaml.safe_load_all(file)), ensure_ascii=True))
