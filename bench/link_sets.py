"""Sets with a known truth, as files that can be delivered: simulated countries
and public sets."""
import contextlib
import csv
import os
import subprocess
import tempfile

from linkage_sets import read_set, write_orders

VISITS_OF_PERSON = 17.9  # in a year, as docs/simulation.md has it
# What bench_link_set prints as numbers.
WHOLE = ("relations", "persons", "found")
PARTS = ("tokens", "persons_ratio", "precision", "recall", "f1")


def order_files(folder):
    return [f"{folder}/{file}" for file in sorted(os.listdir(folder))
            if file.endswith(".csv") and file != "truth.csv"]


def simulate(programs, folder, persons, institutions, seed, *options):
    """Simulates a country of so many persons into `folder`."""
    subprocess.run(
        [f"{programs}/garderobe", "simulate",
         "--institutions", str(institutions),
         "--visits", str(int(persons * VISITS_OF_PERSON)),
         "--persons", str(persons), "--seed", str(seed), "--out", folder,
         *map(str, options)], check=True, stdout=subprocess.DEVNULL)


def write_set(rows, folder):
    """Writes a set of linkage_sets as one institution's orders."""
    write_orders(rows, f"{folder}/orders.csv")
    with open(f"{folder}/truth.csv", "w", encoding="utf-8") as file:
        file.write("institution,customer_id,person\n")
        for row in rows:
            file.write(f"orders,{row['customer_id']},{row['truth']}\n")


@contextlib.contextmanager
def prepared(programs, name, options):
    """A folder with the set's truth.csv and its orders; None: the set is not
    here."""
    with tempfile.TemporaryDirectory(prefix="garderobe-linkage-") as folder:
        if name == "simulated":
            simulate(programs, f"{folder}/country", options.persons,
                     options.institutions, options.seed)
            yield f"{folder}/country"
            return
        rows = read_set(name, options.data)
        if rows is not None:
            write_set(rows, folder)
        yield None if rows is None else folder


def link_set(programs, folder, *options, files=None):
    """The lines that bench_link_set prints of a prepared set, as it prints
    them."""
    return subprocess.run(
        [f"{programs}/bench_link_set", *(files or order_files(folder)),
         "--truth", f"{folder}/truth.csv", *map(str, options)],
        check=True, stdout=subprocess.PIPE, text=True).stdout


def link_results(programs, folder, *options, files=None):
    """The same of a measurement, as dictionaries."""
    rows = list(csv.DictReader(
        link_set(programs, folder, *options, files=files).splitlines()))
    for row in rows:
        row.update({key: int(row[key]) for key in WHOLE})
        row.update({key: float(row[key]) for key in PARTS})
    return rows
