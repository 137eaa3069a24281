#!/usr/bin/env python3
"""Counts an institution's own figures in its files, without anything of the
project, and lays them beside what `garderobe query own` tells.

usage: own_figures.py GARDEROBE DEPLOYMENT INSTITUTION FILE...

Of files that hold the same order line the later one counts. Exit 0: every
figure agrees. Prints each that does not.
"""
import collections
import csv
import datetime
import json
import subprocess
import sys

WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
            "sunday"]


def lines_of(files):
    lines = {}
    for file in files:
        with open(file, newline="", encoding="utf-8") as opened:
            for row in csv.DictReader(opened):
                lines[row["order_id"], row["line_id"]] = row
    return [row for row in lines.values()
            if row["status"] not in ("cancelled", "refunded")]


def cents(price):
    whole, _, part = price.partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def lead_time(row, day):
    if not row["sold_at"]:
        return "unknown"
    days = (day - datetime.date.fromisoformat(row["sold_at"][:10])).days
    for end, band in ((1, "same_day"), (7, "1-6_days"), (28, "1-4_weeks"),
                      (90, "1-3_months")):
        if days < end:
            return band
    return "over_3_months"


def season(day):
    year = day.year if day.month >= 9 else day.year - 1
    return f"{year}-{(year + 1) % 100:02}"


PERIODS = {
    "month": lambda day: f"{day.year}-{day.month:02}",
    "quarter": lambda day: f"{day.year}Q{(day.month + 2) // 3}",
    "year": lambda day: str(day.year),
    "season": season,
}
VISIT_SPLITS = {
    **{name: (lambda of: lambda row, day: of(day))(of)
       for name, of in PERIODS.items()},
    "day": lambda row, day: day.isoformat(),
    "week": lambda row, day: (
        day - datetime.timedelta(days=day.weekday())).isoformat(),
    "weekday": lambda row, day: WEEKDAYS[day.weekday()],
    "hour": lambda row, day: row["starts_at"][11:13],
    "event": lambda row, day: row["event_id"],
    "genre": lambda row, day: (row["genre"] or "other").split(".")[0],
    "channel": lambda row, day: row["channel"],
    "lead_time": lead_time,
    "sold_month": lambda row, day: row["sold_at"][:7],
}


class Check:
    def __init__(self, garderobe, deployment, institution, files):
        self.command = [garderobe, "--deployment", deployment, "query", "own"]
        self.institution = institution
        self.rows = lines_of(files)
        self.compared = 0
        self.wrong = []

    def ask(self, question, *options):
        done = subprocess.run(
            [*self.command, question, "--institution", self.institution,
             *options, "--json"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"query own {question} {options}: {done.stderr}")
        return json.loads(done.stdout)

    def compare(self, what, expected, told):
        self.compared += len(expected)
        if expected != told:
            differing = {key: (expected.get(key), told.get(key))
                         for key in {*expected, *told}
                         if expected.get(key) != told.get(key)}
            self.wrong.append(f"{what}: (counted here, told) {differing}")

    def visits(self):
        for by, key_of in VISIT_SPLITS.items():
            expected = collections.defaultdict(lambda: [0, 0, 0])
            for row in self.rows:
                day = datetime.date.fromisoformat(row["starts_at"][:10])
                sums = expected[key_of(row, day)]
                sums[0] += 1
                sums[1] += int(row["quantity"])
                sums[2] += cents(row["price"])
            told = {one[by]: [one["visits"], one["tickets"],
                              one["revenue_cents"]]
                    for one in self.ask("visits", "--by", by)["rows"]}
            self.compare(f"visits by {by}", dict(expected), told)

    def customers(self):
        own = collections.defaultdict(list)
        for row in self.rows:
            if row["customer_id"] and row["share"] != "no":
                own[row["customer_id"]].append(
                    (datetime.date.fromisoformat(row["starts_at"][:10]), row))
        for by, period_of in PERIODS.items():
            customers = collections.Counter()
            visits = collections.Counter()
            frequency = collections.defaultdict(collections.Counter)
            channels = collections.defaultdict(collections.Counter)
            for mine in own.values():
                in_period = collections.defaultdict(list)
                for day, row in mine:
                    in_period[period_of(day)].append((day, row))
                for period, some in in_period.items():
                    customers[period] += 1
                    visits[period] += len(some)
                    n = len(some)
                    frequency[period]["1" if n == 1 else "2" if n == 2 else
                                      "3-5" if n < 6 else "6+"] += 1
                    most = collections.Counter(
                        row["channel"] for _, row in some).most_common()
                    # Ties go to the later visit; here only the clear ones.
                    if len(most) == 1 or most[0][1] > most[1][1]:
                        channels[period][most[0][0]] += 1
            told = self.ask("customers", "--by", by)["rows"]
            self.compare(f"customers by {by}", dict(customers),
                         {one[by]: one["customers"] + one["addresses"]
                          for one in told})
            self.compare(f"visits of customers by {by}", dict(visits),
                         {one[by]: one["visits"] for one in told})
            enough = {one[by] for one in told
                      if one["customers"] >= 10 and one["addresses"] == 0}
            for period in sorted(enough):
                split = self.ask("customers", "--by", "frequency", "--period",
                                 period)
                self.compare(f"customers of {period} by frequency",
                             dict(frequency[period]),
                             {one["frequency"]: one["customers"]
                              for one in split["rows"]})
                split = self.ask("customers", "--by", "channel", "--period",
                                 period)
                told_channels = {one["channel"]: one["customers"]
                                 for one in split["rows"]}
                for channel, count in channels[period].items():
                    if told_channels.get(channel, 0) < count:
                        self.wrong.append(
                            f"customers of {period} by channel {channel}")
                self.compare(f"customers of {period} by channel, in all",
                             {"all": customers[period]},
                             {"all": sum(told_channels.values())})
                if by == "month":  # a month is enough, and quick
                    break


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    check = Check(*sys.argv[1:4], sys.argv[4:])
    check.visits()
    check.customers()
    for wrong in check.wrong:
        print(wrong)
    print(f"{check.compared} figures compared, {len(check.wrong)} tables differ")
    sys.exit(1 if check.wrong else 0)


main()
