"""The tables that bench/run prints of its results."""

VISITS_PER_SECOND = 1_000_000  # the year's 179 million in 3 minutes
TIMES_POSTGRESQL = 8
GROUP_OPERATIONS_OF_MACHINE = 0.8
MIRROR_P95_MS = 20
AGENT_ROWS_PER_SECOND = 20_000  # of one processor

# More than this of a visits phase's processor time at the vault means that
# relations were worked on meanwhile.
VAULT_SHARE_MAX = 0.05

PROCESSES = ("senders", "ttpd", "vaultd", "aggregatord", "answerd")
PARTIES = ("client", "ttp", "vault", "aggregator", "answer")


def table(result):
    return "\n\n".join([
        of_run(result), layout(target_rows(result)),
        layout(processor_rows(result["garderobe"],
                              result.get("postgresql"))),
        *remarks(result)])


def of_run(result):
    """What was measured, and where."""
    machine = result["machine"]
    return (f"commit {result['commit'] or 'unknown'}, scale "
            f"{result['scale']:g}; {machine['processors']} processors, "
            f"{machine['model'] or 'of an unknown model'}, "
            f"{machine['memory_gib']} GiB; load before "
            f"{machine['load_before']:.1f}")


def target_rows(result):
    """Each target beside what was measured."""
    garderobe, other = result["garderobe"], result.get("postgresql")
    rows = [("", "target", "measured", "beside it", "ratio", "")]

    def row(what, target, measured, beside="-", ratio="-", met=None):
        rows.append((what, target, measured, beside, ratio,
                     "" if met is None else "met" if met else "NOT MET"))

    for what, key, targets in (
            ("visits/s", "visits", (VISITS_PER_SECOND, TIMES_POSTGRESQL)),
            ("refunds/s, in no order", "refunds", None)):
        rate = garderobe[key]["visits_per_second"]
        row(what, f"{targets[0]:,}" if targets else "-", f"{rate:,.0f}",
            met=rate >= targets[0] if targets else None)
        if other:
            reference = other[key]["visits_per_second"]
            row("  against PostgreSQL", f"{targets[1]} x" if targets else "-",
                f"{rate:,.0f}", f"{reference:,.0f}",
                f"{rate / reference:.2f} x",
                rate >= targets[1] * reference if targets else None)
    relations = garderobe["relations"]
    row(f"relations/s, {relations['tokens_per_relation']:.1f} tokens each",
        "-", f"{relations['relations_per_second']:,.0f}")
    for what, key, target in (
            ("  group operations, of machine", "share_of_machine",
             GROUP_OPERATIONS_OF_MACHINE),
            ("  group operations, of used", "share_of_used", None)):
        share = relations[key]
        row(what, f"{target:.0%}" if target else "-",
            f"{1e3 * relations['processor_seconds_per_relation']:.2f} ms",
            f"{1e3 * relations['bare_seconds_per_relation']:.2f} ms",
            f"{share:.0%}", share >= target if target else None)
    mirror = garderobe["own_mirror"]
    row("own mirror, p95", f"{MIRROR_P95_MS} ms", f"{mirror['p95_ms']:.2f} ms",
        met=mirror["p95_ms"] <= MIRROR_P95_MS)
    if other:
        for p in ("p50", "p95"):
            ours, theirs = mirror[f"{p}_ms"], other["own_mirror"][f"{p}_ms"]
            row(f"  against PostgreSQL, {p}", "-", f"{ours:.2f} ms",
                f"{theirs:.2f} ms", f"{theirs / ours:.1f} x")
    empty = garderobe["empty_call"]
    row("  against an empty call, p50", "-", f"{mirror['p50_ms']:.2f} ms",
        f"{empty['p50_ms']:.2f} ms",
        f"{mirror['p50_ms'] / empty['p50_ms']:.2f} x")
    row("empty calls/s, one after another", "-",
        f"{empty['calls_per_second']:,.0f}")
    row("  p50, p99", "-",
        f"{empty['p50_ms']:.2f}, {empty['p99_ms']:.2f} ms")
    status = empty["get_status"]
    row("  GetStatus: p50, p99", "-",
        f"{status['p50_ms']:.2f}, {status['p99_ms']:.2f} ms")
    agent = garderobe["agent"]
    rate = agent["rows_per_processor_second"]
    row("agent, rows taken a processor second", f"{AGENT_ROWS_PER_SECOND:,}",
        f"{rate:,.0f}", met=rate >= AGENT_ROWS_PER_SECOND)
    row("  rows/s, synced", "-", f"{agent['rows_per_second']:,.0f}")
    return rows


def processor_rows(garderobe, other):
    """Where the processor time goes."""
    rows = [("processor microseconds", *PROCESSES, "together", "postgres")]
    for what, key, count in (("a visit", "visits", "visits"),
                             ("a refund", "refunds", "visits"),
                             ("a relation", "relations", "relations")):
        measured = garderobe[key]
        each = [1e6 * measured["processor_seconds"][process] / measured[count]
                for process in PROCESSES]
        beside = (f"{other[key]['microseconds_per_visit']:,.1f}"
                  if other and key != "relations" else "")
        rows.append((what, *(f"{e:,.1f}" for e in each), f"{sum(each):,.1f}",
                     beside))
    bare = garderobe["relations"]["bare_seconds_by_party"]
    each = [1e6 * sum(seconds for party, seconds in bare.items()
                      if party.startswith(whose)) for whose in PARTIES]
    rows.append(("  group operations", *(f"{e:,.1f}" for e in each),
                 f"{sum(each):,.1f}", ""))
    return rows


def remarks(result):
    """What a reader of the table must know of this run."""
    if result["hasty"]:
        yield "A hasty run, for tests: its figures mean little."
    if result["disturbed"]:
        yield ("Other processes kept the machine busy during: " +
               ", ".join(result["disturbed"]) + ". Run it again.")
    for what in ("visits", "refunds"):
        phase = result["garderobe"][what]
        if (phase["relations_sent_again"] or
                phase["vault_share_of_used"] > VAULT_SHARE_MAX):
            yield (f"RELATIONS WERE WORKED ON DURING: {what}, "
                   f"{phase['relations_sent_again']} sent again, "
                   f"{phase['vault_share_of_used']:.0%} of the processor time "
                   "at the vault.")
    if result.get("same_answer") is False:
        yield "THE OWN MIRRORS DIFFER; the results file has both."


def layout(rows):
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) if i == 0 else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows)
