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

CUSTOMER_COLUMNS = 10  # customer_id to country
ORDER_ID, LINE_ID, EVENT_ID = 10, 11, 12
EMAIL, PHONE, POSTCODE, HOUSE_NUMBER = 1, 2, 6, 7
ANONYMOUS = "," * (CUSTOMER_COLUMNS - 1)

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
        # A line that the box office corrected comes twice. The last one
        # stays: INSERT ... ON CONFLICT cannot take both in one statement.
        last = {}
        with open(path, encoding="utf-8", newline="") as file:
            rows = csv.reader(file)
            self.header = next(rows)
            for row in rows:
                last[row[ORDER_ID], row[LINE_ID]] = row
        share = self.header.index("share")
        self.lines = []
        self.complete = {}  # customer's columns -> first line; 3 identifiers
        for row in last.values():
            who = _text(row[:CUSTOMER_COLUMNS])
            line = Line(who, row[ORDER_ID], row[LINE_ID], row[EVENT_ID],
                        _text(row[EVENT_ID + 1:]))
            self.lines.append(line)
            if row[share] == "yes" and all(
                    row[c] for c in (EMAIL, PHONE, POSTCODE, HOUSE_NUMBER)):
                self.complete.setdefault(who, line)

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
        share = (sum(line.who == ANONYMOUS for line in self.lines) /
                 len(self.lines))
        for line in self.lines:
            if line.who in self.complete:
                lines.append(line)
                anonymous_due += share / (1 - share)
            elif line.who == ANONYMOUS and anonymous_due >= 1:
                lines.append(line)
                anonymous_due -= 1
        return self._write(path, lines, range(rows), rows)


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
