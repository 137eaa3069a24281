"""The files that one run delivers, at its scale."""
import csv

from country import Institution, simulate, write_refunds
from progress import say

# Sizes at --scale 1.
SIMULATED_LINES = 400_000
SIMULATED_LINES_MIN = 10_000
VISITS = 1_000_000  # of an institution; two of them at once
REFUNDS = 200_000   # of an institution; two of them at once
# The year of one institution: fewer at a small scale, never more.
MIRROR_VISITS = 100_000

INSTITUTIONS, SEED = 5, 7
# The largest two of the simulated institutions, and one that asks.
SENDERS = ("museum-01", "podium-02")
ASKER = "library-05"


class Files:
    """Paths by institution, and the number of rows of each path.

    The customers' files are there at once; write_visits writes the others,
    which takes a while at a large scale.
    """

    def __init__(self, programs, folder, scale):
        self.folder = folder
        self.scale = scale
        self.rows = {}
        country = f"{folder}/country"
        say("simulating a country")
        simulate(programs, country, INSTITUTIONS,
                 max(int(SIMULATED_LINES * scale), SIMULATED_LINES_MIN), SEED)
        self.register = f"{country}/register.toml"
        self._institutions = {id: Institution(f"{country}/{id}.csv")
                              for id in (*SENDERS, ASKER)}
        self.header = self._institutions[ASKER].header
        self.customers = {id: self._write("customers", id,
                                          institution.write_customers)
                          for id, institution in self._institutions.items()}
        self.visits, self.refunds = {}, {}

    def write_visits(self):
        say("writing the files with visits and refunds")
        for id, institution in self._institutions.items():
            rows = int(VISITS * self.scale)
            if id == ASKER:
                rows = min(rows, MIRROR_VISITS)
            self.visits[id] = self._write(
                "visits", id, institution.write_visits, rows)
        for seed, id in enumerate(SENDERS):
            self.refunds[id] = self._write(
                "refunds", id, write_refunds, self.visits[id],
                int(REFUNDS * self.scale), seed)

    def _write(self, kind, id, write, *arguments):
        path = f"{self.folder}/{kind}-{id}.csv"
        self.rows[path] = write(path, *arguments)
        return path

    def rows_of(self, files):
        return sum(self.rows[path] for path in files.values())


def of_senders(files):
    """Those of `files` whose delivery is measured."""
    return {id: files[id] for id in SENDERS}


def of_asker(files):
    """What the institution that asks delivers, which is not measured."""
    return {ASKER: files[ASKER]}


def customers_in(path):
    with open(path, encoding="utf-8", newline="") as file:
        return [row["customer_id"] for row in csv.DictReader(file)]
