#!/usr/bin/env python3
"""Makes the tables of this folder from the files that NOTICE names.

    derive_tables.py SOURCES            writes the tables
    derive_tables.py SOURCES --check    compares, and changes nothing

SOURCES is a folder with nl/ and be/ in it. Says what it made, and of what it
had to choose. --check ends with 1 where a table differs, and with 77 where
SOURCES is not there.
"""

import csv
import io
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent

# French and English names of Dutch provinces stand in no source.
PROVINCES_NL = {
    "PV20": ("Groningen", "Groningue", "Groningen"),
    "PV21": ("Fryslân", "Frise", "Friesland"),
    "PV22": ("Drenthe", "Drenthe", "Drenthe"),
    "PV23": ("Overijssel", "Overijssel", "Overijssel"),
    "PV24": ("Flevoland", "Flevoland", "Flevoland"),
    "PV25": ("Gelderland", "Gueldre", "Gelderland"),
    "PV26": ("Utrecht", "Utrecht", "Utrecht"),
    "PV27": ("Noord-Holland", "Hollande-Septentrionale", "North Holland"),
    "PV28": ("Zuid-Holland", "Hollande-Méridionale", "South Holland"),
    "PV29": ("Zeeland", "Zélande", "Zeeland"),
    "PV30": ("Noord-Brabant", "Brabant-Septentrional", "North Brabant"),
    "PV31": ("Limburg", "Limbourg", "Limburg"),
}
# English names of Belgian areas, which no source has either.
ENGLISH_BE = {
    "10000": "Antwerp", "20001": "Flemish Brabant", "20002": "Walloon Brabant",
    "30000": "West Flanders", "40000": "East Flanders", "50000": "Hainaut",
    "60000": "Liège", "70000": "Limburg", "80000": "Luxembourg",
    "90000": "Namur", "02000": "Flemish Region", "03000": "Walloon Region",
    "04000": "Brussels-Capital Region",
}
BRUSSELS = "04000"

# A postcode that GeoNames alone knows is believed when another one of nearly
# the same number lies close by; its list has slips like 7379 for 7397.
NEIGHBOUR_NUMBERS = 20
NEIGHBOUR_KM = 8


def read(folder, name):
    with open(folder / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def kilometres(a, b):
    lat_a, lon_a, lat_b, lon_b = map(math.radians, (*a, *b))
    h = (math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) *
         math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2)
    return 2 * 6371.0088 * math.asin(math.sqrt(h))


def mean(points):
    """Of (weight, (lat, lon)); of equal weights where all are 0."""
    points = list(points)
    total = sum(weight for weight, _ in points)
    if total == 0:
        points, total = [(1, at) for _, at in points], len(points)
    return tuple(sum(w * at[i] for w, at in points) / total for i in (0, 1))


def point(row, lat="latitude", lon="longitude"):
    return float(row[lat]), float(row[lon])


def geonames(folder, name):
    """Rows of each postcode."""
    rows = {}
    for row in read(folder, name):
        rows.setdefault(row["zipcode"], []).append(row)
    return rows


def dutch_postcodes(folder, municipalities):
    """{postcode: (municipality, residents, point)}"""
    listed = geonames(folder, "nl/geonames-nl-postcodes.csv")

    def codes(postcode):
        return {"GM" + row["province_code"] for row in listed.get(postcode, [])}

    profile = {row["pc4"]: row["municipality_code"]
               for row in read(folder, "nl/nl-pc4-profile-2024.csv")}
    made, without = {}, []
    for row in read(folder, "nl/nl-pc4.csv"):
        postcode, code = row["pc4"], row["municipality_code"]
        if not code:
            without.append(postcode)
            continue
        later = profile.get(postcode, code)
        if later != code and codes(postcode) == {later}:
            print(f"NL {postcode}: in {later}, as two of three sources say")
            code = later
        made[postcode] = (code, int(row["population_2021"] or 0),
                          point(row, "lat", "lon"))
    known = dict(made)
    for postcode in sorted(set(listed) - set(known)):
        row = listed[postcode][0]
        code, at = "GM" + row["province_code"], point(row)
        near = any(abs(int(other) - int(postcode)) <= NEIGHBOUR_NUMBERS and
                   kilometres(at, place) <= NEIGHBOUR_KM
                   for other, (_, _, place) in known.items())
        if near and code in municipalities:
            made[postcode] = (code, 0, at)
            print(f"NL {postcode}: added, in {code}")
        else:
            print(f"NL {postcode}: left out, far from its neighbours")
    print("NL without a municipality:",
          " ".join(p for p in without if p not in made))
    return made


def belgian_postcodes(folder):
    """{postcode: (municipality, weight, point)}; the weight shares the
    residents of a municipality of 2019 equally among its postcodes."""
    listed = geonames(folder, "be/geonames-be-postcodes.csv")
    rows = read(folder, "be/be-postcode-municipality.csv")
    many = {}
    for row in rows:
        many[row["nis_2025"]] = many.get(row["nis_2025"], 0) + 1
    chosen = {}
    for row in rows:
        # Of two municipalities the one with fewer postcodes, for which this
        # one counts for more; then the lower code.
        rank = (many[row["nis_2025"]], row["nis_2025"])
        best = chosen.setdefault(row["postcode"], (rank, row))
        if rank < best[0]:
            chosen[row["postcode"]] = (rank, row)
    for row in rows:
        if row["municipalities_in_postcode"] != "1":
            taken = chosen[row["postcode"]][1]
            if taken is row:
                print(f"BE {row['postcode']}: of two, {row['nis_2025']} "
                      f"{row['municipality_nl']}")
    residents = {row["nis"]: int(row["population_2024"])
                 for row in read(folder, "be/be-municipalities-2019.csv")}
    shares = {}
    for _, row in chosen.values():
        if row["postcode"] in listed:
            shares[row["nis_2019"]] = shares.get(row["nis_2019"], 0) + 1
    made = {}
    for postcode, (_, row) in chosen.items():
        at = weight = None
        if postcode in listed:
            at = mean((1, point(place)) for place in listed[postcode])
            weight = residents[row["nis_2019"]] / shares[row["nis_2019"]]
        made[postcode] = ("BE" + row["nis_2025"], weight, at)
    print("BE without a point:",
          " ".join(sorted(p for p, row in made.items() if row[2] is None)))
    return made


def without_suffix(rows, column):
    """Names without the "(Hasselt)" behind them that tells none apart."""
    names = [row[column].split(" (")[0] for row in rows]
    return [name if names.count(name) == 1 else row[column]
            for name, row in zip(names, rows)]


def table(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def areas(belgian):
    """regions.csv and provinces.csv."""
    regions, provinces = {}, {}
    for row in belgian:
        region = row["region_nis"]
        regions[region] = (row["region_nl"], row["region_fr"])
        # Brussels lies in no province, and is an area of its own.
        if row["province_nis"]:
            provinces[row["province_nis"]] = (region, row["province_nl"],
                                              row["province_fr"])
        else:
            provinces[BRUSSELS] = (region, "Brussel", "Bruxelles")
    english = dict(ENGLISH_BE)
    yield "regions.csv", table(
        ["code", "country", "name_nl", "name_fr", "name_en"],
        [["BE" + code, "BE", *names, english[code]]
         for code, names in sorted(regions.items())])
    english[BRUSSELS] = "Brussels"
    yield "provinces.csv", table(
        ["code", "country", "region", "name_nl", "name_fr", "name_en"],
        [["BE" + code, "BE", "BE" + region, name_nl, name_fr, english[code]]
         for code, (region, name_nl, name_fr) in sorted(provinces.items())] +
        [[code, "NL", "", *names] for code, names in PROVINCES_NL.items()])


def tables(folder):
    """{file name: text} of all tables."""
    dutch = read(folder, "nl/nl-municipalities-2024.csv")
    valid = {row["municipality_code"]
             for row in read(folder, "nl/nl-municipalities-2025.csv")}
    assert valid == {row["municipality_code"] for row in dutch}
    belgian = read(folder, "be/be-municipalities-2025.csv")
    made = dict(areas(belgian))

    postcodes_nl = dutch_postcodes(folder, valid)
    postcodes_be = belgian_postcodes(folder)
    made["postcodes.csv"] = table(
        ["country", "postcode", "municipality", "residents"],
        [["BE", postcode, code, ""]
         for postcode, (code, _, _) in sorted(postcodes_be.items())] +
        [["NL", postcode, code, residents]
         for postcode, (code, residents, _) in sorted(postcodes_nl.items())])

    points = {}
    for code, weight, at in [*postcodes_be.values(), *postcodes_nl.values()]:
        if at is not None:
            points.setdefault(code, []).append((weight, at))

    def municipality(code, province, residents, name_nl, name_fr):
        lat, lon = mean(points[code])
        return [code, province, residents, f"{lat:.4f}", f"{lon:.4f}", name_nl,
                "" if name_fr == name_nl else name_fr]

    made["municipalities.csv"] = table(
        ["code", "province", "residents", "latitude", "longitude", "name_nl",
         "name_fr"],
        sorted([municipality("BE" + row["nis"],
                             "BE" + (row["province_nis"] or BRUSSELS),
                             row["population_2024"], name_nl, name_fr)
                for row, name_nl, name_fr in zip(
                    belgian, without_suffix(belgian, "name_nl"),
                    without_suffix(belgian, "name_fr"))] +
               [municipality(row["municipality_code"], row["province_code"],
                             row["population_2024"], row["municipality"], "")
                for row in dutch]))

    made["changes.csv"] = table(
        ["old", "new", "valid_from", "old_name"],
        sorted([["BE" + row["old_nis"], "BE" + row["new_nis"],
                 row["valid_from"], row["old_name_nl"]]
                for row in read(folder, "be/be-municipality-changes.csv")] +
               [[row["old_code"], row["new_code"], row["valid_from"],
                 row["old_name"]]
                for row in read(folder, "nl/nl-municipality-changes.csv")]))
    return made


def main(arguments):
    if not arguments or len(arguments) > 2 or arguments[1:] not in (
            [], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    folder = pathlib.Path(arguments[0])
    check = len(arguments) == 2
    if check and not (folder / "nl").is_dir():
        print(f"{arguments[0] or 'no folder'}: the source files are not here; "
              "set GARDEROBE_GEOGRAPHY_SOURCES and configure again to compare")
        return 77
    wrong = 0
    for name, text in tables(folder).items():
        path = HERE / name
        if check:
            same = path.read_text(encoding="utf-8") == text
            wrong += not same
            print(f"{name}: {'the same' if same else 'DIFFERS'}")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"{name}: {text.count(chr(10)) - 1} rows")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
