"""What is measured, one phase after another."""
import os

import files as of
import postgresql
from agent import measure_agent
from deployment import Deployment
from linked import linked_customers
from progress import say
from tidy import tidied_by

# At --scale 1 and above; fewer below, 100 at least.
MIRROR_CALLS = 2_000
EMPTY_CALLS = 5_000
POSTGRESQL_QUESTIONS = 200

# After an acknowledgement the vault tells a relation's person once more
# (vault/link/linker.h, kTellAgainSeconds), which takes as many group operations as
# the answer did.
TELL_AGAIN_SECONDS = 90

# Share of the machine that other processes take. A phase with more of it
# measures little.
DISTURBED_SHARE = 0.15


def fewer(calls, scale):
    return max(100, int(calls * min(1, scale)))


def total(phase, key):
    return sum(report[key] for report in phase.reports)


def checked(phase, rows):
    """The phase, if it delivered what it should have."""
    if (total(phase, "visits_accepted") != rows or
            total(phase, "relations_refused") != 0):
        raise RuntimeError(
            f"not all was taken: {rows} rows, "
            f"{total(phase, 'visits_accepted')} visits accepted, "
            f"{total(phase, 'relations_refused')} relations refused")
    return phase


def tokens_of(deployment, paths):
    """How many tokens a relation has at the vault, on average: identifiers
    and match keys. Group operations are counted by them."""
    counts = [int(customer.tokens)
              for institution, path in paths.items()
              for customer in linked_customers(
                  deployment.programs, deployment.folder, institution,
                  of.customers_in(path))]
    return sum(counts) / len(counts)


def measure_relations(deployment, files):
    paths = of.of_senders(files.customers)
    identifiers = [sum(deployment.check(path)["linkable"].values())
                   for path in paths.values()]
    rows = files.rows_of(paths)
    say(f"delivering {rows:,} relations")
    phase = checked(deployment.send_at_once(
        paths, beside=("bench_group_operations", "--beside")), rows)
    relations = total(phase, "relations_accepted")
    # Like is compared with like only if each relation has three identifiers,
    # or more where a name and a birth date are known.
    if min(identifiers) < 3 or relations != rows:
        raise RuntimeError(f"{relations} relations of {rows}, with "
                           f"{identifiers} identifiers on average")
    tokens = tokens_of(deployment, paths)
    bare = {party: cost["relation_seconds"] + tokens * cost["token_seconds"]
            for party, cost in phase.beside["parties"].items()}
    each = sum(bare.values())
    used = sum(phase.processor_seconds.values())
    machine = phase.seconds * os.cpu_count() - phase.beside_seconds
    return {
        "relations": relations,
        "seconds": phase.seconds,
        "relations_per_second": relations / phase.seconds,
        "identifiers_per_relation": sum(identifiers) / len(identifiers),
        "tokens_per_relation": tokens,
        "processor_seconds": phase.processor_seconds,
        "processor_seconds_per_relation": used / relations,
        "bare_seconds_per_relation": each,
        "bare_seconds_by_party": bare,
        "share_of_used": each * relations / used,
        "share_of_machine": each * relations / machine,
        "others_processor_seconds": phase.others,
        "operations_microseconds": phase.beside["operations"],
    }


def measure_visits(deployment, files, paths):
    rows = files.rows_of(paths)
    phase = checked(deployment.send_at_once(paths), rows)
    used = sum(phase.processor_seconds.values())
    return {
        "visits": rows,
        "seconds": phase.seconds,
        "visits_per_second": rows / phase.seconds,
        "processor_seconds": phase.processor_seconds,
        "microseconds_per_visit": 1e6 * used / rows,
        # Both are to be nothing: visits alone are measured.
        "relations_sent_again": total(phase, "relations_accepted"),
        "vault_share_of_used": phase.processor_seconds["vaultd"] / used,
        "replaced": total(phase, "visits_replaced"),
        "others_processor_seconds": phase.others,
    }


def measure_garderobe(programs, folder, files, hasty):
    deployment = Deployment(programs, folder)
    deployment.import_register(files.register)
    # What the asker delivers is not measured.
    say("delivering the relations of the institution that asks")
    deployment.send_at_once(of.of_asker(files.customers))
    result = {"relations": measure_relations(deployment, files)}
    deployment.note_end_of_relations()
    # Group operations are to be no part of a visit: a relation goes once per
    # customer per change, most visits are of customers whom the service
    # knows. So now new visits of the customers that have just been delivered,
    # with all their columns. The same visits under another --source would
    # measure replacing; blank customer columns would leave out handles, and
    # what the client does to know that nothing has changed.
    files.write_visits()
    result["waited_seconds"] = 0.0 if hasty else (
        deployment.wait_until_quiet(TELL_AGAIN_SECONDS))
    for what, paths in (("visits", of.of_senders(files.visits)),
                        ("refunds", files.refunds)):
        say(f"delivering {files.rows_of(paths):,} {what}")
        result[what] = measure_visits(deployment, files, paths)

    say("asking for the own mirror")
    deployment.send_at_once(of.of_asker(files.visits))

    def ask(institution, calls):
        return deployment.program(
            "bench_own_mirror", deployment.addresses["answer"],
            deployment.pins["answer"], institution,
            f"{folder}/analysts/{institution}", calls)

    result["empty_call"] = deployment.program(
        "bench_empty_call", deployment.addresses["answer"], "answerd",
        deployment.pins["answer"], f"{folder}/coordinator",
        fewer(EMPTY_CALLS, files.scale))
    result["own_mirror"] = ask(of.ASKER, fewer(MIRROR_CALLS, files.scale))
    result["mirrors"] = {of.ASKER: result["own_mirror"].pop("rows")}
    result["agent"] = measure_agent(programs, folder, of.ASKER,
                                    files.visits[of.ASKER])
    for institution in of.SENDERS:
        result["mirrors"][institution] = ask(institution, 1)["rows"]
    return result


def measure_postgresql(programs, folder, files):
    say("starting PostgreSQL")
    server = postgresql.Server(programs, folder)
    with tidied_by(server.end):
        server.start()
        result = {"version": server.version}
        for what, paths in (("visits", of.of_senders(files.visits)),
                            ("refunds", files.refunds)):
            rows = files.rows_of(paths)
            say(f"PostgreSQL {server.version}: the same {rows:,} {what}")
            load = server.load_at_once(paths, files.header)
            result[what] = {
                "visits": rows,
                "visits_per_second": rows / load["seconds"],
                "microseconds_per_visit":
                    1e6 * load["processor_seconds"] / rows,
                "rows_stored": server.count_visits(),
                **load,
            }
        say("asking PostgreSQL the same question")
        # Garderobe has the asker's first visits from the delivery of its
        # customers, and those of the senders' customers likewise.
        server.load_at_once(of.of_asker(files.visits), files.header)
        for paths in (of.of_senders(files.customers),
                      of.of_asker(files.customers)):
            server.load_at_once(paths, files.header)
        server.prepare_questions()
        result["own_mirror"] = server.time_own_visits(
            of.ASKER, fewer(POSTGRESQL_QUESTIONS, files.scale))
        result["mirrors"] = {institution: server.own_visits(institution)
                             for institution in (*of.SENDERS, of.ASKER)}
    return result


def disturbed(result):
    """The phases during which others kept the machine busy."""
    return [f"{who} {what}" for who in ("garderobe", "postgresql")
            for what, phase in result.get(who, {}).items()
            if isinstance(phase, dict) and
            "others_processor_seconds" in phase and
            phase["others_processor_seconds"] >
            DISTURBED_SHARE * phase["seconds"] * os.cpu_count()]
