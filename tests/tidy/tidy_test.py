"""What a compiler does not see: rooms, names and leftovers, over all sources.

Each rule either holds everywhere or has a ratchet: a number that may fall and
never grow. Whoever makes a number smaller writes the smaller one here.
"""

import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Sources without a header of their own name.
HEADERLESS_MAX = 20
# Files of more than 400 lines.
LONG_FILES_MAX = 11
# static_cast in production code, for each 1,000 lines.
STATIC_CASTS_MAX = 10.9


def tracked(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, check=False,
        capture_output=True, text=True)
    if listed.returncode != 0:  # an unpacked archive has no history
        paths = [p for pattern in patterns for p in ROOT.rglob(pattern)]
        return [p for p in paths if "build" not in p.relative_to(ROOT).parts]
    return [ROOT / line for line in listed.stdout.splitlines()]


SOURCES = [p for p in tracked("*.cc", "*.h") if p.exists()]


def is_test(path):
    name = path.relative_to(ROOT).as_posix()
    return (name.startswith(("tests/", "bench/")) or "_test." in name
            or name.endswith("_fixture.h"))


PRODUCTION = [p for p in SOURCES if not is_test(p)]


def lines_of(paths):
    for path in paths:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            yield f"{path.relative_to(ROOT)}:{number}", line


def code_of(line):
    """The line without its comment and without what stands in quotes."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return line.split("//")[0]


class TidyTest(unittest.TestCase):
    def none_matches(self, pattern, paths, why, code_only=True):
        found = [f"{place}: {line.strip()}" for place, line in lines_of(paths)
                 if re.search(pattern, code_of(line) if code_only else line)]
        self.assertEqual(found, [], why)

    def test_sources_have_a_header_of_their_name(self):
        headerless = [
            p.relative_to(ROOT).as_posix() for p in PRODUCTION
            if p.suffix == ".cc" and p.name != "main.cc"
            and not p.relative_to(ROOT).as_posix().startswith("client/cli/")
            and not p.with_suffix(".h").exists()]
        self.assertLessEqual(len(headerless), HEADERLESS_MAX, headerless)

    def test_files_have_one_idea(self):
        long_ones = [p.relative_to(ROOT).as_posix() for p in SOURCES
                     if len(p.read_text().splitlines()) > 400]
        self.assertLessEqual(len(long_ones), LONG_FILES_MAX, long_ones)

    def test_casts_do_not_grow(self):
        lines = casts = 0
        for path in PRODUCTION:
            text = path.read_text()
            lines += text.count("\n")
            casts += text.count("static_cast<")
        self.assertLessEqual(1000 * casts / lines, STATIC_CASTS_MAX)

    def test_header_guards_name_their_path(self):
        wrong = []
        for path in SOURCES:
            if path.suffix != ".h":
                continue
            name = path.relative_to(ROOT).as_posix()
            guard = "GARDEROBE_" + re.sub(r"[^a-z0-9]", "_", name).upper() + "_"
            if f"#ifndef {guard}\n#define {guard}\n" not in path.read_text():
                wrong.append(name)
        self.assertEqual(wrong, [])

    def test_headers_say_what_they_are(self):
        silent = [p.relative_to(ROOT).as_posix() for p in SOURCES
                  if p.suffix == ".h" and not p.read_text().startswith("//")]
        self.assertEqual(silent, [])

    def test_integers_are_read_in_one_way(self):
        self.none_matches(r"\b(atoi|atol|atoll|stoi|stol|stoll|stoul|strtol)\b",
                          PRODUCTION, "core/base/integer.h reads integers")

    def test_secrets_are_not_compared_or_drawn_by_hand(self):
        self.none_matches(r"\b(s?rand|random|drand48)\(\)", PRODUCTION,
                          "libsodium draws, core/base/random.h orders")
        self.none_matches(r"\bmemcmp\(", [p for p in PRODUCTION
                                          if "core/store" not in str(p)],
                          "sodium_memcmp compares secrets")

    def test_hashes_have_one_room(self):
        self.none_matches(
            r"\bcrypto_generichash(_init|_update|_final)?\(",
            [p for p in PRODUCTION
             if p.name not in ("hash.cc", "hash.h")],
            "core/base/hash.h makes BLAKE2b")

    def test_columns_have_one_reader(self):
        self.none_matches(r"\* ?(16|32|64), ?(16|32|64)\)", PRODUCTION,
                          "core/base/columns.h reads rows of a column")

    def test_no_leftovers(self):
        self.none_matches(r"\b(TODO|FIXME|XXX|HACK)\b", SOURCES,
                          "a decision, not a promise", code_only=False)

    def test_tests_are_built(self):
        listed = "".join(p.read_text() for p in tracked("*CMakeLists.txt"))
        missing = [p.relative_to(ROOT).as_posix() for p in SOURCES
                   if p.suffix == ".cc" and p.name not in listed
                   and p.name.removesuffix("_fuzzer.cc") not in listed]
        self.assertEqual(missing, [])

    def test_only_the_store_speaks_to_rocksdb(self):
        # Batches and snapshots are still named elsewhere; opening is not.
        self.none_matches(r"rocksdb::DB::Open|rocksdb/db\.h",
                          [p for p in PRODUCTION
                           if "core/store" not in p.as_posix()],
                          "core/store opens RocksDB")

    def test_only_one_room_makes_ordered_types(self):
        self.none_matches(r"friend .*(Shuffled|Rerandomised|InClientOrder)",
                          [p for p in PRODUCTION
                           if "core/conversion" not in p.as_posix()],
                          "core/conversion makes them")

    def test_insecure_credentials_are_for_tests(self):
        self.none_matches(r"Insecure(Channel|Server)Credentials", PRODUCTION,
                          "mutual TLS always")


if __name__ == "__main__":
    sys.exit(unittest.main())
