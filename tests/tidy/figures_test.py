"""Figures that are told come from programs (tests/adversary/figures.py).

The tables of SECURITY.md and docs/performance.md are what the script makes of
the committed figures; a share that SECURITY.md tells outside of them names the
program that shows it.
"""

import json
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/adversary"))
sys.dont_write_bytecode = True
import figures  # noqa: E402

SHARE = re.compile(r"\d ?%|per cent|\bin a (?:hundred|thousand|million)\b"
                   r"|\b(?:half|third|quarter|most) of the "
                   r"(?:persons|people|visits|visitors|relations)\b")
PROGRAM = re.compile(r"`(?:tests/\w+/)?(?:[\w/]+/)?"
                     r"((?:\w+_test|bench_\w+|\w+_fuzzer))(?:\.\w+)?`")


def programs():
    names = {p.stem for p in ROOT.rglob("*_test.cc")
             if "build" not in p.relative_to(ROOT).parts}
    names |= {p.stem for p in ROOT.rglob("*_test.py")
              if "build" not in p.relative_to(ROOT).parts}
    built = "".join(p.read_text() for p in (ROOT / "bench/CMakeLists.txt",
                                             ROOT / "tests/CMakeLists.txt"))
    names |= set(re.findall(r"garderobe_binary\((\w+)", built))
    names |= {f"{name}_test"
              for name in re.findall(r"garderobe_test\((\w+)", built)}
    return names


def shares_without_program(text, known):
    """Lines of `text` that tell a share and name no program that is there."""
    return [line for line in figures.outside(text).splitlines()
            if SHARE.search(line)
            and not set(PROGRAM.findall(line)) & known]


class FiguresTest(unittest.TestCase):
    def setUp(self):
        self.figures = json.loads(figures.COMMITTED.read_text())

    def test_tables_are_those_of_the_committed_figures(self):
        for page in figures.PAGES:
            text = (ROOT / page).read_text()
            self.assertTrue(figures.BLOCK.search(text), page)
            made = figures.with_tables(text, self.figures)
            self.assertTrue(text == made,  # not a page of differences
                            f"{page}: run tests/adversary/figures.py write")

    def test_every_table_stands_somewhere(self):
        there = {block[2] for page in figures.PAGES
                 for block in figures.BLOCK.finditer((ROOT / page).read_text())}
        self.assertEqual(there, set(figures.TABLES))

    def test_every_program_is_there(self):
        self.assertLessEqual(set(self.figures["tests"]), programs())

    def test_shares_name_their_program(self):
        found = shares_without_program((ROOT / "SECURITY.md").read_text(),
                                       programs())
        self.assertEqual(found, [], "\n".join(found))


class ControlTest(unittest.TestCase):
    def test_a_table_that_was_changed_is_seen(self):
        found = json.loads(figures.COMMITTED.read_text())
        text = (ROOT / "SECURITY.md").read_text()
        block = next(b for b in figures.BLOCK.finditer(text) if b[2] == "tests")
        changed = text.replace(block[3], block[3].replace("0", "1", 1))
        self.assertFalse(changed == text)
        self.assertTrue(figures.with_tables(changed, found) == text)

    def test_shares_without_a_program_are_seen(self):
        known = {"join_test", "bench_join"}
        for line in ("Some 3 % are alone.", "Few: 0.08%.",
                     "It is 3 in a million (`gone_test`).",
                     "Of them 12 per cent.", "Half of the visits, half of the "
                     "persons (docs/rights.md)."):
            self.assertEqual(shares_without_program(line, known), [line])
        for line in ("Some 3 % are alone (`join_test`).",
                     "0.4 % (`tests/adversary/join_test.cc`).",
                     "12 % by `bench_join`.", "None is alone.",
                     "<!-- figures: joined -->\n3 %\n<!-- end of figures -->"):
            self.assertEqual(shares_without_program(line, known), [], line)


if __name__ == "__main__":
    sys.exit(unittest.main())
