"""Public sets with a known truth, as order lines in the default columns."""
import csv
import os
import sys

COLUMNS = ("customer_id,email,phone,first_name,last_name,birth_date,postcode,"
           "street,house_number,house_number_addition,city,country,order_id,"
           "line_id,event_id,starts_at,sold_at").split(",")


def _iso(digits):
    if len(digits) != 8 or not digits.isdigit():
        return ""
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"


def _febrl(path):
    """Australian addresses have the Belgian shape: four digits, street,
    number."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            row = {k.strip(): (v or "").strip() for k, v in row.items()}
            yield {"customer_id": row["rec_id"],
                   "first_name": row["given_name"],
                   "last_name": row["surname"],
                   "birth_date": _iso(row["date_of_birth"]),
                   "postcode": row["postcode"], "street": row["address_1"],
                   "house_number": row["street_number"],
                   "city": row["suburb"], "country": "BE",
                   "truth": row["rec_id"].split("-")[1]}


def _fake(path):
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            # The first has the number 0, which no customer has.
            yield {"customer_id": f"R{row['unique_id']}",
                   "email": row["email"],
                   "first_name": row["first_name"],
                   "last_name": row["surname"], "birth_date": row["dob"],
                   "city": row["city"], "truth": row["cluster"]}


def _own(path):
    with open(path, encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


PUBLIC = {"febrl1": (_febrl, "febrl/dataset1.csv"),
          "febrl2": (_febrl, "febrl/dataset2.csv"),
          "febrl3": (_febrl, "febrl/dataset3.csv"),
          "fake_1000": (_fake, "splink/fake_1000.csv")}


def read_set(name, data):
    """The rows of a public set in the folder `data`, or of a CSV file in the
    default columns with a further column `truth`. None, and a word about it:
    the set is not here."""
    reader, path = _own, name
    if name in PUBLIC:
        reader, path = PUBLIC[name][0], os.path.join(data, PUBLIC[name][1])
    if not os.path.exists(path):
        print(f"{name}: {path} is not here; skipped", file=sys.stderr)
        return None
    return list(reader(path))


def write_orders(rows, path):
    """One order line a customer."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="",
                                extrasaction="ignore")
        writer.writeheader()
        for i, row in enumerate(rows):
            writer.writerow({**row, "order_id": f"o{i}", "line_id": "1",
                             "event_id": "e", "starts_at": "2025-06-01 20:00",
                             "sold_at": row.get("sold_at") or
                             "2025-05-01 10:00"})
