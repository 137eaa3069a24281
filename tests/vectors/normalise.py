"""Normalisation once more, in another language: written from docs/identifiers.md
and core/identifiers/normalisation.json, and held against
normalisation-v2.json by vectors_test.py. A client of one's own may begin here.

Telephones are left out: they need libphonenumber, which most languages have.
So are the rules of IDNA 2008 beyond what Python's own codec knows."""
import datetime
import json
import pathlib
import re
import unicodedata

RULES = json.loads(
    (pathlib.Path(__file__).resolve().parent
     / "../../core/identifiers/normalisation.json").read_text(encoding="utf-8"))
# Default_Ignorable_Code_Point of Unicode.
IGNORABLE = [(0xad, 0xad), (0x34f, 0x34f), (0x61c, 0x61c), (0x115f, 0x1160),
             (0x17b4, 0x17b5), (0x180b, 0x180f), (0x200b, 0x200f),
             (0x202a, 0x202e), (0x2060, 0x206f), (0x3164, 0x3164),
             (0xfe00, 0xfe0f), (0xfeff, 0xfeff), (0xffa0, 0xffa0),
             (0xfff0, 0xfff8), (0x1bca0, 0x1bca3), (0x1d173, 0x1d17a),
             (0xe0000, 0xe0fff)]
MONTHS = ("JAN|FEB|FEV|MRT|MAR|MAA|APR|AVR|MEI|MAY|MAI|JUN|JUIN|JUL|JUIL|AUG|"
          "AOU|AOUT|SEP|SEPT|OKT|OCT|NOV|DEC|DEZ")
OF_SPREADSHEET = re.compile(
    r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?|"
    r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.](19|20)[0-9]{2}([ T].*)?|"
    rf"[0-9]{{1,2}}[-/. ]({MONTHS})[.]?([-/. ][0-9]{{2,4}})?|"
    r"[0-9]+([.,][0-9]+)?E[+][0-9]+")
APART = "\x1f"


class Refused(Exception):
    """With the reason of docs/identifiers.md."""


def is_ignorable(char):
    return any(low <= ord(char) <= high for low, high in IGNORABLE)


def clean(text):
    text = "".join(
        " " if ord(c) >= 0x80 and c.isspace() else c
        for c in text if ord(c) < 0x80 or not is_ignorable(c))
    return text.strip("".join(map(chr, range(0x21))))


def compatible(text):
    return unicodedata.normalize("NFKC", text).lower()


def fold(text):
    """Letters folded; other scripts stay."""
    if text.isascii():
        return text.lower()
    folded = ""
    for char in unicodedata.normalize("NFKD", text):
        category = unicodedata.category(char)
        if ord(char) < 0x80:
            folded += char.lower()
        elif char in RULES["transliteration"]:
            folded += RULES["transliteration"][char]
        elif category in ("Mn", "Me") or is_ignorable(char):
            continue
        elif category == "Pd" or char == "\u2212":
            folded += "-"
        elif category[0] == "L" or category in ("Nd", "Mc"):
            folded += char.lower()
        else:
            folded += " "
    return folded


def ascii_of(text):
    return "".join(c for c in fold(text) if ord(c) < 0x80)


# Names.

def words_of_name(text):
    folded, plain, depth = fold(text), "", 0
    for char in folded:
        depth += char in "(["
        if depth == 0:
            plain += char
        elif char in ")]":
            depth -= 1
            plain += " " if depth == 0 else ""
    words = "".join(
        c if unicodedata.category(c)[0] == "L"
        or unicodedata.category(c) == "Mc" else " " for c in plain).split(" ")
    words = [word for word in words if word]
    titles, first = RULES["name"]["titles"], 0
    while first < len(words) and (
            words[first] in titles
            or (words[first] == "de" and first + 1 < len(words)
                and words[first + 1] in titles)):
        first += 1
    only_titles = 0 < len(words) == first
    return (words if only_titles else words[first:]), only_titles


def spelled(name):
    name = name.replace("ij", "y").replace("ck", "k")
    return re.sub(r"([\x00-\x7f])\1+", r"\1", name)


PLACEHOLDERS = {spelled(word) for word in RULES["name"]["placeholders"]}


def name_or_refused(name):
    if not name:
        raise Refused("NAME_UNREADABLE")
    name = spelled(name)
    if name in PLACEHOLDERS:
        raise Refused("NAME_PLACEHOLDER")
    return name


def surname(text):
    words, _ = words_of_name(text)
    kept = [w for w in words if w not in RULES["name"]["particles"]]
    return name_or_refused("".join(kept or words))


def first_name(text):
    words, only_titles = words_of_name(text)
    if only_titles:
        raise Refused("NAME_PLACEHOLDER")
    return name_or_refused(words[0] if words else "")


def skeleton(name, most):
    sounds = {**dict.fromkeys("aeiouyhw", ""), "c": "k", "q": "k", "z": "s",
              "v": "f", "d": "t"}
    result, last = "", ""
    for i, char in enumerate(name.replace("ph", "f")):
        if len(result) == most:
            break
        if ord(char) >= 0x80:
            result, last = result + char, ""
            continue
        sound = sounds.get(char, char)
        if i == 0 and not sound:
            sound = char
        if not sound or (len(result) > 1 and last == sound):
            continue
        result, last = result + sound, sound
    return result


# E-mail addresses.

def plainly(local):
    return re.sub(r"[.\-_]", "", local)


def letters_and_digits(text):
    return re.sub(r"[^a-z0-9]", "", ascii_of(text))


def why_no_email(raw, own_domains):
    text = ascii_of(raw)
    words = RULES["email"]["placeholders"]
    if letters_and_digits(text.split("@")[0]) in words or any(
            word in words for word in re.split(r"[^a-z0-9]+", text)):
        return "EMAIL_PLACEHOLDER"
    for own in own_domains:
        own = letters_and_digits(own)
        if own and letters_and_digits(text).endswith(own):
            return "EMAIL_OWN_DOMAIN"
    return "EMAIL_MALFORMED"


def is_local(local):
    return (0 < len(local.encode()) <= 64 and ".." not in local
            and local[0] != "." and local[-1] != "."
            and not re.search(r'[\x00-\x20\x7f"(),:;<>@\[\\\]]', local))


def domain_of(text):
    text = text.removesuffix(".")
    if not text.isascii():
        text = text.encode("idna").decode()
    label = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
    if not re.fullmatch(rf"({label}\.)+{label}", text) or len(text) > 253:
        raise ValueError(text)
    top = text.rsplit(".", 1)[1]
    if len(top) < 2 or top.isdigit():
        raise ValueError(text)
    if "xn--" in text:
        text.encode().decode("idna")
    return text


def email(raw, own_domains):
    try:
        if re.search("[\u200c\u200d]", raw[raw.find("@"):] if "@" in raw
                     else ""):
            raise ValueError(raw)
        text = clean(compatible(clean(raw)))
        opened = text.rfind("<")
        closed = text.find(">", max(opened, 0))
        if opened >= 0 and closed >= 0:
            text = text[opened + 1:closed].strip(" ")
        text = text.removeprefix("mailto:")
        if text.count("@") > 1:
            end = re.search(r"[,;/| \t]", text)
            if end and 0 <= text.find("@") < end.start():
                text = text[:end.start()]
        while text.endswith((",", ";")):
            text = text[:-1].strip(" ")
        if "@" not in text:
            raise ValueError(text)
        local, domain = text.split("@", 1)
        domain = domain_of(domain)
        if not is_local(local):
            raise ValueError(text)
        local = local.split("+")[0]
        for provider in RULES["email"]["providers"]:
            if provider["domain"] == domain:
                domain = provider["as"]
                if provider["without_dots"]:
                    local = local.replace(".", "")
                break
        if not is_local(local):
            raise ValueError(text)
    except (ValueError, UnicodeError):
        raise Refused(why_no_email(raw, own_domains)) from None
    if (plainly(local) in RULES["email"]["placeholders"]
            or domain in RULES["email"]["placeholder_domains"]):
        raise Refused("EMAIL_PLACEHOLDER")
    for own in own_domains:
        own = compatible(own)
        if domain == own or domain.endswith("." + own):
            raise Refused("EMAIL_OWN_DOMAIN")
    return f"{local}@{domain}"


# Countries, postcodes, houses and streets.

def has_numeral(text):
    return any(unicodedata.category(c) in ("No", "Nl") for c in text)


def country(word):
    """ISO 3166 alpha-2, ZZ for abroad; nothing for what is no country."""
    def code(part):
        key = re.sub(r"[^a-z0-9]", "", part)
        key = key[2:] if key.startswith("00") else key
        for name, words in RULES["countries"].items():
            if key in words:
                return name
        return ""
    folded = ascii_of(word)
    if not re.search("[a-z0-9]", folded):
        return "" if clean(word) else "NL"
    if code(folded):
        return code(folded)
    found = {code(part) for part in re.split(r"[-()/,:;]", folded)} - {""}
    return found.pop() if len(found) == 1 else ""


def dutch_postcode(raw):
    if has_numeral(raw):
        return ""
    text = compatible(clean(raw)).removeprefix("nl")
    match = re.match(r"([ \t.-]*[1-9](?:[ \t.-]*[0-9]){3}(?:[ \t.-]*[a-z]){2})"
                     r"(?=[ ,]|$)", text)
    if not match:
        return ""
    code = re.sub(r"[ \t.-]", "", match.group(1)).upper()
    return "" if code[4:] in ("SA", "SD", "SS") else code


def belgian_postcode(raw):
    if has_numeral(raw):
        return ""
    text = compatible(clean(raw))
    text = text[2:] if text.startswith("be") else text.removeprefix("b")
    text = text.lstrip(" -")
    match = re.match(r"([1-9][0-9]{3})(?![0-9])(.*)$", text, re.S)
    if not match:
        return ""
    rest = match.group(2)
    if rest.strip(" ") and (len(rest.strip(" ")) < 3 or rest[0] not in " ,"):
        return ""
    return match.group(1)


def country_of(word, postcode):
    code = country(word)
    return "NL" if not code and dutch_postcode(postcode) else code


def numerals_spelled(text):
    spelt, zero_before = "", None
    for char in text:
        category = unicodedata.category(char)
        if category == "Nd":
            value = unicodedata.decimal(char)
            folded = compatible(char)
            zero = "0" if folded.isascii() else chr(ord(char) - value)
            if zero_before is not None and zero_before != zero:
                raise Refused("HOUSE_NUMBER_MALFORMED")
            zero_before = zero
            spelt += str(value)
            continue
        zero_before = None
        if category not in ("No", "Nl"):
            spelt += char
            continue
        value = unicodedata.numeric(char)
        if not 0 <= value < 100 or value != int(value):
            raise Refused("HOUSE_NUMBER_MALFORMED")
        spelt += f"{APART}{int(value)} "
    return spelt


def pieces(text):
    found, before = [], " "
    for char in text:
        if not re.match("[0-9A-Z]", char):
            if char not in ".,":
                before = char
            before = before or " "
            continue
        if not before and found and (
                found[-1][0][0].isdigit() == char.isdigit()):
            found[-1][0] += char
        else:
            found.append([char, before])
        before = ""
    return found


def house_number(number, addition, dutch):
    rules = RULES["house_number"]

    def upper(text):
        return ascii_of(compatible(numerals_spelled(clean(text)))).upper()
    parts = [upper(number), upper(addition)]
    if any(len(p) > 64 or (len(p) > 3 and OF_SPREADSHEET.fullmatch(p))
           for p in parts):
        raise Refused("HOUSE_NUMBER_MALFORMED")
    parts = [p.replace("T/O", "TEGENOVER").replace("T.O.", "TEGENOVER ")
             .replace("T/M", " TM ") for p in parts]
    found, more = pieces(parts[0]), pieces(parts[1])
    result = {"letter": "", "addition": "", "box": ""}
    if found and not found[0][0][0].isdigit():
        if found[0][0] in ("TO", "TEGENOVER"):
            result["addition"] = "TO"
        elif found[0][0] not in rules["prefixes"]:
            raise Refused("HOUSE_NUMBER_MALFORMED")
        found = found[1:]
    if not found or not found[0][0].isdigit() or found[0][1] == APART:
        raise Refused("HOUSE_NUMBER_MALFORMED")
    digits = found[0][0].lstrip("0")
    if digits in ("", "99999"):
        raise Refused("HOUSE_NUMBER_DUMMY")
    if len(digits) > 5:
        raise Refused("HOUSE_NUMBER_MALFORMED")
    rest = found[1:]
    if not dutch and more and more[0][0] not in rules["boxes"]:
        rest = rest + [["BUS", " "]]
    rest = rest + more
    (read_dutch if dutch else read_belgian)(rest, result)
    if (len(result["letter"]) > 1 or len(result["addition"]) > 12
            or len(result["box"]) > 12):
        raise Refused("HOUSE_NUMBER_MALFORMED")
    return {**result, "number": int(digits)}


def read_dutch(rest, result):
    rules = RULES["house_number"]
    for i, (text, _) in enumerate(rest):
        if text in rules["ranges"]:
            return
        if text.isdigit():
            result["addition"] += text
        elif (i > 0 and text in rules["floors"]
              and (rest[i - 1][0].isdigit() or rest[i - 1][0] == "E")):
            continue
        elif len(text) == 1 and text != "I":
            result["addition" if result["letter"] else "letter"] += text
        elif len(text) > 3 and text.startswith("BIS"):
            result["addition"] += "BIS"
            result["letter"] += text[3:]
        else:
            result["addition"] += ("1" if text == "I" else
                                   rules["additions"].get(text, text))


def read_belgian(rest, result):
    in_box = False
    for i, (text, before) in enumerate(rest):
        if in_box:
            result["box"] += text
        elif i + 1 < len(rest) and text in RULES["house_number"]["boxes"]:
            in_box = True
        elif before and before in "/_":
            in_box, result["box"] = True, text
        elif before == "-" and text.isdigit():
            break
        elif text.isalpha() and len(text) == 1 and not result["letter"]:
            result["letter"] = text
        else:
            in_box, result["box"] = True, text
    if re.fullmatch("0[1-9]", result["box"]):
        result["box"] = result["box"][1:]


def split_street_line(line):
    """The street, and what is the house number and behind it."""
    text = clean(line)
    if any(ascii_of(text).startswith(box)
           for box in RULES["address"]["post_boxes"]):
        return text, ""
    comma = text.find(",")
    if comma > 0:
        before = text[:comma]
        if re.search("[0-9]", before) and re.search("[^0-9 ]", before):
            text = before
    words = [(m.start(), m.group()) for m in re.finditer("[^ \t,]+", text)]
    rules = RULES["house_number"]

    def letters(word):
        return re.sub("[^A-Z]", "", ascii_of(word).upper())

    def digits(word):
        return re.match("[0-9]*", word).group()

    def of_addition(word):
        if digits(word):
            return True
        name = letters(word)
        return len(name) <= 1 or any(
            name in rules[key] for key in ("additions", "boxes", "floors",
                                           "ranges", "prefixes", "parts"))

    def is_ordinal(word):
        return bool(digits(word)) and letters(word[len(digits(word)):]) in (
            "E", "DE", "STE", "EME", "IEME", "ER", "ND", "RD", "TH", "ST")

    def is_year(word):
        return bool(re.fullmatch("[12][0-9]{3}(-[0-9]{4})?", word))

    def begins_postcode(i):
        word = words[i][1]
        if len(digits(word)) != 4:
            return False
        if len(letters(word[4:])) == 2 and len(word) == 6:
            return True
        if len(word) > 4 or i + 1 == len(words):
            return False
        after = words[i + 1][1]
        return (not digits(after) and len(letters(after)) >= 2
                and not of_addition(after))
    house, end = None, len(words)
    for i in range(1, len(words)):
        word = words[i][1]
        if not digits(word):
            continue
        if house is not None and begins_postcode(i):
            end = i
            break
        after = words[i + 1][1] if i + 1 < len(words) else ""
        followed = bool(after) and not digits(after)
        if is_ordinal(word) and followed and not of_addition(after):
            continue
        if house is None:
            house = i
            continue
        if is_ordinal(word) and followed and letters(after) in rules["floors"]:
            continue
        between = [w for _, w in words[house + 1:i]]
        bare = not between and (int(digits(word)[:6]) >= 10
                                or is_year(words[house][1]))
        if bare or not all(map(of_addition, between)):
            house = i
    if house is not None:
        begin = words[house][0]
        stop = words[end][0] if end < len(words) else len(text)
        return text[:begin].strip(" ").rstrip(", "), text[begin:stop].strip()
    if len(words) > 1 and words[0][1].isdigit():
        return text[words[1][0]:], words[0][1]
    return text, ""


def fold_street(raw):
    folded = ""
    for char in ascii_of(raw):
        if re.match("[a-z0-9]", char):
            folded += char
        elif char == ".":
            for written, whole in RULES["address"]["street_endings"].items():
                if len(folded) > len(written) + 2 and folded.endswith(written):
                    folded = folded[:-len(written)] + whole
                    break
    return folded


def address(given):
    """What is known of it, with the reason why it is no address, or none."""
    known = {"country": "", "postcode": "", "street": "", "house": 0,
             "value": "", "reason": "", "placeholder": False}
    code = country_of(given.get("country", ""), given.get("postcode", ""))
    if code not in ("NL", "BE"):
        known["reason"] = "COUNTRY_NOT_SUPPORTED"
        return known
    dutch = code == "NL"
    known["country"] = code
    known["postcode"] = (dutch_postcode if dutch else belgian_postcode)(
        given.get("postcode", ""))
    street = clean(given.get("street", ""))
    number = clean(given.get("house_number", ""))
    if not number:
        street, number = split_street_line(street)
    known["street"] = fold_street(street)
    house = None
    try:
        house = house_number(number, given.get("house_number_addition", ""),
                             dutch)
        known["house"] = house["number"]
    except Refused as refused:
        known["reason"] = str(refused)
    dummy = known["reason"] == "HOUSE_NUMBER_DUMMY"
    if not known["postcode"]:
        known["reason"] = "POSTCODE_MALFORMED"
    elif house and not dutch and not known["street"]:
        known["reason"] = "STREET_MISSING"
    elif house:
        known["value"] = ":".join(
            [code, known["postcode"]]
            + ([str(house["number"]), house["letter"] + house["addition"]]
               if dutch else
               [known["street"], f"{house['number']}{house['letter']}",
                house["box"]]))
        if known["value"] in RULES["address"]["placeholders"]:
            known["reason"] = "ADDRESS_PLACEHOLDER"
    known["placeholder"] = dummy or known["reason"] == "ADDRESS_PLACEHOLDER"
    if known["placeholder"]:
        known.update(value="", postcode="", street="", house=0)
    return known


# Passes and birth dates.

def luhn(digits):
    total = 0
    for i, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if i % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def pass_number(raw):
    text = compatible(clean(raw))
    match = re.fullmatch(r"\s*([a-z0-9_-]{2,32})\s*:([a-z0-9 .-]*)", text)
    if has_numeral(raw) or not match:
        raise Refused("PASS_MALFORMED")
    number = re.sub("[ .-]", "", match.group(2)).upper()
    if not 4 <= len(number) <= 32:
        raise Refused("PASS_MALFORMED")
    if len(set(number)) == 1:
        raise Refused("PASS_PLACEHOLDER")
    if match.group(1) == "uitpas":
        if not re.fullmatch("[0-9]{13}", number):
            raise Refused("PASS_MALFORMED")
        if not luhn(number):
            raise Refused("PASS_CHECK_DIGIT")
    return f"{match.group(1)}:{number}"


def birth_date(raw, today):
    text = clean(raw)
    match = re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text)
    parts = match.groups() if match else None
    if not match:
        match = re.fullmatch(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4})",
                             text)
        parts = match and (match.group(4), match.group(3), match.group(1))
    try:
        born = datetime.date(*map(int, parts)) if parts else None
    except ValueError:
        born = None
    if born is None:
        raise Refused("BIRTH_DATE_UNREADABLE")
    if born.year < 1900:
        raise Refused("BIRTH_DATE_BEFORE_1900")
    if born > today:
        raise Refused("BIRTH_DATE_IN_FUTURE")
    if (born.month, born.day) == (1, 1) or born.isoformat() in (
            "1911-11-11", "1999-09-09", "1988-08-08", "1977-07-07",
            "1966-06-06"):
        raise Refused("BIRTH_DATE_PLACEHOLDER")
    return born.strftime("%Y%m%d")


# All of it.

def joined(*parts):
    return "|".join(parts) if all(parts) else ""


def unordered(one, other):
    return "+".join(sorted((one, other), key=str.encode)) if (
        one and other) else ""


def normalise(given, own_domains, today):
    """Identifiers by kind, but for telephones, and why values are refused."""
    refused = []

    def take(field, read, *more):
        if not given.get(field):
            return ""
        try:
            return read(given[field], *more)
        except Refused as why:
            refused.append(str(why))
            return ""
    mail = take("email", email, own_domains)
    malformed = given.get("email", "") if "EMAIL_MALFORMED" in refused else ""
    passed = take("pass", pass_number)
    first, last = take("first_name", first_name), take("last_name", surname)
    born = take("birth_date", birth_date, today)
    home = address(given)
    city = "" if home["placeholder"] else fold_street(given.get("city", ""))
    if (given.get("postcode") and home["reason"]
            and (given.get("house_number") or given.get("street"))):
        refused.append(home["reason"])

    letters = "".join(sorted(letters_and_digits(mail or malformed)))
    if not mail and len(letters) < 8:
        letters = ""
    once = "".join(sorted(set(letters)))
    initial, year = first[:1], born[:4]
    house = str(home["house"]) if home["house"] else ""
    dwelling = joined(home["country"], home["postcode"], house)
    corner = (joined(dwelling, home["street"][:2])
              if home["country"] == "BE" else dwelling)

    def skeletons(most):
        return unordered(skeleton(first, most), skeleton(last, most))
    local = mail.split("@")[0]
    kinds = {
        "email": mail,
        "pass": passed,
        "address": home["value"],
        "name_birthdate": joined(last, initial, born),
        "name_address": joined(last, initial, home["value"]),
        "email_initial": joined(letters, initial),
        "email_first": joined(letters, first if len(first) > 1 else ""),
        "email_names": joined(once, skeletons(3)),
        "email_birthyear": joined(once, year),
        "email_local": "" if plainly(local) in RULES["email"]["offices"]
                       else mail.encode()[:len(local.encode()) + 5].decode(),
        "birthdate_postcode": joined(born, home["postcode"]),
        "names_birthdate": joined(skeletons(2), born),
        "surname_birthdate": joined(last, born),
        "birthdate_street": joined(born, home["street"]),
        "initials_address": joined(unordered(initial, last[:1]), corner),
        "names_address": joined(skeletons(3), dwelling),
        "names_street": joined(skeletons(3), home["street"], house),
        "birthdate_city": "" if home["postcode"]
                          else joined(born, city, initial),
        "names_area": "" if dwelling
                      else joined(skeletons(3), home["postcode"] or city)}
    return {kind: value for kind, value in kinds.items() if value}, refused
