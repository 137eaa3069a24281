"""docs/leakage.toml names every field that a party receives or stores.

Reads the protos, the records that a store keeps, the column families and the
pages that list keys; a field that is not on the list, or one on the list that
is gone, is a fault, and so is a counterpart that its program does not play.
"""

import pathlib
import re
import sys
import tomllib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIST = "docs/leakage.toml"
PARTIES = {"client", "ttp", "vault", "aggregator", "answer", "coordinator",
           "custodian", "analyst", "auditor", "plain"}
REASONS = {"key", "encrypted", "random", "public", "own", "only", "parts",
           "whole"}
# Where what is stored is encoded.
RECORD_FOLDERS = ("vault", "aggregator", "ttp", "answer", "core/retention",
                  "core/store", "core/register")
FAMILIES = {"vault": "vault/link/records.h", "aggregator": "aggregator/ledger/records.h",
            "answer": "answer/answer_store.cc"}


def without_comments(text):
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    return re.sub(r"//[^\n]*", "", text)


class Protos:
    """Fields of every message, by its name: "Outer.Inner" where it is nested.

    Reads what this project writes of proto3, and fails on anything else."""

    def __init__(self, text):
        self.tokens = re.findall(
            r'"[^"]*"|[A-Za-z_][\w.]*|\d+|[^\s\w]', without_comments(text))
        self.at = 0
        self.messages = {}
        while self.at < len(self.tokens):
            word = self.tokens[self.at]
            if word in ("syntax", "package", "import", "option"):
                self.skip_statement()
            elif word == "message":
                self.read_message("")
            elif word in ("enum", "service"):
                self.skip_block()
            else:
                raise ValueError(f"{word} begins nothing that is known")

    def skip_statement(self):
        while self.tokens[self.at] != ";":
            self.at += 1
        self.at += 1

    def skip_block(self):
        depth = 0
        while True:
            depth += {"{": 1, "}": -1}.get(self.tokens[self.at], 0)
            self.at += 1
            if depth == 0 and self.tokens[self.at - 1] == "}":
                return

    def read_message(self, outer):
        name = outer + self.tokens[self.at + 1]
        self.messages[name] = []
        self.at += 3
        self.read_fields(name)

    def read_fields(self, name):
        while self.tokens[self.at] != "}":
            word = self.tokens[self.at]
            if word == "message":
                self.read_message(name + ".")
            elif word == "enum":
                self.skip_block()
            elif word == "reserved":
                self.skip_statement()
            elif word == "oneof":
                self.at += 3
                self.read_fields(name)
            else:
                while self.tokens[self.at] != "=":
                    if self.tokens[self.at] in ";{}":
                        raise ValueError(f"{name}: {word} is no field")
                    self.at += 1
                self.messages[name].append(self.tokens[self.at - 1])
                self.skip_statement()
        self.at += 1


def block_behind(text, opening):
    """What stands between the brace at `opening` and its counterpart."""
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return text[opening + 1:at]
    raise ValueError("a brace is not closed")


def fields_of_struct(body):
    """(name, type) of the data members that `body` declares by itself."""
    body = re.sub(r"\b(public|private|protected):", "", body)
    # Initialisers in braces first, then what has a body: functions and types.
    body = re.sub(r"(\w)\s*(?:=\s*)?\{\s*[^{};]*\}\s*;", r"\1;", body)
    flat = ""
    while "{" in body:
        opening = body.index("{")
        inside = block_behind(body, opening)
        flat += body[:opening] + "()"
        body = body[opening + len(inside) + 2:]
        if re.search(r"\b(struct|class|enum)\b[^;]*$", flat):
            continue  # its semicolon follows
        flat += ";"
    fields = []
    for statement in (flat + body).split(";"):
        statement = " ".join(statement.split())
        if not statement or re.match(r"(static|using|friend|enum|struct|class|"
                                     r"explicit|template)\b", statement):
            continue
        declared = re.sub(r"=\s*[^,]*", "", statement).strip()
        if "(" in declared:
            continue  # a function
        matched = re.fullmatch(r"((?:const |unsigned )*[\w:]+(?:<.*>)?)[ &*]+"
                               r"(\w+(?: ?, ?\w+)*)", declared)
        if matched is None:
            raise ValueError(f"what is \"{statement}\"?")
        fields += [(name.strip(), matched[1])
                   for name in matched[2].split(",")]
    return fields


class Records:
    """Fields of everything that is encoded for a store, and of what is in it."""

    def __init__(self, root):
        self.records = {}
        for folder in RECORD_FOLDERS:
            self.read(sorted((root / folder).rglob("*")))

    def read(self, paths):
        texts = [without_comments(p.read_text()) for p in paths
                 if p.suffix in (".h", ".cc")
                 and not re.search(r"_test\.|_fixture\.", p.name)]
        structs, wanted = {}, set()
        for text in texts:
            for found in re.finditer(r"\b(?:struct|class) (\w+)(?: final)? \{",
                                     text):
                structs.setdefault(found[1], []).append(
                    block_behind(text, found.end() - 1))
            wanted |= set(re.findall(
                r"std::string (?:\w+::)?Encode\w*\(\s*const (?:\w+::)*(\w+)&",
                text))
            wanted |= set(re.findall(r"std::string (\w+)::Encode\(\) const",
                                     text))
        while wanted:
            name = wanted.pop()
            if name in self.records:
                continue
            if name not in structs:
                raise ValueError(f"{name} is encoded, and is nowhere")
            fields = [f for body in structs[name]
                      for f in fields_of_struct(body)]
            self.records[name] = [field for field, _ in fields]
            for _, kind in fields:
                wanted |= {word for word in re.findall(r"\w+", kind)
                           if word in structs}


def families_of(root, party):
    text = without_comments((root / FAMILIES[party]).read_text())
    found = re.search(r"(?:kFamilyNames = |Store::Open\(directory, )\{([^}]*)\}",
                      text)
    return set(re.findall(r'"(\w+)"', found[1]))


def default_keys_of(root, party):
    """Keys of the family `default`, as the README's table of storage has them;
    what comes behind a slash is left out."""
    keys, inside = set(), False
    for line in (root / party / "README.md").read_text().splitlines():
        cells = [c.strip() for c in line.strip("|").split("|")]
        if len(cells) < 3:
            continue
        if cells[0].startswith("`"):
            inside = cells[0] == "`default`"
        if inside:
            for key in re.findall(r"`([^`]+)`", cells[1]):
                versioned = re.fullmatch(r"[\w-]+(/v\d+)?", key)
                keys.add(key if versioned else key.split("/")[0] + "/")
    return keys


def sources_of(program):
    """The program's source, and those beside it whose names begin alike."""
    stem = program.stem.split("_")[0]
    return "".join(p.read_text() for p in program.parent.glob(stem + "*")
                   if p.suffix in (".h", ".cc"))


def faults(root, listed):
    """What is wrong with the list, a line each."""
    found = []
    there = {"message": {}, "record": Records(root).records}
    for path in sorted((root / "protos/garderobe/v1").glob("*.proto")):
        there["message"].update(Protos(path.read_text()).messages)
    joined = {}

    def look_at(where, entry):
        if not entry.get("says"):
            found.append(f"{where}: says nothing")
        joins, alone = entry.get("joins"), entry.get("alone")
        if (joins is None) == (alone is None):
            found.append(f"{where}: joins a counterpart, or stands alone")
        for name in joins or []:
            joined.setdefault(name, []).append(where)
        if alone is not None and alone not in REASONS:
            found.append(f"{where}: \"{alone}\" is no reason")

    def look_for_parties(where, at):
        for party in [at] if isinstance(at, str) else at or [""]:
            if party not in PARTIES:
                found.append(f"{where}: \"{party}\" is no party")

    for kind, all_there in there.items():
        for name in sorted(set(all_there) | set(listed[kind])):
            if name not in listed[kind]:
                found.append(f"{kind} {name} is not on the list")
                continue
            if name not in all_there:
                found.append(f"{kind} {name} is on the list and gone")
                continue
            look_for_parties(name, listed[kind][name].get("at"))
            fields = listed[kind][name].get("field", {})
            for field in sorted(set(all_there[name]) - set(fields)):
                found.append(f"{name}.{field} is not on the list")
            for field in sorted(set(fields) - set(all_there[name])):
                found.append(f"{name}.{field} is on the list and gone")
            for field, entry in fields.items():
                look_at(f"{name}.{field}", entry)
    keys = {}
    for entry in listed["key"]:
        where = f"{entry['at']} {entry['family']} {entry['key']}".strip()
        look_for_parties(where, entry["at"])
        look_at(where, entry)
        keys.setdefault((entry["at"], entry["family"]), set()).add(entry["key"])
    for party in FAMILIES:
        families = {family for at, family in keys if at == party}
        for family in sorted(families ^ families_of(root, party)):
            found.append(f"column family {family} of {party} is on one side "
                         "only, the list's or the source's")
        if party == "answer":
            continue  # nothing of its own in `default`
        for key in sorted(keys[party, "default"]
                          ^ default_keys_of(root, party)):
            found.append(f"key {key} of {party} is on one side only, the "
                         "list's or that of its README")
    for entry in listed["file"]:
        look_for_parties(entry["path"], entry["at"])
        look_at(f"{entry['at']} {entry['path']}", entry)
    for name, entry in listed["counterpart"].items():
        if name not in joined:
            found.append(f"counterpart {name}: no field is part of it")
        for side in ("vault", "aggregator"):
            known = entry[side].removeprefix("key ")
            where = (f"{side} default {known}", f"{side} {known}")
            if known not in joined.get(name, []) and not any(
                    w in joined.get(name, []) for w in where):
                found.append(f"counterpart {name}: {entry[side]} is not part "
                             "of it")
        program = root / entry["played_by"]
        if not program.exists():
            found.append(f"counterpart {name}: {entry['played_by']} is not "
                         "there")
        elif f'"{name}"' not in sources_of(program):
            found.append(f"counterpart {name}: {entry['played_by']} does not "
                         "play it")
    for name in sorted(set(joined) - set(listed["counterpart"])):
        found.append(f"{joined[name][0]} joins {name}, which is no counterpart")
    return found


def read_list():
    return tomllib.loads((ROOT / LIST).read_text())


class LeakageTest(unittest.TestCase):
    def test_every_field_is_listed_and_every_counterpart_is_played(self):
        found = faults(ROOT, read_list())
        self.assertEqual(found, [], "\n" + "\n".join(found))

    def test_something_was_read(self):
        listed = read_list()
        self.assertGreater(len(listed["message"]), 100)
        self.assertGreater(len(listed["record"]), 12)
        self.assertIn("tokens", Records(ROOT).records["RelationRecord"])


class ControlTest(unittest.TestCase):
    """Each change is wrong in one way, and is named."""

    def faults_when(self, change):
        listed = read_list()
        change(listed)
        return "\n".join(faults(ROOT, listed))

    def test_fields_that_are_missing_or_gone(self):
        def forget(listed):
            del listed["message"]["LinkRelationsRequest"]["field"]["kinds"]
        self.assertEqual(self.faults_when(forget),
                         "LinkRelationsRequest.kinds is not on the list")

        def forget_record(listed):
            del listed["record"]["Relation"]["field"]["pc4"]
        self.assertIn("Relation.pc4 is not on the list",
                      self.faults_when(forget_record))

        def invent(listed):
            listed["record"]["Relation"]["field"]["shoe_size"] = {
                "says": "it", "alone": "only"}
        self.assertEqual(self.faults_when(invent),
                         "Relation.shoe_size is on the list and gone")

        def forget_all(listed):
            del listed["message"]["Mirror.Tallies"]
        self.assertEqual(self.faults_when(forget_all),
                         "message Mirror.Tallies is not on the list")

    def test_keys_and_families(self):
        def forget(listed):
            listed["key"] = [k for k in listed["key"]
                             if k["family"] != "expired"
                             and k["key"] != "last-round/v1"]
        said = self.faults_when(forget)
        self.assertIn("column family expired of aggregator", said)
        self.assertIn("key last-round/v1 of vault", said)

    def test_counterparts(self):
        def not_played(listed):
            listed["counterpart"]["shoes"] = dict(
                listed["counterpart"]["birth"])
            listed["record"]["Relation"]["field"]["birth_year"]["joins"] = [
                "birth", "shoes", "same_birth", "postcode"]
            listed["record"]["HeldToken"]["field"]["fingerprint"][
                "joins"].append("shoes")
        self.assertEqual(
            self.faults_when(not_played),
            "counterpart shoes: tests/adversary/join_test.cc does not play it")

        def no_counterpart(listed):
            listed["record"]["Relation"]["field"]["pc4"]["joins"] = [
                "postcode", "town"]
        self.assertEqual(self.faults_when(no_counterpart),
                         "Relation.pc4 joins town, which is no counterpart")

        def both(listed):
            listed["record"]["Relation"]["field"]["pc4"]["alone"] = "only"
        self.assertIn("Relation.pc4: joins a counterpart, or stands alone",
                      self.faults_when(both))

    def test_sources_are_read_strictly(self):
        self.assertEqual(
            Protos("message A { reserved 2; oneof b { bytes c = 1; } "
                   "map<string, uint64> d = 3; message E { sint64 f = 1; } "
                   "repeated E g = 4 [deprecated = true]; }").messages,
            {"A": ["c", "d", "g"], "A.E": ["f"]})
        with self.assertRaises(ValueError):
            Protos("extend A { bytes b = 1; }")
        self.assertEqual(
            fields_of_struct(
                "enum class T : char { kA = 'L', kB = 'O' }; T t = T::kA;"
                "static constexpr size_t kC = 1; uint64_t a = 0, b = 0;"
                "std::map<int, int> m; std::string r = {};"
                "bool ok() const { if (a) { return true; } return b == 0; }"),
            [("t", "T"), ("a", "uint64_t"), ("b", "uint64_t"),
             ("m", "std::map<int, int>"), ("r", "std::string")])
        with self.assertRaises(ValueError):
            fields_of_struct("uint8_t flags : 3;")


if __name__ == "__main__":
    sys.exit(unittest.main())
