"""The programs of bench/ that measure linking, each at its smallest."""
import csv
import json
import os
import subprocess
import tomllib
import unittest
import xml.etree.ElementTree

from support import BENCH, PROGRAMS, main, processes_in, temporary_folder

MATCH_KEYS = 16
FEBRL = ("rec_id, given_name, surname, street_number, address_1, address_2, "
         "suburb, postcode, state, date_of_birth, soc_sec_id")


def febrl_lines():
    """Twenty persons, each twice, without a mistake."""
    for i in range(20):
        who = (f"anna, jansen{'abcdefghijklmnopqrst'[i]}, {i + 1}, "
               f"veldstraat, , gent, 9000, , 19{50 + i}0{i % 9 + 1}12, ")
        yield f"rec-{i}-org, {who}"
        yield f"rec-{i}-dup-0, {who}"


class LinkageTest(unittest.TestCase):

    def setUp(self):
        self.folder = self.enterContext(temporary_folder())
        self.tmp = f"{self.folder}/tmp"
        os.mkdir(self.tmp)

    def run_program(self, *command, **options):
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, check=False,
                              env={**os.environ, "TMPDIR": self.tmp},
                              **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(os.listdir(self.tmp), [])
        self.assertEqual(processes_in(self.folder), [])
        return done.stdout

    def linkage(self, *options):
        return self.run_program(f"{BENCH}/linkage", "--programs", PROGRAMS,
                                "--persons", "150", "--institutions", "4",
                                *options)

    def check(self, results, weights):
        self.assertEqual([r["weights"] for r in results], weights)
        for result in results:
            self.assertGreater(result["relations"], 100)
            for measure in ("precision", "recall", "f1", "persons_ratio"):
                # No figure has to be good, but half would be a broken judge.
                self.assertGreater(result[measure], 0.5, measure)
                self.assertLessEqual(result[measure], 1.5, measure)

    def test_the_simulated_country_is_judged(self):
        out = f"{self.folder}/out.json"
        table = self.linkage("--out", out, "simulated")
        self.assertEqual(len(table.splitlines()), 3)
        with open(out, encoding="utf-8") as file:
            self.check(json.load(file), ["given", "estimated"])

    def test_daemons_link_as_the_linker_by_itself(self):
        out = f"{self.folder}/out.json"
        self.linkage("--out", out, "simulated")
        with open(out, encoding="utf-8") as file:
            given = json.load(file)[0]
        self.linkage("--deployment", "--out", out, "simulated")
        with open(out, encoding="utf-8") as file:
            (daemons,) = json.load(file)
        for measure in ("relations", "persons", "found", "precision",
                        "recall"):
            self.assertAlmostEqual(daemons[measure], given[measure], 3,
                                   measure)

    def test_weights_are_counted_with_the_truth(self):
        weights = tomllib.loads(self.linkage("--label"))
        self.assertGreater(weights["same"]["email"]["same"], 0.5)
        self.assertLess(weights["family"]["email"]["same"], 0.5)

    def test_what_is_wrong_is_told_by_agreement(self):
        lines = self.linkage("--wrong", "simulated").splitlines()
        self.assertEqual(lines[0], "# given")
        self.assertIn("# estimated", lines)
        self.assertTrue(any(line.endswith("nothing shared")
                            for line in lines))

    def test_the_tables_of_the_document_are_written(self):
        document = f"{self.folder}/linking.md"
        names = ("countries", "sets", "keys", "years")
        with open(document, "w", encoding="utf-8") as file:
            file.write("# Linking\n\n" + "\n\nand\n\n".join(
                f"<!-- {name} -->\nstale\n<!-- end of {name} -->"
                for name in names) + "\n\nThe end\n")
        self.run_program(f"{BENCH}/linkage_document", "--programs", PROGRAMS,
                         "--document", document, "--data", self.folder,
                         "--sizes", "150", "--seeds", "1", "--persons", "150",
                         "--institutions", "4")
        with open(document, encoding="utf-8") as file:
            text = file.read()
        self.assertNotIn("stale", text)
        self.assertIn("| 150 | 1 |", text)
        self.assertIn("| `email_first` |", text)
        self.assertIn("| 2027 |", text)
        self.assertTrue(text.endswith("\n\nThe end\n"))
        # The real one has a place for each.
        with open(f"{BENCH}/../docs/linking.md", encoding="utf-8") as file:
            real = file.read()
        for name in names:
            self.assertEqual(real.count(f"<!-- {name} -->\n"), 1)
            self.assertEqual(real.count(f"<!-- end of {name} -->"), 1)

    def test_sets_with_a_truth_are_read(self):
        data = f"{self.folder}/data"
        os.makedirs(f"{data}/febrl")
        os.makedirs(f"{data}/splink")
        with open(f"{data}/febrl/dataset1.csv", "w", encoding="utf-8") as file:
            file.write("\n".join([FEBRL, *febrl_lines()]) + "\n")
        with open(f"{data}/splink/fake_1000.csv", "w",
                  encoding="utf-8") as file:
            file.write("unique_id,first_name,surname,dob,city,email,cluster\n")
            for i in range(20):
                for copy in range(2):
                    file.write(f"{2 * i + copy},Anna,Janssen,19{50 + i}-02-03,"
                               f"London,anna{i}@post.example,{i}\n")
        out = f"{self.folder}/out.json"
        self.linkage("--data", data, "--population", "1000", "--out", out,
                     "febrl1", "febrl2", "fake_1000")
        with open(out, encoding="utf-8") as file:
            results = json.load(file)
        # febrl2 is not there, and is passed over.
        given = [r for r in results if r["weights"] == "given"]
        self.assertEqual([(r["set"], r["relations"], r["persons"])
                          for r in given],
                         [("febrl1", 40, 20), ("fake_1000", 40, 20)])
        for result in given:
            self.assertEqual((result["precision"], result["recall"]), (1, 1))

    def test_match_keys_are_left_out_one_by_one(self):
        out = f"{self.folder}/out.json"
        self.linkage("--keys", "--out", out, "simulated")
        with open(out, encoding="utf-8") as file:
            rows = [r for r in json.load(file) if r["weights"] == "given"]
        self.assertEqual(len(rows), 1 + MATCH_KEYS + 1)
        self.assertEqual(rows[0]["without"], "nothing")
        self.assertEqual(rows[-1]["without"], "all match keys")
        for row in rows:
            self.assertGreater(row["tokens"], 1)
            self.assertGreater(row["f1"], 0.5, row)
        self.assertLess(rows[-1]["tokens"], rows[0]["tokens"])

    def test_match_keys_are_left_out_together(self):
        lines = self.linkage("--without", "email_local,names_area",
                             "simulated").splitlines()
        self.assertEqual(len(lines), 3)
        for line in lines[1:]:
            self.assertIn("email_local names_area", line)

    def test_growth_of_linking_is_measured_and_drawn(self):
        growth = self.run_program(f"{PROGRAMS}/bench_linking", "--relations",
                                  "2000")
        (row,) = csv.DictReader(growth.splitlines())
        self.assertEqual(row["relations"], "2000")
        for name, value in row.items():
            self.assertGreater(float(value), 0, name)
        path = f"{self.folder}/growth.csv"
        with open(path, "w", encoding="utf-8") as file:
            file.write(growth)
        drawn = xml.etree.ElementTree.fromstring(
            self.run_program(f"{BENCH}/plot_linking", path))
        self.assertTrue(drawn.tag.endswith("svg"))
        # One mark a line of the file, for each of the two curves.
        self.assertEqual(sum(e.tag.endswith("circle") for e in drawn), 2)

    def test_an_audited_crowd_is_kept_proved_and_verified(self):
        told = json.loads(self.run_program(f"{PROGRAMS}/bench_crowd_proof",
                                           "--rows", "20", "--kinds", "3"))
        self.assertEqual((told["rows"], told["kinds"]), (20, 3))
        for name, value in told.items():
            self.assertGreater(value, 0, name)

    def test_group_operations_are_timed_by_themselves(self):
        told = json.loads(
            self.run_program(f"{PROGRAMS}/bench_group_operations"))
        self.assertEqual(len(told["operations"]), 6)
        for name, microseconds in told["operations"].items():
            self.assertGreater(microseconds, 0, name)
        for party, cost in told["parties"].items():
            self.assertGreater(cost["relation_seconds"], 0, party)


if __name__ == "__main__":
    main()
