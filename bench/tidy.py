"""Ends child processes and runs the caller's clean-up, whatever interrupts the
program."""
import contextlib
import os
import signal
import subprocess
import sys

ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def leave_on_signals():
    """From here a signal ends the program as an exception does."""
    for number in ENDING_SIGNALS:
        signal.signal(number, lambda signum, _: sys.exit(128 + signum))


def _end_children():
    """Ends the children of this process: also one that a signal met while it
    was being started, which no variable names."""
    with open(f"/proc/self/task/{os.getpid()}/children",
              encoding="ascii") as file:
        children = [int(pid) for pid in file.read().split()]
    for pid in children:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid in children:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, 0)


@contextlib.contextmanager
def tidied_by(end):
    """Runs the block. Whatever becomes of it, its child processes are ended,
    and `end` is called, which no signal interrupts."""
    try:
        yield
    finally:
        before = {number: signal.signal(number, signal.SIG_IGN)
                  for number in ENDING_SIGNALS}
        try:
            _end_children()
            end()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def run_to_end(command, **options):
    """Runs a program that starts others and goes. A signal ends this program
    only when that one has ended, for only then can it be told what to end.
    CalledProcessError: it did not succeed."""
    met = []
    before = {number: signal.signal(number, lambda n, _: met.append(n))
              for number in ENDING_SIGNALS}
    try:
        subprocess.run(command, start_new_session=True, check=True, **options)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if met:
            os.kill(os.getpid(), met[0])
