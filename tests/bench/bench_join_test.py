"""bench_join, small: what tests/adversary/figures.py makes tables of is there."""

import json
import subprocess
import sys
import unittest

from support import PROGRAMS, ROOT

sys.path.insert(0, f"{ROOT}/tests/adversary")
sys.dont_write_bytecode = True
import figures  # noqa: E402

PROGRAM = f"{PROGRAMS}/bench_join"


class BenchJoinTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        ran = subprocess.run([PROGRAM, "--persons", "1500", "--crowds"],
                             capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stderr
        cls.lab = json.loads(ran.stdout)

    def test_every_table_can_be_made_of_it(self):
        found = {"tests": {}, "lab": {"1500": self.lab}}
        for name, table in figures.TABLES.items():
            lines = table(found).splitlines()
            self.assertGreaterEqual(len(lines), 2, name)
            self.assertEqual(len({line.count(" | ") for line in lines}), 1,
                             name)

    def test_padding_costs_and_hides(self):
        padding = self.lab["padding"]
        for dear, cheap in (("all", "birth"), ("birth", "none")):
            for key in ("tokens_a_relation", "store_bytes_a_relation",
                        "multiplications_a_relation"):
                self.assertGreater(padding[dear][key], padding[cheap][key])
            self.assertLessEqual(padding[dear]["joined"]["shown"]["alone"],
                                 padding[cheap]["joined"]["shown"]["alone"])
        for of in padding.values():
            for join in of["joined"].values():
                self.assertLessEqual(join["right"], join["claimed"])
                self.assertLessEqual(join["claimed"], join["alone"])
                self.assertLessEqual(join["alone"], self.lab["persons"])

    def test_every_row_leaves_with_a_crowd(self):
        self.assertEqual(len(self.lab["crowds"]), 8)
        for of in self.lab["crowds"]:
            rows = self.lab["relations" if of["first_only"] else "sendings"]
            self.assertEqual(of["rows"], rows)
            self.assertEqual(of["persons"], self.lab["persons"])


class RefusalTest(unittest.TestCase):
    def test_wrong_options_are_told_of(self):
        for options in (["--persons", "10"], ["--link", "some"],
                        ["--folder", "/nowhere/at/all"]):
            ran = subprocess.run([PROGRAM, *options], capture_output=True,
                                 text=True, check=False)
            self.assertNotEqual(ran.returncode, 0, options)
            self.assertNotEqual(ran.stderr, "", options)


if __name__ == "__main__":
    unittest.main()
