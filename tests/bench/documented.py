"""The fields that docs/performance.md says a results file has."""
import re

from support import ROOT

ROW = re.compile(r"^\| `([^`]+)` \| (.*) \|$", re.MULTILINE)
HEADING = "## The results file"


def documented_fields():
    """{path: meaning}; `<...>` in a path stands for any one key."""
    with open(f"{ROOT}/docs/performance.md", encoding="utf-8") as file:
        section = file.read().split(HEADING, 1)[1].split("\n## ", 1)[0]
    return dict(ROW.findall(section))


def leaves(value, path=()):
    """(path, value) of everything in a results file that is no object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path, value


def fits(pattern, path):
    keys = pattern.split(".")
    return len(keys) == len(path) and all(
        key.startswith("<") or key == told for key, told in zip(keys, path))
