#!/usr/bin/env python3
"""Makes signed-v2.json: what parties and clients sign, seal and derive.

  tests/vectors/signed_v2.py > tests/vectors/signed-v2.json

From docs/protocol.md, with sodium.py and nothing of this project's code.
"""

import hashlib
import struct

from sodium import (blake, box_public_of, hash_to_group, label, lp, plus, point,
                    public_of, scalar, sealed_to, secret, sign, times, written,
                    xchacha)


def subjects():
    salt, handle = secret("salt"), secret("handle", 16)
    head = label("garderobe/subject/v2") + salt
    a, b, d = point("A"), [point("B0"), point("B1")], point("D")
    converted = blake(a + b"".join(b))
    of_customer = blake(head + b"\1" + lp(b"museum-01") + b"\1" + lp(handle))
    what = struct.pack(">I", 3) + a + b"".join(b) + d
    of_identity = blake(head + b"\3" + lp(b"museum-01") + b"\2" + lp(what))
    return {"salt": salt, "institution": "museum-01", "handle": handle,
            "erase_of_handle": of_customer, "kinds": 3, "point_a": a,
            "points_b": b"".join(b), "point_home": d,
            "object_of_identity": of_identity, "converted": converted}


def right_request(commitment):
    author = secret("author")
    access = box_public_of(secret("access"))
    mark = blake(secret("objection", 16))
    digest = blake(mark)
    body = (label("garderobe/right-request/v2") + commitment + b"\3\2"
            + secret("request", 16) + struct.pack(">i", 9828) + access + digest)
    return {"author_seed": author, "author_key": public_of(author),
            "commitment": commitment, "right": 3, "type": 2,
            "request_id": secret("request", 16), "day": 9828,
            "access_key": access, "mark": mark, "objection": digest,
            "signature": sign(author, body)}


def receipt(commitment):
    signing = secret("party signing")
    seed = blake(label("garderobe/receipt-key/v1"), key=signing)
    fields = {"party": "vault", "right": 1, "request_id": secret("request", 16),
              "unix_seconds": 1795910400, "commitment": commitment,
              "acted_on": secret("acted on"), "relations": 2, "visits": 7,
              "answer": bytes(32)}
    body = (label("garderobe/receipt/v2") + lp(b"vault") + b"\1"
            + fields["request_id"] + struct.pack(">Q", 1795910400) + commitment
            + fields["acted_on"] + b"\1" + struct.pack(">IQ", 2, 7) + bytes(32))
    return {"signing_seed": signing, "receipt_key": public_of(seed), **fields,
            "body": body, "signature": sign(seed, body)}


def access_answer(commitment):
    signing, access = secret("party signing"), secret("access")
    seed = blake(label("garderobe/receipt-key/v1"), key=signing)
    held = b'{"party":"vault","known":false}'
    body = (label("garderobe/access-answer/v2") + lp(b"vault")
            + secret("request", 16) + commitment + box_public_of(access)
            + blake(held))
    return {"access_secret": access, "receipt_key": public_of(seed),
            "party": "vault", "request_id": secret("request", 16),
            "commitment": commitment, "held": held.decode(),
            "sealed": sealed_to(access, sign(seed, body) + held,
                                "an answer")}


def objection():
    key, handle = secret("handle key"), secret("handle", 16)
    made = blake(label("garderobe/objection/v1") + b"customer" + handle, 16, key)
    vault = secret("vault sealing")
    request = secret("request", 16)
    return {"handle_key": key, "handle": handle, "secret": made,
            "mark": blake(made), "vault_secret": vault, "request_id": request,
            "sealed": sealed_to(vault, request + made, "an objection")}


def blinding():
    kept = secret("commitment")
    return {"secret": kept,
            "scalars": {name: scalar(label("garderobe/blinding/v2") + kept
                                     + name.encode())
                        for name in ("C_s", "C_v", "C_t", "C_h", "C_hu", "C_a",
                                     "C_w")}}


def answers():
    key, number = secret("day key"), secret("answer id", 16)
    seed = blake(label("garderobe/answer-seed/v2") + number, key=key)
    return {"day_key": key, "answer_id": number,
            "scalars": [{"place": place, "slot": slot,
                         "scalar": scalar(label("garderobe/answer/v2") + seed
                                          + struct.pack(">IB", place, slot))}
                        for place in (0, 1, 4000) for slot in (1, 2)]}


def rounds():
    entries = []
    total = bytes(32)
    for number, action in ((1, 0), (2, 3), (3, 1)):
        tag = point(f"tag {number}")
        weight = scalar(label("garderobe/round-weight/v2") + tag)
        reference = point(f"reference {number}")
        total = plus(total, times(weight, reference))
        entries.append({"tag": tag, "action": action, "weight": weight,
                        "digest": blake(label("garderobe/round-tag/v2") + tag, 16),
                        "reference": reference})
    aggregator, signing = secret("aggregator sealing"), secret("party signing")
    seed = blake(label("garderobe/receipt-key/v1"), key=signing)
    # A reference encrypted with the scalar 0 is its own sum.
    confirmation = secret("confirmation", 16)
    body = (label("garderobe/round/v2") + struct.pack(">Q", 77) + confirmation
            + bytes(32) + total + struct.pack(">I", len(entries))
            + b"".join(entry["digest"] + bytes([entry["action"]]) for entry in
                       sorted(entries, key=lambda one: one["digest"])))
    return {"entries": entries, "number": 77, "references": total,
            "confirmation": confirmation,
            "aggregator_secret": aggregator, "receipt_key": public_of(seed),
            "sealed": sealed_to(aggregator, body + sign(seed, body), "a round")}


def parameters():
    signing = secret("party signing")
    values = {"Z": point("Z"), "padding": struct.pack(">I", 1 << 12), "a": b""}
    body = (label("garderobe/parameters/v2") + lp(b"aggregator")
            + struct.pack(">IIiiH", 1, 258, -3, 397, len(values))
            + b"".join(lp(name.encode()) + lp(values[name])
                       for name in sorted(values)))
    return {"signing_seed": signing, "verify_key": public_of(signing),
            "party": "aggregator", "epoch": 1, "serial": 258,
            "valid_from": -3, "valid_until": 397, "values": values,
            "body": body, "signature": sign(signing, body)}


def retention():
    signing = secret("party signing")
    seed = blake(label("garderobe/receipt-key/v1"), key=signing)
    fields = {"institution": "museum-01", "months": 84, "cutoff": -12,
              "visits_removed": 1, "relations_removed": 2,
              "visits_held_back": 3, "relations_held_back": 4,
              "visits_left": 2**40 + 5, "oldest": 7272,
              "unix_seconds": 1795910400}
    body = (label("garderobe/retention/v2") + lp(b"museum-01")
            + struct.pack(">HiQQQQQiQ", *list(fields.values())[1:]))
    return {"signing_seed": signing, **fields, "body": body,
            "signature": sign(seed, body)}


def access_key():
    key = secret("handle key")
    private = blake(label("garderobe/access-key/v1"), key=key)
    public = box_public_of(private)
    return {"handle_key": key, "secret": private, "public": public,
            "nameless": blake(label("garderobe/nameless/v1") + public, 16)}


def outcome():
    signing = secret("party signing")
    seed = blake(label("garderobe/receipt-key/v1"), key=signing)
    sealed = secret("payload")
    body = (label("garderobe/outcome/v2") + lp(b"museum-01") + lp(b"vendor-a")
            + lp(b"main") + b"\1" + struct.pack(">QIIII", 500, 100, 98, 3, 2)
            + sealed)
    return {"receipt_key": public_of(seed), "institution": "museum-01",
            "client": "vendor-a", "source": "main", "kind": 1, "offset": 500,
            "count": 100, "accepted": 98, "replaced": 3, "sealed": sealed,
            "signature": sign(seed, body)}


def merkle(leaves):
    """The root of RFC 6962."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\1" + merkle(leaves[:half])
                          + merkle(leaves[half:])).digest()


def pooled():
    signing = secret("party signing")
    seed = blake(label("garderobe/receipt-key/v1"), key=signing)
    leaves = [secret(f"leaf {number}") * (number + 3) for number in range(5)]
    answer = secret("answer id", 16)
    body = (label("garderobe/pooled-batch/v2") + answer
            + struct.pack(">I", len(leaves)) + merkle(leaves))
    return {"receipt_key": public_of(seed), "answer_id": answer,
            "leaves": leaves, "body": body, "signature": sign(seed, body)}


def sigma():
    key = secret("kr")
    at_aggregator, at_vault = secret("handle a", 16), secret("handle v", 16)
    first = blake(label("garderobe/sigma/v2") + b"\1", key=key)
    second = blake(label("garderobe/sigma/v2") + b"\2", key=key)
    nonce = blake(at_aggregator, 24, second)
    return {"key": key, "handle_aggregator": at_aggregator,
            "handle_vault": at_vault, "sigma": xchacha(first, nonce, at_vault, at_aggregator)}


def persons():
    seed = secret("person")
    return {"seed": seed, "point": hash_to_group("person", seed)}


# The kinds with a slot of docs/identifiers.md, by their bits.
SLOTS = {0: "email", 1: "mobile", 4: "name_birthdate", 5: "name_address",
         6: "pass", 7: "email_initial", 8: "email_birthyear", 9: "email_local",
         10: "mobile_initial", 11: "birthdate_postcode", 12: "names_birthdate",
         13: "surname_birthdate", 14: "birthdate_street",
         15: "initials_address", 16: "names_street", 17: "birthdate_city",
         18: "names_area", 19: "email_names", 20: "names_address",
         21: "email_first", 22: "mobile_first"}


def dummies(key, handle):
    made = blake(label("garderobe/padding/v2") + handle, key=key)
    return {"secret": made,
            "kinds": {name: hash_to_group(name, b"\0" + made)
                      for name in SLOTS.values()}}


def padding():
    key, handle = secret("handle key"), secret("handle", 16)
    kept, institution = secret("plain padding"), "museum-01"
    of_institution = blake(label("garderobe/plain-padding/v1")
                           + lp(institution.encode()), key=kept)
    return {"bits": {name: bit for bit, name in SLOTS.items()},
            "handle": handle, "handle_key": key, "dummies": dummies(key, handle),
            "plain": {"padding_key": kept, "institution": institution,
                      "key": of_institution,
                      "dummies": dummies(of_institution, handle)}}


def crowd():
    answer = secret("answer id", 16)
    serials = {"ttp": 5, "vault": 0x0102, "aggregator": 0x01020304}
    numbers = struct.pack(">IIII", 3, *serials.values())
    return {"answer_id": answer, "epoch": 3, "serials": serials,
            "contexts": {name: label("garderobe/crowd/v2") + bytes([part])
                               + answer + numbers
                         for name, part in (("rows", 1), ("homes", 2))}}


def sizes():
    steps = sorted(quarter << (power - 2) for power in range(11, 40)
                   for quarter in (4, 5, 6, 7))
    return [{"bytes": size, "padded": next(s for s in steps if s >= size)}
            for size in (0, 1, 2048, 2049, 2560, 2561, 3584, 3585, 4096,
                         1000000, 4194304, 4194305)]


def main():
    subject = subjects()
    vectors = {
        "about": "What is signed, sealed and derived (docs/protocol.md), "
                 "computed by tests/vectors/signed_v2.py with libsodium and "
                 "Python's hashlib apart from this project's code. Secrets are "
                 "BLAKE2b of a text. Bytes are hexadecimal.",
        "subject": subject,
        "right_request": right_request(subject["object_of_identity"]),
        "receipt": receipt(subject["erase_of_handle"]),
        "access_answer": access_answer(subject["erase_of_handle"]),
        "objection": objection(),
        "blinding": blinding(),
        "answers": answers(),
        "round": rounds(),
        "outcome": outcome(),
        "pooled": pooled(),
        "sigma": sigma(),
        "person": persons(),
        "padding": padding(),
        "crowd": crowd(),
        "parameters": parameters(),
        "retention": retention(),
        "access_key": access_key(),
        "sizes": sizes(),
    }
    print(written(vectors))


if __name__ == "__main__":
    main()
