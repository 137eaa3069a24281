"""The files that are delivered, made of one simulated country.

`garderobe simulate` writes some 10,000 lines a second, too slow for bulk:
lines are taken over several times, each copy with orders and events of its
own, as if the season went on.
"""
import collections
import csv
import io
import os
import random
import subprocess

# The columns of an order line begin with these; those before them tell who its
# customer is.
OWN_COLUMNS = ["order_id", "line_id", "event_id"]
# With these a customer has three identifiers.
COMPLETE = ("email", "phone", "postcode", "house_number")

# A line in three parts; the ids between them change with every copy.
Line = collections.namedtuple("Line", "who order line event rest")


def _text(fields):
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(fields)
    return out.getvalue()


class Institution:
    """The lines of one simulated institution, in order."""

    def __init__(self, path):
        self.id = os.path.basename(path).removesuffix(".csv")
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            self.header = next(rows)
            own = self.header.index(OWN_COLUMNS[0])
            after = own + len(OWN_COLUMNS)
            if self.header[own:after] != OWN_COLUMNS:
                raise RuntimeError(f"{path}: the columns are in an order that "
                                   "the benchmark does not know")
            # A line that the box office corrected comes twice. The last one
            # stays: INSERT ... ON CONFLICT cannot take both in one statement.
            last = {tuple(row[own:own + 2]): row for row in rows}
        self.anonymous = _text([""] * own)
        self.lines = []
        latest = {}  # customer -> time of the sale, line, whether complete
        for row in last.values():
            line = Line(_text(row[:own]), *row[own:after], _text(row[after:]))
            self.lines.append(line)
            told = dict(zip(self.header, row))
            complete = told["share"] == "yes" and all(
                told[column] for column in COMPLETE)
            before = latest.get(told["customer_id"])
            if before is None or told["sold_at"] >= before[0]:
                latest[told["customer_id"]] = (told["sold_at"], line, complete)
        # The columns of a customer with e-mail, telephone and address ->
        # the latest line. A customer whose columns change, or who buys in a
        # later year than was delivered, would go again with the visits.
        self.complete = {line.who: line for _, line, complete in
                         latest.values() if complete}

    def _write(self, path, lines, copies, rows_max):
        """Writes the lines `copies` times at most, `rows_max` in all."""
        rows = 0
        with open(path, "w", encoding="utf-8") as file:
            file.write(",".join(self.header) + "\n")
            for copy in copies:
                batch = lines[:rows_max - rows]
                file.writelines(
                    f"{line.who},{line.order}-{copy},{line.line},"
                    f"{line.event}-{copy},{line.rest}\n" for line in batch)
                rows += len(batch)
                if rows == rows_max:
                    break
        os.chmod(path, 0o644)  # the database server reads it as another user
        return rows

    def write_customers(self, path):
        """One line for each customer with e-mail, telephone and address."""
        lines = list(self.complete.values())
        return self._write(path, lines, ["first"], len(lines))

    def write_visits(self, path, rows):
        """Further visits of the customers that write_customers delivers, and
        anonymous ones in the simulated proportion."""
        lines, anonymous_due = [], 0.0
        share = (sum(line.who == self.anonymous for line in self.lines) /
                 len(self.lines))
        for line in self.lines:
            if line.who in self.complete:
                lines.append(line)
                anonymous_due += share / (1 - share)
            elif line.who == self.anonymous and anonymous_due >= 1:
                lines.append(line)
                anonymous_due -= 1
        return self._write(path, lines, range(rows), rows)


def simulate(programs, folder, institutions, visits, seed):
    """Simulates a country into `folder`."""
    subprocess.run(
        [f"{programs}/garderobe", "simulate", "--institutions",
         str(institutions), "--visits", str(visits), "--seed", str(seed),
         "--out", folder], check=True, stdout=subprocess.DEVNULL)


def write_refunds(path, visits, rows, seed):
    """Rows of the file `visits`, refunded, in no order: what a box office
    corrects lies all over the season."""
    with open(visits, encoding="utf-8") as file:
        header, *lines = file
    random.seed(seed)
    with open(path, "w", encoding="utf-8") as file:
        file.write(header)
        for line in random.sample(lines, min(rows, len(lines))):
            rest, _status, share = line.rsplit(",", 2)
            file.write(f"{rest},refunded,{share}")
    os.chmod(path, 0o644)
    return min(rows, len(lines))
