#!/usr/bin/env python3
"""Makes rows-v2.json: rows that are not like others, and a proof of whose
reference a party acted on.

  tests/vectors/rows_v2.py > tests/vectors/rows-v2.json

From docs/protocol.md, 3, 6 and 8, with sodium.py and nothing of this project's
code. A scalar is SHA-512 of a secret, modulo the order of the group.
"""

import hashlib
import struct

from sodium import (ORDER, hash_to_group, label, lp, minus, plus, point, scalar,
                    secret, times, times_base, written)

KINDS = ("email", "pass")  # bits 0 and 6, ascending
INSTITUTION, HANDLE = b"museum-01", secret("handle", 16)
IDENTITY, BASE = bytes(32), times_base((1).to_bytes(32, "little"))


def number(name):
    return scalar(secret("scalar " + name))


def whole(value):
    return int.from_bytes(value, "little")


def reduced(value):
    return (value % ORDER).to_bytes(32, "little")


def product(one, other):
    return reduced(whole(one) * whole(other))


# The parties' scalars, and what they publish of them.
U, S, H, A, T = (number(name) for name in "ushat")
Y = {kind: number("y " + kind) for kind in KINDS}
Y_HOME, W, Z = number("y home"), number("w"), number("z")
V, HU = product(S, U), product(H, U)
KEYS = {"U": times_base(U), "Z": times_base(Z), "Y_home": times_base(Y_HOME),
        "Y": {kind: times_base(Y[kind]) for kind in KINDS}}
HOME_KEY = plus(KEYS["Y_home"], KEYS["Z"])


def encrypted(r, message, key):
    return plus(message, times(r, plus(key, KEYS["U"])))


def at_ttp(row, q, q_home):
    """A', B', A_h and D_h."""
    a = row["A"]
    return {"A_prime": plus(times(S, a), times_base(q)),
            "B_prime": {kind: plus(minus(times(S, row["B"][kind]), times(V, a)),
                                   times(q, KEYS["Y"][kind]))
                        for kind in KINDS},
            "A_h": plus(times(H, a), times_base(q_home)),
            "D_h": plus(minus(times(H, row["D"]), times(HU, a)),
                        times(q_home, HOME_KEY))}


def at_vault(sent, r2):
    """What each kind opens to, and the home as the vault raises it."""
    a = sent["A_h"]
    stripped = minus(sent["D_h"], times(Y_HOME, a))
    return {"opened": {kind: minus(sent["B_prime"][kind],
                                   times(Y[kind], sent["A_prime"]))
                       for kind in KINDS},
            "household": [plus(times(W, a), times_base(r2)),
                          plus(times(W, stripped), times(r2, KEYS["Z"]))]}


def at_aggregator(household, q):
    """The household that the aggregator decrypts, after the TTP's t."""
    first = plus(times(T, household[0]), times_base(q))
    second = plus(times(T, household[1]), times(q, KEYS["Z"]))
    return {"from_ttp": [first, second],
            "household": minus(second, times(Z, first))}


def followed(name, row):
    """A row from the TTP to the aggregator."""
    given = {letter: number(f"{name} {letter}")
             for letter in ("q", "q_home", "r2", "q_answer")}
    sent = at_ttp(row, given["q"], given["q_home"])
    answer = at_vault(sent, given["r2"])
    return {**given, "row": row, "to_vault": sent, "at_vault": answer,
            "at_aggregator": at_aggregator(answer["household"],
                                           given["q_answer"])}


def without_address():
    r = number("without address r")
    values = {"email": "jan.jansen@example.nl", "pass": "museumkaart:12345678"}
    messages = {kind: hash_to_group(kind, value.encode())
                for kind, value in values.items()}
    row = {"A": times_base(r), "D": point("a home that nobody lives in"),
           "B": {kind: encrypted(r, messages[kind], KEYS["Y"][kind])
                 for kind in KINDS}}
    made = followed("without address", row)
    for kind in KINDS:
        assert made["at_vault"]["opened"][kind] == times(S, messages[kind])
    # t*w*h*D', where D' is what D would be the encryption of.
    inside = minus(row["D"], times(r, plus(HOME_KEY, KEYS["U"])))
    assert (made["at_aggregator"]["household"]
            == times(T, times(W, times(H, inside))) != IDENTITY)
    return {"values": values, "r": r, **made}


def token_is_the_identity():
    """Of the e-mail and the home only the masks were sent, with nothing in
    them; beside them stands a pass like any other."""
    r, value = number("identity r"), "museumkaart:12345678"
    message = hash_to_group("pass", value.encode())
    row = {"A": times_base(r), "D": encrypted(r, IDENTITY, HOME_KEY),
           "B": {"email": encrypted(r, IDENTITY, KEYS["Y"]["email"]),
                 "pass": encrypted(r, message, KEYS["Y"]["pass"])}}
    made = followed("identity", row)
    assert made["at_vault"]["opened"] == {"email": IDENTITY,
                                          "pass": times(S, message)}
    assert made["at_aggregator"]["household"] == IDENTITY
    # The TTP refuses rows in which a point is the identity; none is here.
    assert IDENTITY not in (row["A"], row["D"], *row["B"].values())
    return {"values": {"pass": value}, "r": r, **made}


def combined(equation, scalars):
    """The sum of the terms of an equation, with these scalars."""
    return plus(IDENTITY, *(times(scalars[at], base) for at, base in equation))


def linear_proof(name, context, outputs, equations, witnesses, nonces):
    """A proof of docs/protocol.md, 8, with core/proof/linear_proof.h's bytes:
    c and a response for each witness."""
    statement = label(name) + struct.pack(">I", len(context)) + context
    statement += struct.pack(">II", len(witnesses), len(equations))
    for output, equation in zip(outputs, equations):
        assert combined(equation, witnesses) == output
        statement += output + struct.pack(">I", len(equation))
        for at, base in equation:
            statement += struct.pack(">I", at) + base
    points = [combined(equation, nonces) for equation in equations]
    challenge = reduced(whole(hashlib.sha512(
        statement + b"".join(points)).digest()))
    responses = [reduced(whole(w) + whole(challenge) * whole(x))
                 for w, x in zip(nonces, witnesses)]
    # As the verifier: sum z*B - c*P is T again.
    for output, equation, expected in zip(outputs, equations, points):
        assert minus(combined(equation, responses),
                     times(challenge, output)) == expected
    return {"points_T": points, "challenge": challenge,
            "proof": challenge + b"".join(responses)}


def derived(*parts):
    """What a right takes in place of a scalar that is drawn (section 6)."""
    return scalar(secret("kr") + b"".join(struct.pack(">I", len(part)) + part
                                          for part in parts))


def right_row(row):
    """The identifiers of a row, in an answer to a right by identity."""
    request = secret("request", 16)
    epoch = struct.pack(">I", 1)
    q = derived(b"garderobe/right-row/v3", request, epoch, row["A"],
                b"".join(row["B"][kind] for kind in KINDS))
    sent = at_ttp(row, q, q)
    return {"kr": secret("kr"), "request_id": request, "q": q,
            "A": row["A"], "B": row["B"],
            "A_prime": sent["A_prime"], "B_prime": sent["B_prime"]}


def reference_proof():
    """Of the reference in an answer to a right by handle."""
    request, kept = secret("request", 16), secret("commitment")
    q2 = derived(b"garderobe/right-reference/v2", request, INSTITUTION, HANDLE)
    rho_a = scalar(label("garderobe/blinding/v2") + kept + b"C_a")
    second_base = hash_to_group("commitment", b"")
    hashed = hash_to_group("relation", lp(INSTITUTION) + HANDLE)
    commitment = plus(times_base(A), times(rho_a, second_base))
    reference = [times_base(q2),
                 plus(times(A, hashed), times(q2, KEYS["Z"]))]
    nonces = [number(f"nonce {at}") for at in range(3)]
    made = linear_proof(
        "garderobe/proof/reference/v2", lp(request), [commitment, *reference],
        [[(0, BASE), (2, second_base)], [(1, BASE)],
         [(0, hashed), (1, KEYS["Z"])]],
        [A, q2, rho_a], nonces)
    return {"institution": INSTITUTION.decode(), "handle": HANDLE,
            "kr": secret("kr"), "commitment_secret": kept, "request_id": request, "q2": q2,
            "rho_a": rho_a, "C_a": commitment, "H": hashed,
            "reference": reference, "nonces": nonces, **made}


def main():
    ordinary = without_address()
    print(written({
        "about": "Rows that are not like others, and a proof of a reference "
                 "(docs/protocol.md, 3, 6 and 8), computed by "
                 "tests/vectors/rows_v2.py with libsodium and Python's hashlib "
                 "apart from this project's code. Secrets are BLAKE2b of a "
                 "text, scalars SHA-512 of a secret modulo L. Bytes are "
                 "hexadecimal; 32 zero bytes are the identity.",
        "scalars": {"u": U, "s": S, "h": H, "a": A, "t": T, "y": Y,
                    "y_home": Y_HOME, "w": W, "z": Z},
        "keys": KEYS,
        "without_address": ordinary,
        "token_is_the_identity": token_is_the_identity(),
        "right_row": right_row(ordinary["row"]),
        "reference_proof": reference_proof(),
    }))


if __name__ == "__main__":
    main()
