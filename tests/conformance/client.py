"""A client in another language: written from docs/clients.md and
docs/protocol.md, with none of this project's code beside the known answers in
tests/vectors. Delivers a CSV file with the default columns, and makes one
fault when it is told to, so that `garderobe conformance` can be held to it.

Telephones are left out: normalise.py reads none. What several rows say of a
customer is put together field by field, which is right only as long as they do
not contradict each other; keys of certificates are not compared with their
pins.
"""
import argparse
import csv
import ctypes
import ctypes.util
import datetime
import os
import pathlib
import subprocess
import sys
import tempfile
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/vectors"))

try:
    import grpc
    import google.protobuf  # noqa: F401
except ImportError:
    print("python3-grpcio and python3-protobuf are not there")
    sys.exit(77)

import normalise  # noqa: E402
import sodium  # noqa: E402

FAULTS = """
keep-tag keep-dots keep-case email-raw particles-kept doubled-kept
whole-first-name unordered-names date-dashes date-order no-addition
postcode-blank no-country no-box street-unfolded key-order key-separator
letters-unsorted skeleton-long wrong-tag tag-of-email plain-sha512 wrong-slot vault-alone
no-encryption skip-kind extra-kind wrong-shown wrong-pc4 last-row-only
utc-start start-1970 sold-in-minutes sold-in-utc price-per-ticket
price-in-euros quantity-once unknown-word no-title other-event-id
no-handle kept-share-no share-no-relation refused-relation
no-length-prefix order-alone hex-key no-label swapped-ids handle-hex-key
skip-visit skip-customer visit-twice customer-twice refused-visit
reuse-scalar reuse-home reuse-batch-key shared-dummy no-padding
wrong-author signed-frame no-serial-signed no-payload-step not-zeros
no-content-size wrong-place wrong-serial wrong-digest short-column
wrong-close
""".split()

VISITS, RELATIONS = 1, 2
NOBODY = bytes(16)
UNKNOWN_TIME = -2147483648
KINDS = {"email": 0, "name_birthdate": 4, "name_address": 5, "pass": 6,
         "email_initial": 7, "email_birthyear": 8, "email_local": 9,
         "birthdate_postcode": 11, "names_birthdate": 12,
         "surname_birthdate": 13, "birthdate_street": 14,
         "initials_address": 15, "names_street": 16, "birthdate_city": 17,
         "names_area": 18, "email_names": 19, "names_address": 20,
         "email_first": 21}
NAME_OF = {bit: kind for kind, bit in KINDS.items()} | {
    1: "mobile", 10: "mobile_initial", 22: "mobile_first"}
GENRES = ("other theatre cabaret musical dance opera classical pop jazz world "
          "youth circus film exhibition festival heritage literature "
          "education").split()
CHANNELS = "other web box_office phone app partner pass".split()
STATUSES = "sold cancelled refunded attended no_show".split()
IDENTITY = ("email pass first_name last_name birth_date postcode house_number "
            "house_number_addition country street city").split()
ZSTD = ctypes.CDLL(ctypes.util.find_library("zstd"))
for returns_size in ("ZSTD_compressBound", "ZSTD_compress",
                     "ZSTD_compress2"):
    getattr(ZSTD, returns_size).restype = ctypes.c_size_t
ZSTD.ZSTD_createCCtx.restype = ctypes.c_void_p


def messages():
    """The generated messages; protoc makes them."""
    folder = tempfile.mkdtemp()
    protos = ROOT / "protos"
    subprocess.run(
        ["protoc", f"-I{protos}", f"--python_out={folder}",
         *(str(p) for p in (protos / "garderobe/v1").glob("*.proto")
           if p.stem in ("delivery", "columns", "common", "custody"))],
        check=True)
    sys.path.insert(0, folder)
    from garderobe.v1 import columns_pb2, delivery_pb2
    return columns_pb2, delivery_pb2


def big(number, size):
    return number.to_bytes(size, "big")


def secret_in(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("secret: "):
            return bytes.fromhex(line[8:])
    raise ValueError(path)


def frame(columns, states_size=True):
    bound = ZSTD.ZSTD_compressBound(ctypes.c_size_t(len(columns)))
    out = ctypes.create_string_buffer(bound)
    if states_size:
        size = ZSTD.ZSTD_compress(out, ctypes.c_size_t(bound), columns,
                                  ctypes.c_size_t(len(columns)), 3)
    else:
        context = ctypes.c_void_p(ZSTD.ZSTD_createCCtx())
        content_size_flag = 200
        ZSTD.ZSTD_CCtx_setParameter(context, content_size_flag, 0)
        size = ZSTD.ZSTD_compress2(context, out, ctypes.c_size_t(bound),
                                   columns, ctypes.c_size_t(len(columns)))
    return out.raw[:size]


def padded_size(size):
    if size <= 2048:
        return 2048
    step = (1 << (size.bit_length() - 1)) // 4
    return -(-size // step) * step


class Parameters:
    """What a party has signed (protocol.md, 2)."""

    def __init__(self, signed, pin, party):
        assert sodium.SODIUM.crypto_sign_verify_detached(
            signed.signature, signed.body,
            ctypes.c_ulonglong(len(signed.body)), pin) == 0
        body = signed.body
        assert body.startswith(sodium.label("garderobe/parameters/v2"))
        self.at, self.body = len(sodium.label("garderobe/parameters/v2")), body
        assert self.prefixed() == party.encode()
        self.epoch, self.serial = self.number(4), self.number(4)
        first, last = self.number(4), self.number(4)
        today = (datetime.date.today() - datetime.date(2000, 1, 1)).days
        assert first <= today <= last
        self.values = {}
        for _ in range(self.number(2)):
            name = self.prefixed().decode()
            self.values[name] = self.prefixed()

    def number(self, size):
        self.at += size
        return int.from_bytes(self.body[self.at - size:self.at], "big")

    def prefixed(self):
        size = self.number(2)
        self.at += size
        return self.body[self.at - size:self.at]


class Client:
    def __init__(self, arguments):
        self.fault = arguments.fault
        self.columns_pb2, self.pb = messages()
        folder = pathlib.Path(arguments.deployment)
        self.institution, self.client = arguments.institution, arguments.client
        self.source = "python"
        config = tomllib.loads((folder / "client.toml").read_text("utf-8"))
        keys = folder / "institutions" / self.institution
        self.handle_key = secret_in(keys / "handle.key")
        self.author = secret_in(keys / "author.key")
        tls = folder / "clients" / self.client
        channel = grpc.secure_channel(
            config["addresses"]["ttp"],
            grpc.ssl_channel_credentials(
                *((tls / name).read_bytes() for name in
                  ("authority.pem", "private.key", "certificate.pem"))),
            [("grpc.ssl_target_name_override", "ttpd.garderobe")])
        self.calls = {}
        for name, kind in (("GetParameters", channel.unary_unary),
                           ("CloseFeed", channel.unary_unary),
                           ("DeliverVisits", channel.stream_stream),
                           ("DeliverRelations", channel.stream_stream)):
            request = getattr(self.pb, name + "Request")
            response = getattr(self.pb, name + "Response")
            self.calls[name] = kind(
                f"/garderobe.v1.DeliveryService/{name}",
                request_serializer=request.SerializeToString,
                response_deserializer=response.FromString)
        answer = self.calls["GetParameters"](self.pb.GetParametersRequest(),
                                             timeout=20)
        pins = {party: bytes.fromhex(pin)
                for party, pin in config["pins"].items()}
        self.ttp, self.vault, self.aggregator = (
            Parameters(getattr(answer, party), pins[party], party)
            for party in ("ttp", "vault", "aggregator"))
        self.padding = int.from_bytes(self.ttp.values["padding"], "big")
        self.batch_key = os.urandom(32)

    def is_at(self, fault):
        return self.fault == fault

    # Handles and visit ids (section 4).

    def handle(self, customer_id):
        key = self.handle_key
        if self.is_at("handle-hex-key"):
            key = key.hex().encode()
        name = b"" if self.is_at("no-label") else sodium.label(
            "garderobe/handle/v1")
        return sodium.blake(name + customer_id.encode(), 16, key)

    def visit_id(self, row):
        order, line = row["order_id"].encode(), row["line_id"].encode()
        body = sodium.lp(order) + sodium.lp(line)
        if self.is_at("no-length-prefix"):
            body = order + line
        elif self.is_at("order-alone"):
            body = order
        elif self.is_at("swapped-ids"):
            body = sodium.lp(line) + sodium.lp(order)
        key = self.handle_key
        if self.is_at("hex-key"):
            key = key.hex().encode()
        return sodium.blake(sodium.label("garderobe/visit/v1") + body, 16, key)

    # Sealing (section 5).

    def seal(self, kind, offset, count, columns, handles, points):
        stream = "visits" if kind == VISITS else "relations"
        place = (sodium.label(f"garderobe/{stream}/v1")
                 + sodium.lp(self.institution.encode())
                 + sodium.lp(self.source.encode()))
        data = place + big(offset, 8) + big(count, 4)
        packed = frame(columns, not self.is_at("no-content-size"))
        digests = sodium.blake(handles) + (
            bytes(32) if points is None else sodium.blake(points))
        if self.is_at("wrong-digest"):
            digests = bytes(32) + digests[32:]
        serial = b"" if self.is_at("no-serial-signed") else big(
            self.aggregator.serial, 8)
        signed = (sodium.label(f"garderobe/{stream}/v2") + data + serial
                  + digests + sodium.blake(
                      packed if self.is_at("signed-frame") else columns))
        author = bytes(32) if self.is_at("wrong-author") else self.author
        payload = (b"\2" + digests + sodium.sign(author, signed)
                   + big(len(packed), 4) + packed)
        fill = padded_size(len(payload)) - len(payload)
        if self.is_at("no-payload-step"):
            fill = 0
        payload += bytes([1 if self.is_at("not-zeros") else 0]) * fill
        key = self.batch_key if self.is_at("reuse-batch-key") else (
            os.urandom(32))
        box = ctypes.create_string_buffer(80)
        assert sodium.SODIUM.crypto_box_seal(
            box, key, ctypes.c_ulonglong(32),
            self.aggregator.values["seal"]) == 0
        nonce = os.urandom(24)
        if self.is_at("wrong-place"):
            data = place + big(0, 8) + big(0, 4)
        return box.raw + nonce + sodium.xchacha(key, nonce, payload, data)

    # Visits.

    def minutes(self, text):
        local = datetime.datetime.fromisoformat(text)
        return int((local - datetime.datetime(2000, 1, 1)).total_seconds()
                   // 60)

    def code(self, words, word):
        word = word.strip().lower()
        if self.is_at("unknown-word") and word in ("box_office", "attended"):
            return 0
        return words.index(word) if word in words else 0

    def visit_columns(self, rows):
        columns = self.columns_pb2.VisitColumns()
        events, ids, handles = {}, [], []
        for row in rows:
            start = self.minutes(row["starts_at"])
            start -= 60 if self.is_at("utc-start") else 0
            start += 15778080 if self.is_at("start-1970") else 0
            event_id = row["event_id"] + (
                "x" if self.is_at("other-event-id") else "")
            title = "" if self.is_at("no-title") else row["event_title"]
            event = (event_id, title, self.code(GENRES, row["genre"]), start)
            if event not in events:
                events[event] = len(events)
                columns.events.id.append(event[0])
                columns.events.title.append(event[1])
                columns.events.genre.append(event[2])
                columns.events.starts_at.append(event[3])
            columns.event.append(events[event])
            sold = UNKNOWN_TIME
            if row["sold_at"]:
                minutes = self.minutes(row["sold_at"])
                sold = minutes // 60
                sold = minutes if self.is_at("sold-in-minutes") else sold
                sold -= 1 if self.is_at("sold-in-utc") else 0
            columns.sold_at.append(sold)
            quantity = int(row["quantity"] or 1)
            cents = round(float(row["price"] or 0) * 100)
            if self.is_at("price-per-ticket"):
                cents //= max(quantity, 1)
            if self.is_at("price-in-euros"):
                cents //= 100
            columns.quantity.append(
                1 if self.is_at("quantity-once") else quantity)
            columns.price_cents.append(cents)
            columns.channel += bytes([self.code(CHANNELS, row["channel"])])
            columns.status += bytes([self.code(STATUSES, row["status"])])
            shares = row["share"] != "no" or self.is_at("kept-share-no")
            is_somebody = row["customer_id"] and shares
            if self.is_at("no-handle"):
                is_somebody = False
            handles.append(self.handle(row["customer_id"]) if is_somebody
                           else NOBODY)
            ids.append(self.visit_id(row))
        columns.visit_ids = b"".join(ids)
        if self.is_at("short-column"):
            del columns.quantity[-1]
        return columns.SerializeToString(), b"".join(handles)

    def visit_batch(self, offset, rows):
        columns, handles = self.visit_columns(rows)
        serial = self.aggregator.serial
        batch = self.pb.VisitBatch(
            offset=offset, count=len(rows), handles=handles,
            serial=serial + 7 if self.is_at("wrong-serial") else serial)
        batch.sealed = self.seal(VISITS, offset, len(rows), columns, handles,
                                 None)
        return self.pb.DeliverVisitsRequest(batch=batch)

    # Relations (section 6).

    def identifiers(self, person):
        """Values by kind, `address` among them."""
        given = dict(person)
        values = self.normal_forms(given)
        if self.is_at("keep-tag") or self.is_at("keep-dots"):
            raw = given.get("email", "").strip().lower()
            local, _, domain = raw.partition("@")
            if self.is_at("keep-dots"):
                local = local.split("+")[0]
            elif domain == "gmail.com":
                local = local.replace(".", "")
            values = self.with_email(given, values, f"{local}@{domain}")
        if self.is_at("keep-case") or self.is_at("email-raw"):
            raw = given.get("email", "")
            raw = raw.strip() if self.is_at("keep-case") else raw
            values = self.with_email(given, values, raw)
        return values

    def with_email(self, given, values, email):
        if not values.get("email"):
            return values
        read, normalise.email = normalise.email, lambda *_: email
        try:
            return self.normal_forms(given)
        finally:
            normalise.email = read

    def normal_forms(self, given):
        values, _ = normalise.normalise(given, [], datetime.date.today())
        return {kind: self.changed(kind, value, given)
                for kind, value in values.items()}

    def changed(self, kind, value, given):
        parts = value.split("|")
        if self.is_at("key-order") and kind == "name_birthdate":
            return "|".join(reversed(parts))
        if self.is_at("key-separator") and len(parts) > 1:
            return ":".join(parts)
        if self.is_at("unordered-names"):
            return "|".join("+".join(reversed(p.split("+"))) for p in parts)
        if self.is_at("whole-first-name") and kind in (
                "name_birthdate", "name_address"):
            parts[1] = normalise.first_name(given["first_name"])
            return "|".join(parts)
        if self.is_at("letters-unsorted") and kind.startswith("email_") and (
                kind != "email_local"):
            parts[0] = normalise.letters_and_digits(
                normalise.email(given["email"], []))
            return "|".join(parts)
        if self.is_at("no-country") and kind == "address":
            return value.split(":", 1)[1]
        return value

    def element(self, kind, value):
        if self.is_at("plain-sha512"):
            out = ctypes.create_string_buffer(32)
            sodium.SODIUM.crypto_core_ristretto255_from_hash(
                out, sodium.hashlib.sha512(value).digest())
            return out.raw
        if self.is_at("wrong-tag") and kind == "email":
            return sodium.hash_to_group("mail", value)
        if self.is_at("tag-of-email"):
            return sodium.hash_to_group("email", value)
        return sodium.hash_to_group(kind, value)

    def encrypted(self, handle, values):
        """Set of kinds, A, all B, and D."""
        scalar = sodium.scalar(os.urandom(32))
        if self.is_at("reuse-scalar"):
            scalar = sodium.scalar(b"always the same")
        kinds, points = 0, b""
        secret = sodium.blake(sodium.label("garderobe/padding/v2") + (
            b"" if self.is_at("shared-dummy") else handle), 32,
            self.handle_key)
        for bit, kind in sorted(NAME_OF.items()):
            value = values.get(kind)
            if value is None and self.is_at("extra-kind") and (
                    kind == "email_first"):
                value = "x|y"
            is_padded = self.padding >> bit & 1 and not self.is_at(
                "no-padding")
            if self.is_at("skip-kind") and kind == "email_local":
                value = None
            if value is None and not is_padded:
                continue
            kinds |= 1 << bit
            message = (sodium.hash_to_group(kind, b"\0" + secret)
                       if value is None else
                       self.element(kind, value.encode()))
            if self.is_at("wrong-slot") and kind == "surname_birthdate":
                message = self.element("email", values["email"].encode())
            to = self.vault.values["Y." + kind]
            if not self.is_at("vault-alone"):
                to = sodium.plus(to, self.ttp.values["U"])
            points += (message if self.is_at("no-encryption") else
                       sodium.plus(message, sodium.times(scalar, to)))
        home = sodium.point(os.urandom(32).hex())
        if self.is_at("reuse-home"):
            home = sodium.point("no address")
        if "address" in values:
            to = sodium.plus(self.vault.values["Y.home"],
                             self.aggregator.values["Z"],
                             self.ttp.values["U"])
            home = sodium.plus(
                sodium.hash_to_group("address", values["address"].encode()),
                sodium.times(scalar, to))
        return kinds, sodium.times_base(scalar), points, home

    def relation_batch(self, offset, people):
        batch = self.pb.RelationBatch(offset=offset, count=len(people))
        columns = self.columns_pb2.RelationColumns()
        for customer_id, person in people:
            handle = self.handle(customer_id)
            values = self.identifiers(person)
            kinds, point_a, points, home = self.encrypted(handle, values)
            batch.handles += handle
            batch.kinds.append(kinds)
            batch.points_a += point_a
            batch.points_b += points
            batch.points_home += home
            address = normalise.address(person)
            is_dutch = address["country"] == "NL"
            pc4 = int(address["postcode"][:4].strip() or 0) if is_dutch else 0
            try:
                born = normalise.birth_date(person.get("birth_date", ""),
                                            datetime.date.today())
            except normalise.Refused:
                born = "0"
            columns.pc4.append(0 if self.is_at("wrong-pc4") else pc4)
            columns.birth_year.append(int(born[:4]))
            columns.gender += b"\0"
            columns.newsletter += b"\0"
            columns.customer_since.append(0)
            shown = ("address" in values) + 2 * bool(values.keys()
                                                     - {"address"})
            columns.shown += bytes([3 if self.is_at("wrong-shown")
                                    else shown])
        batch.serials.ttp = self.ttp.serial
        batch.serials.vault = self.vault.serial
        batch.serials.aggregator = self.aggregator.serial
        points = (b"".join(big(k, 4) for k in batch.kinds) + batch.points_a
                  + batch.points_b + batch.points_home)
        batch.sealed = self.seal(RELATIONS, offset, len(people),
                                 columns.SerializeToString(), batch.handles,
                                 points)
        return self.pb.DeliverRelationsRequest(batch=batch)

    # Streams (section 7).

    def feed(self, kind):
        return self.pb.Hello().feed.__class__(
            institution=self.institution, source=self.source, kind=kind)

    def deliver(self, name, kind, make, batches):
        """One stream; a batch at a time, which is within every window."""
        import queue
        outgoing = queue.Queue()
        request = getattr(self.pb, name + "Request")
        hello = request()
        hello.hello.protocol_version = 2
        hello.hello.feed.CopyFrom(self.feed(kind))
        hello.hello.software = "python/1"
        hello.hello.run = 1 if kind == VISITS else 0
        outgoing.put(hello)
        answers = self.calls[name](iter(outgoing.get, None), timeout=60)
        offset = next(answers).welcome.committed
        for rows in batches:
            message = make(offset, rows)
            outgoing.put(message)
            outcome = next(answers).outcome
            self.verify(kind, message.batch, outcome)
            offset += len(rows)
        outgoing.put(None)
        assert not list(answers)
        return offset

    def open_visits(self):
        import queue
        outgoing = queue.Queue()
        hello = self.pb.DeliverVisitsRequest()
        hello.hello.protocol_version = 2
        hello.hello.feed.CopyFrom(self.feed(VISITS))
        outgoing.put(hello)
        answers = self.calls["DeliverVisits"](iter(outgoing.get, None),
                                              timeout=60)
        return outgoing, answers, next(answers).welcome

    def try_streams(self, rows):
        """Delivers the first row, and tries what is not to be done."""
        outgoing, answers, welcome = self.open_visits()
        assert (welcome.committed, welcome.window,
                welcome.batch_rows_max) == (0, 8, 16384), welcome
        first = self.visit_batch(0, rows[:1])
        for again in (False, True):
            outgoing.put(first)
            outcome = next(answers).outcome
            assert outcome.already_stored == again
            self.verify(VISITS, first.batch, outcome)

        def fails_with(stream, code):
            try:
                next(stream)
            except grpc.RpcError as error:
                assert error.code() == code, error
            else:
                raise AssertionError(code)
        other, other_answers, welcome = self.open_visits()
        assert welcome.committed == 1, welcome
        fails_with(answers, grpc.StatusCode.ABORTED)
        other.put(self.visit_batch(0, rows[:1]))
        fails_with(other_answers, grpc.StatusCode.ALREADY_EXISTS)
        last, last_answers, _ = self.open_visits()
        last.put(self.visit_batch(5, rows[:1]))
        fails_with(last_answers, grpc.StatusCode.OUT_OF_RANGE)
        for stream in (outgoing, other, last):
            stream.put(None)
        del rows[0]

    def verify(self, kind, batch, outcome):
        body = (sodium.label("garderobe/outcome/v2")
                + sodium.lp(self.institution.encode())
                + sodium.lp(self.client.encode())
                + sodium.lp(self.source.encode()) + bytes([kind])
                + big(batch.offset, 8) + big(batch.count, 4)
                + big(outcome.accepted, 4) + big(outcome.replaced, 4)
                + big(batch.count - outcome.accepted, 4)
                + sodium.blake(batch.sealed))
        assert sodium.SODIUM.crypto_sign_verify_detached(
            outcome.signature, body, ctypes.c_ulonglong(len(body)),
            self.aggregator.values["receipt"]) == 0, "an outcome is not signed"

    def close(self, rows):
        if self.is_at("wrong-close"):
            rows += 1
        answer = self.calls["CloseFeed"](
            self.pb.CloseFeedRequest(feed=self.feed(VISITS), rows=rows),
            timeout=20)
        assert answer.counts_agree or self.is_at("wrong-close")


def is_a_line(row):
    """Not all rules of delivering.md: those that the test's files break."""
    try:
        int(row["quantity"] or 1)
        return bool(row["starts_at"]) and row["status"] in ("", *STATUSES)
    except ValueError:
        return False


def people_of(rows, client):
    """Customers who share, as all their rows say them."""
    people = {}
    for row in rows:
        shares = row["share"] != "no" or client.is_at("share-no-relation")
        if not row["customer_id"] or not shares:
            continue
        said = {field: row[field] for field in IDENTITY if row.get(field)}
        if client.is_at("last-row-only"):
            people[row["customer_id"]] = said
        else:
            people.setdefault(row["customer_id"], {}).update(said)
    return list(people.items())


def patch(fault):
    """What is wrong with reading the fields."""
    n = normalise
    if fault == "particles-kept":
        n.RULES["name"]["particles"] = []
    elif fault == "doubled-kept":
        n.spelled = lambda name: name.replace("ij", "y").replace("ck", "k")
    elif fault in ("date-dashes", "date-order"):
        read = n.birth_date

        def dashed(raw, today):
            born = read(raw, today)
            year, month, day = born[:4], born[4:6], born[6:]
            return (f"{year}-{month}-{day}" if fault == "date-dashes"
                    else day + month + year)
        n.birth_date = dashed
    elif fault == "skeleton-long":
        short = n.skeleton
        n.skeleton = lambda name, most: short(name, most + 2)
    elif fault in ("no-addition", "postcode-blank", "no-box",
                   "street-unfolded"):
        read_address = n.address

        def changed(given):
            home = read_address(given)
            parts = home["value"].split(":")
            if fault == "no-addition" and len(parts) == 4:
                parts[3] = ""
            if fault == "no-box" and len(parts) == 5:
                parts[4] = ""
            if fault == "street-unfolded" and len(parts) == 5:
                parts[2] = given["street"].lower()
                home["street"] = parts[2]
            home["value"] = ":".join(parts)
            if (fault == "postcode-blank" and home["postcode"]
                    and home["country"] == "NL"):
                spaced = home["postcode"][:4] + " " + home["postcode"][4:]
                home["value"] = home["value"].replace(home["postcode"], spaced)
                home["postcode"] = spaced
            return home
        n.address = changed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file")
    parser.add_argument("--deployment", required=True)
    parser.add_argument("--institution", required=True)
    parser.add_argument("--client", required=True)
    parser.add_argument("--fault", default="", choices=["", *FAULTS])
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--streams", action="store_true",
                        help="try what section 7 says of streams")
    arguments = parser.parse_args()
    patch(arguments.fault)
    client = Client(arguments)
    with open(arguments.file, newline="", encoding="utf-8") as file:
        all_rows = list(csv.DictReader(file))
    rows = [r for r in all_rows if is_a_line(r) or client.is_at(
        "refused-visit") and r["starts_at"]]
    for row in rows if client.is_at("refused-visit") else []:
        row["quantity"] = row["quantity"] if is_a_line(row) else "1"
        row["status"] = row["status"] if row["status"] in STATUSES else "sold"
    people = people_of(all_rows if client.is_at("refused-relation") else rows,
                       client)
    if client.is_at("skip-visit"):
        rows = rows[1:]
    if client.is_at("skip-customer"):
        people = people[1:]
    if client.is_at("visit-twice"):
        rows.append(rows[0])

    if arguments.streams:
        client.try_streams(rows)

    def pieces(items):
        return [items[i:i + arguments.batch]
                for i in range(0, len(items), arguments.batch)]
    end = client.deliver("DeliverVisits", VISITS, client.visit_batch,
                         pieces(rows))
    batches = pieces(people)
    if client.is_at("customer-twice"):
        batches.append(people[:1])
    client.deliver("DeliverRelations", RELATIONS, client.relation_batch,
                   batches)
    client.close(end)


if __name__ == "__main__":
    main()
