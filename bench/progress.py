"""Progress and small numbers that every part of the benchmark uses."""
import contextlib
import os
import sys
import threading
import time

_BEGIN = time.monotonic()


def say(text):
    """One line on standard error, with the seconds since the start."""
    print(f"[{time.monotonic() - _BEGIN:5.0f} s] {text}", file=sys.stderr,
          flush=True)


HEARTBEAT_SECONDS = 15


@contextlib.contextmanager
def heartbeat(what):
    """Says now and then that `what` goes on, until the block is left."""
    ended = threading.Event()

    def beat():
        begin = time.monotonic()
        while not ended.wait(HEARTBEAT_SECONDS):
            say(f"  {what}, {time.monotonic() - begin:.0f} s so far")

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def percentile(values, share):
    """The smallest value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid, with_ended_children=False):
    """User and system time of a process so far, from /proc/<pid>/stat."""
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        # The program's name stands in brackets and may hold anything.
        fields = file.read().rpartition(")")[2].split()
    last = 15 if with_ended_children else 13
    return sum(int(f) for f in fields[11:last]) / _TICKS_PER_SECOND


def machine_seconds():
    """Busy time of all processors so far, and time the host took away."""
    with open("/proc/stat", encoding="ascii") as file:
        ticks = [int(f) for f in file.readline().split()[1:9]]
    user, nice, system, _idle, _wait, irq, softirq, steal = ticks
    busy = user + nice + system + irq + softirq
    return busy / _TICKS_PER_SECOND, steal / _TICKS_PER_SECOND
