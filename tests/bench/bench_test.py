"""bench/run, small: every figure that docs/performance.md tells of is there,
the counts are right, and nothing is left behind. No figure has to be good."""
import copy
import json
import math
import os
import signal
import subprocess
import unittest

from documented import documented_fields, fits, leaves
from support import BENCH, PROGRAMS, main, processes_in, temporary_folder

import postgresql  # of bench/, as is the next
import report

SCALE = 0.02
# At that scale: of each of the two that deliver (bench/files.py).
VISITS, REFUNDS = 20_000, 4_000
DEADLINE_SECONDS = 240
MAY_BE_0 = "(may be 0)"


def bench_run(folder, *options, scale=SCALE):
    return subprocess.Popen(
        [f"{BENCH}/run", "--programs", PROGRAMS, "--hasty", "--results",
         f"{folder}/results", "--scale", str(scale), *options],
        env={**os.environ, "TMPDIR": f"{folder}/tmp"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def nothing_is_left(test, folder):
    test.assertEqual(os.listdir(f"{folder}/tmp"), [])
    test.assertEqual(processes_in(folder), [])


class RunTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = cls.enterClassContext(temporary_folder())
        cls.folder = folder
        os.mkdir(f"{folder}/tmp", 0o755)
        with bench_run(folder) as run:
            cls.table, cls.told = run.communicate(timeout=DEADLINE_SECONDS)
        if run.returncode != 0:
            raise AssertionError(cls.told)
        (name,) = os.listdir(f"{folder}/results")
        with open(f"{folder}/results/{name}", encoding="utf-8") as file:
            cls.result = json.load(file)
        cls.garderobe = cls.result["garderobe"]

    def postgresql(self):
        if postgresql.find_programs() is None:
            self.assertNotIn("postgresql", self.result)
            self.skipTest("PostgreSQL is not installed (bench/packages.txt)")
        return self.result["postgresql"]

    def test_every_documented_field_is_there_and_a_figure(self):
        without = postgresql.find_programs() is None
        values = list(leaves(self.result))
        for pattern, meaning in documented_fields().items():
            if without and pattern.startswith(("postgresql.", "same_")):
                continue
            found = [value for path, value in values if fits(pattern, path)]
            self.assertTrue(found, f"{pattern} is missing")
            for value in found:
                if isinstance(value, bool) or not isinstance(
                        value, (int, float)):
                    continue
                self.assertTrue(math.isfinite(value), pattern)
                self.assertGreaterEqual(value, 0, pattern)
                if MAY_BE_0 not in meaning:
                    self.assertGreater(value, 0, pattern)

    def test_every_field_is_documented(self):
        patterns = documented_fields()
        for path, _ in leaves(self.result):
            self.assertTrue(any(fits(p, path) for p in patterns),
                            ".".join(path))

    def test_what_was_delivered_was_taken(self):
        self.assertEqual(self.garderobe["visits"]["visits"], 2 * VISITS)
        self.assertEqual(self.garderobe["refunds"]["visits"], 2 * REFUNDS)
        self.assertEqual(self.garderobe["visits"]["replaced"], 0)
        self.assertEqual(self.garderobe["refunds"]["replaced"], 2 * REFUNDS)

    def test_visits_phases_measure_visits_only(self):
        for what in ("visits", "refunds"):
            self.assertEqual(self.garderobe[what]["relations_sent_again"], 0)

    def test_a_relation_shows_identifiers_and_match_keys(self):
        relations = self.garderobe["relations"]
        self.assertGreaterEqual(relations["identifiers_per_relation"], 3)
        self.assertGreater(relations["tokens_per_relation"],
                           relations["identifiers_per_relation"])

    def test_postgresql_holds_the_same_rows(self):
        other = self.postgresql()
        for what in ("visits", "refunds"):
            self.assertEqual(other[what]["visits"],
                             self.garderobe[what]["visits"])
            # Refunds replace: no row is stored twice.
            self.assertEqual(other[what]["rows_stored"], 2 * VISITS)

    def test_own_mirrors_count_the_same(self):
        other = self.postgresql()
        self.assertIs(self.result["same_answer"], True)
        self.assertEqual(self.garderobe["mirrors"], other["mirrors"])
        self.assertEqual(len(other["mirrors"]), 3)
        for months in other["mirrors"].values():
            self.assertGreater(sum(visits for _, visits, *_ in months), 0)

    def test_the_table_names_commit_and_machine(self):
        self.assertIn(f"scale {SCALE}", self.table)
        self.assertIn("visits/s", self.table)
        self.assertIn("A hasty run", self.table)
        self.assertNotIn("DIFFER", self.table)

    def test_the_table_tells_when_visits_were_not_alone(self):
        result = copy.deepcopy(self.result)
        for what in ("visits", "refunds"):
            result["garderobe"][what]["vault_share_of_used"] = 0
        alone = report.table(result)
        self.assertNotIn("RELATIONS WERE WORKED ON", alone)
        result["garderobe"]["visits"]["relations_sent_again"] = 1
        self.assertIn("RELATIONS WERE WORKED ON DURING: visits",
                      report.table(result))

    def test_nothing_is_left(self):
        nothing_is_left(self, self.folder)


class InterruptedRunTest(unittest.TestCase):
    """Whatever ends it, and when: its daemons, server and folder are gone."""

    def interrupted_at(self, words, number):
        with temporary_folder() as folder:
            os.mkdir(f"{folder}/tmp", 0o755)
            with bench_run(folder, scale=0.01) as run:
                seen = False
                for line in run.stderr:
                    if words in line:
                        seen = True
                        run.send_signal(number)
                        break
                run.communicate(timeout=DEADLINE_SECONDS)
            self.assertTrue(seen, f"it never said: {words}")
            self.assertEqual(run.returncode, 128 + number)
            nothing_is_left(self, folder)
            self.assertFalse(os.path.exists(f"{folder}/results"))

    def test_while_it_delivers(self):
        self.interrupted_at("delivering 20,000 visits", signal.SIGINT)

    def test_while_postgresql_starts(self):
        if postgresql.find_programs() is None:
            self.skipTest("PostgreSQL is not installed (bench/packages.txt)")
        self.interrupted_at("starting PostgreSQL", signal.SIGTERM)

    def test_while_postgresql_loads(self):
        if postgresql.find_programs() is None:
            self.skipTest("PostgreSQL is not installed (bench/packages.txt)")
        self.interrupted_at("the same 20,000 visits", signal.SIGHUP)


class OptionsTest(unittest.TestCase):

    def run_with(self, *options):
        return subprocess.run([f"{BENCH}/run", *options], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              check=False)

    def test_help_tells_every_option(self):
        help = self.run_with("--help")
        self.assertEqual(help.returncode, 0)
        for option in ("--scale", "--json-only", "--results", "--programs",
                       "--hasty"):
            self.assertIn(option, help.stdout)
        self.assertNotIn("set -", help.stdout)

    def test_a_scale_out_of_bounds_is_refused(self):
        for scale in ("0", "-1", "nan", "1001", "much"):
            run = self.run_with("--programs", PROGRAMS, f"--scale={scale}")
            self.assertEqual(run.returncode, 2, scale)
            self.assertIn("--scale", run.stderr)


if __name__ == "__main__":
    main()
