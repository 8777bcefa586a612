"""Checks values against a JSON Schema: the schema's file, then a JSON document a line on stdin.

Prints a line for each document: `ok`, or where and why it is refused.
"""

import json
import re
import sys

from jsonschema import Draft202012Validator, ValidationError, validators


def ecma(pattern):
    """In ECMA-262 `$` is the end of the text; in Python it also matches before a last line break."""
    return re.sub(r"\$(?=$|[)|])", r"\\Z", pattern)


def pattern(validator, wanted, instance, schema):
    """The keyword `pattern`."""
    if validator.is_type(instance, "string") and not re.search(ecma(wanted), instance):
        yield ValidationError(f"{instance!r} does not match {wanted!r}")


def pattern_properties(validator, wanted, instance, schema):
    """The keyword `patternProperties`."""
    wanted = {ecma(key): value for key, value in wanted.items()}
    yield from Draft202012Validator.VALIDATORS["patternProperties"](validator, wanted, instance, schema)


Validator = validators.extend(
    Draft202012Validator,
    {"pattern": pattern, "patternProperties": pattern_properties},
)

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Validator(schema)
for line in sys.stdin:
    error = next(validator.iter_errors(json.loads(line)), None)
    print("ok" if error is None else f"{error.json_path}: {error.message[:200]}".replace("\n", " "))
