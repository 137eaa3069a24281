#!/usr/bin/env python3
"""Figures of SECURITY.md and docs/performance.md, from what programs measured.

  GARDEROBE_FIGURES=FOLDER ctest --preset release -L e2e     # tests write there
  build/release/bin/bench_join --crowds > FOLDER/lab-150000.json
  tests/adversary/figures.py collect FOLDER     # into tests/adversary/figures.json
  tests/adversary/figures.py write              # the tables, from that file

`collect` keeps what a folder does not have. Tables stand between the lines
`<!-- figures: NAME -->` and `<!-- end of figures -->`; nobody writes there by
hand: tests/tidy/figures_test.py compares.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMMITTED = ROOT / "tests/adversary/figures.json"
PAGES = ("SECURITY.md", "docs/performance.md")
BLOCK = re.compile(r"(<!-- figures: ([a-z-]+) -->\n)(.*?)"
                   r"(<!-- end of figures -->)", re.S)
PADDINGS = ("none", "birth", "all")
JOINS = {"count": "how many relations",
         "shown": "and what each shows",
         "agreeing": "and which of them agree",
         "home": "and who shares an address",
         "company": "and who shares any token",
         "homes": "recording: and who lives together"}


def percent(part, whole):
    return f"{100 * part / whole:.2f} %" if whole else "-"


def number(value):
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def labs(figures):
    return [lab for _, lab in sorted(figures["lab"].items(),
                                     key=lambda item: int(item[0]))]


def joined(figures):
    """Who stands alone without padding, by size."""
    rows = []
    for name, words in JOINS.items():
        cells = [words]
        for lab in labs(figures):
            join = lab["padding"]["none"]["joined"][name]
            cells.append(percent(join["claimed"], lab["persons"]) + ", "
                         + percent(join["right"], lab["persons"]))
        rows.append(cells)
    return table(["alone in", *(number(lab["persons"]) + " persons"
                                for lab in labs(figures))], rows)


def joined_by_padding(figures):
    rows = []
    for lab in labs(figures):
        for padding in PADDINGS:
            join = lab["padding"][padding]["joined"]
            rows.append([number(lab["persons"]), padding,
                         *(percent(join[name]["claimed"], lab["persons"]) + ", "
                           + percent(join[name]["right"], lab["persons"])
                           for name in JOINS)])
    return table(["persons", "padding", *JOINS.values()], rows)


def padding_costs(figures):
    rows = []
    for lab in labs(figures):
        for padding in PADDINGS:
            of = lab["padding"][padding]
            linked = "recall" in of
            rows.append([
                number(lab["persons"]), padding,
                f"{of['tokens_a_relation']:.1f}",
                f"{of['multiplications_a_relation']:.0f}",
                *(f"{of['core_hours'][party]:.1f}"
                  for party in ("client", "ttp, to the vault", "vault",
                                "together")),
                f"{of['store_bytes_a_relation']:.0f}" if linked else "-",
                f"{of['precision']:.3f}" if linked else "-",
                f"{of['recall']:.3f}" if linked else "-"])
    return table(["persons", "padding", "tokens", "multiplications",
                  "client, h", "TTP to the vault, h", "vault, h",
                  "together, h", "store, bytes", "precision", "recall"], rows)


def runs(figures):
    """What each lab was, and what a proof of every batch would cost."""
    rows = []
    for lab in labs(figures):
        cost = lab["proof_of_every_batch_core_hours"]
        rows.append([number(lab["persons"]), lab["persons_by"],
                     number(lab["institutions"]), number(lab["relations"]),
                     number(lab["sendings"]), number(lab["peak_mib"]),
                     f"{lab['multiplication_microseconds']:.1f}",
                     *(f"{cost[party][0]:.1f} to {cost[party][1]:.1f}"
                       for party in ("ttp", "vault"))])
    return table(["persons", "found by", "institutions", "relations",
                  "sendings", "memory, MiB", "microseconds a multiplication",
                  "proof: TTP, h", "proof: vault, h"], rows)


def crowds(figures):
    rows = []
    for lab in labs(figures):
        for of in lab["crowds"]:
            rows.append([
                number(lab["persons"]),
                "once" if of["first_only"] else "each quarter",
                "an hour" if of["wait_minutes"] == 60 else "a day",
                number(of["gather_rows"]),
                f"{of['rows'] / of['crowds']:.0f}",
                percent(of["in_several"], of["persons"]),
                percent(of["in_several_alone"], of["in_several"]),
                percent(of["in_one_alone"], of["persons"])])
    return table(["persons", "a relation goes", "wait", "`gather.rows`",
                  "rows in a crowd, mean", "persons in several crowds",
                  "of these alone", "persons alone in their one crowd"], rows)


def crowds_in_short(figures):
    rows = []
    for lab in labs(figures):
        for of in lab["crowds"]:
            if of["first_only"]:
                continue
            rows.append([
                number(lab["persons"]),
                "an hour" if of["wait_minutes"] == 60 else "a day",
                number(of["gather_rows"]),
                f"{number(of['in_several_alone'])} of "
                f"{number(of['in_several'])}"])
    return table(["persons", "wait", "`gather.rows`",
                  "alone, of those in several crowds"], rows)


def tests(figures):
    rows = []
    for program, own in sorted(figures["tests"].items()):
        for name, figure in sorted(own.items()):
            whole = figure.get("of", 0)
            rows.append([f"`{program}`", name, number(figure["value"]),
                         number(whole) if whole else "",
                         percent(figure["value"], whole) if whole else ""])
    return table(["program", "figure", "value", "of", "share"], rows)


TABLES = {"joined": joined, "joined-by-padding": joined_by_padding,
          "padding-costs": padding_costs, "runs": runs,
          "crowds": crowds, "crowds-in-short": crowds_in_short, "tests": tests}


def with_tables(text, figures):
    """`text` with its tables made anew."""
    return BLOCK.sub(
        lambda block: block[1] + TABLES[block[2]](figures) + block[4], text)


def outside(text):
    """`text` without its tables."""
    return BLOCK.sub("", text)


def collect(folder, figures):
    """Adds what stands in `folder`; a word for each file."""
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        found = json.loads(path.read_text())
        if "persons_of_country" in found:
            figures["lab"][str(found["persons_of_country"])] = found
            print(f"{path.name}: a lab of {found['persons']:,} persons")
        else:
            figures["tests"][path.stem] = found
            print(f"{path.name}: {len(found)} figures")
    return figures


def main(arguments):
    figures = {"tests": {}, "lab": {}}
    if COMMITTED.exists():
        figures = json.loads(COMMITTED.read_text())
    if len(arguments) == 2 and arguments[0] == "collect":
        if not pathlib.Path(arguments[1]).is_dir():
            print(f"{arguments[1]} is no folder", file=sys.stderr)
            return 2
        COMMITTED.write_text(
            json.dumps(collect(arguments[1], figures), indent=1, sort_keys=True)
            + "\n")
        return 0
    if arguments == ["write"]:
        for page in PAGES:
            path = ROOT / page
            path.write_text(with_tables(path.read_text(), figures))
        return 0
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
