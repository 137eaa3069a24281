#!/usr/bin/env python3
"""Prints what normalisation-v2.json is asked: the fields of some 2,400
customers. Those that were thought of (normalisation-by-hand.json); every word
and letter of core/identifiers/normalisation.json, where it counts and where it
does not; and people put together at random, with slips.

What must come out is written beside them by core/identifiers/vectors_test.cc
with GARDEROBE_WRITE_VECTORS=FILE, and looked over."""
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
RULES = json.loads((HERE / "../../core/identifiers/normalisation.json")
                   .read_text(encoding="utf-8"))
BORN = "1980-02-03"
HOME = {"postcode": "1012LG", "house_number": "5"}
BELGIAN = {"country": "BE", "postcode": "9000", "street": "Korenmarkt"}

FIRST = ["Anna", "Piet", "J.", "Jan-Willem", "Noor", "Zoë", "Fatima", "Thijs",
         "DIRCK", "Geert", "Marie Claire", "Løne", "Юлия", ""]
LAST = ["Bakker", "van den Berg", "de Vries", "Dijkstra", "Peeters", "Janssens",
        "O'Brien", "Müller-Lüdenscheidt", "Ørsted", "El Amrani", "Ковалёв",
        "in 't Veld", "Vos", ""]
EMAILS = ["{f}.{l}@gmail.com", "{f}{l}+cultuur@googlemail.com", "info@{l}.nl",
          "{l}.{f}@outlook.com", "{f}@{l}.be", "{f}.{l}@@hotmail.com",
          "{f} {l}", "noreply@{l}.nl", ""]
PHONES = ["06-12345670", "0612345671 thuis", "+31 20 1234567", "0470 12 34 57",
          "020-1234568", "+32 9 234 56 78", "0900-1234", "+44 7911 123456",
          "0612345678", "0612345672 / 0612345673", ""]
BIRTHS = ["1980-02-03", "03-02-1980", "29/02/1984", "1980-01-01", "1899-05-06",
          "11-11-1911", "2031-01-01", "19800203", "3 feb 1980", ""]
HOMES = [("NL", "1012LG", "Damrak", "12", ""),
         ("Nederland", "1012 lg", "Damrak 12 hs", "", ""),
         ("", "3511AB", "Oudegracht", "12", "A bis"),
         ("", "9712 HM", "", "7-II", ""), ("", "2511", "Plein", "1", ""),
         ("BE", "9000", "Korenmarkt", "12", "bus 3"),
         ("België", "B-1000", "Nieuwstr. 25/3", "", ""),
         ("België", "1000", "", "25", ""), ("DE", "50667", "Domkloster", "4", ""),
         ("", "1234AB", "", "1", ""), ("", "3511AB", "Oudegracht", "0", ""),
         ("", "3511AB", "Oudegracht", "", ""), ("", "", "Damrak", "12", ""),
         ("", "", "", "", "")]
CITIES = ["Amsterdam", "'s-Gravenhage", "Gent", "Sint-Niklaas", ""]
PASSES = ["museumkaart:1234 5678", "uitpas:0930000420206", "cjp:0000000", "",
          "", "", "", ""]
PEOPLE = 1100


class Draws:
    """Numbers that look random and are the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def of(self, values):
        self.state = (self.state * 6364136223846793005
                      + 1442695040888963407) % 2**64
        return values[(self.state >> 33) % len(values)]


def words():
    """Every entry of every list, with something beside it."""
    name = RULES["name"]
    for title in name["titles"]:
        yield {"first_name": f"{title.title()}. Jan", "last_name": "Bakker",
               "birth_date": BORN}
        yield {"first_name": "Jan", "last_name": f"{title} Bakker",
               "birth_date": BORN}
        yield {"first_name": title, "last_name": title, "birth_date": BORN}
    for particle in name["particles"]:
        yield {"first_name": "Jan", "last_name": f"{particle} Bakker",
               "birth_date": BORN}
        yield {"first_name": particle, "last_name": particle,
               "birth_date": BORN}
    for word in name["placeholders"]:
        yield {"first_name": "Jan", "last_name": word.title(),
               "birth_date": BORN}
        yield {"first_name": word, "last_name": "Bakker", "birth_date": BORN}
    email = RULES["email"]
    for word in email["placeholders"]:
        yield {"email": f"{word}@example.org"}
        yield {"email": f"{word[:2]}-{word[2:]}.bakker@example.org"}
    for domain in email["placeholder_domains"]:
        yield {"email": f"jan.bakker@{domain}"}
    for office in email["offices"]:
        yield {"email": f"{office}@example.org", "first_name": "Jan"}
    for provider in email["providers"]:
        yield {"email": f"j.a.n+x@{provider['domain']}"}
    phone = RULES["phone"]
    for word in phone["remarks"]:
        yield {"phone": f"06-12345670 {word}"}
        yield {"phone": f"0612345670{word.upper()}"}
    for word in phone["extensions"]:
        yield {"phone": f"020-1234567 {word} 12"}
    for number in phone["placeholders"]:
        yield {"phone": number}
    house = RULES["house_number"]
    for word in [*house["additions"], *house["floors"], *house["parts"]]:
        yield {**HOME, "house_number": f"12 {word.lower()}"}
        yield {**HOME, "house_number": f"12 3 {word}"}
        yield {"postcode": "1012LG", "street": f"Damrak 12 {word.lower()} 3"}
    for word in house["prefixes"]:
        yield {**HOME, "house_number": f"{word}. 12"}
    for word in house["boxes"]:
        yield {**BELGIAN, "house_number": f"12 {word.lower()} 03"}
        yield {**BELGIAN, "house_number": "12",
               "house_number_addition": f"{word}3"}
    for word in house["ranges"]:
        yield {**HOME, "house_number": f"12 {word} 14"}
    address = RULES["address"]
    for placeholder in address["placeholders"]:
        _, postcode, number, _ = placeholder.split(":")
        yield {"postcode": postcode, "house_number": number,
               "birth_date": BORN}
    for word in address["post_boxes"]:
        yield {**BELGIAN, "street": f"{word.title()} 12"}
    for written in address["street_endings"]:
        yield {**BELGIAN, "street": f"Kerk{written}. 12"}
        yield {**BELGIAN, "street": f"{written}. Jansplein 12"}
    for code, names in RULES["countries"].items():
        for word in names:
            yield {"country": word.title(), "postcode": "1012 LG",
                   "street": "Damrak", "house_number": "5",
                   "phone": "0612345670"}
        yield {"country": f"{code} - {names[0]}", "postcode": "9000",
               "street": "Korenmarkt", "house_number": "5",
               "phone": "0470 12 34 57"}
    for letter in RULES["transliteration"]:
        yield {"first_name": f"Jo{letter}", "last_name": f"Ba{letter}ker",
               "birth_date": BORN}


def people(draws):
    for _ in range(PEOPLE):
        first, last = draws.of(FIRST), draws.of(LAST)
        plain = "".join(c for c in (first + last).lower() if "a" <= c <= "z")
        country, postcode, street, number, addition = draws.of(HOMES)
        given = {
            "email": draws.of(EMAILS).format(f=plain[:3] or "x",
                                             l=plain[3:] or "y"),
            "phone": draws.of(PHONES), "pass": draws.of(PASSES),
            "first_name": first, "last_name": last,
            "birth_date": draws.of(BIRTHS), "country": country,
            "postcode": postcode, "street": street, "house_number": number,
            "house_number_addition": addition, "city": draws.of(CITIES)}
        yield {field: value for field, value in given.items() if value}


def cases():
    by_hand = HERE / "normalisation-by-hand.json"
    yield from json.loads(by_hand.read_text(encoding="utf-8"))
    for given in words():
        yield {"given": given}
    for given in people(Draws(2025)):
        yield {"given": given}


if __name__ == "__main__":
    print("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False)
                             for case in cases()) + "\n]")
