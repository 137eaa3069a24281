"""A local deployment under measurement: four daemons and their senders."""
import collections
import json
import os
import subprocess
import tempfile
import time
import tomllib

from progress import heartbeat, machine_seconds, processor_seconds, say
from tidy import run_to_end

DAEMONS = ("ttpd", "vaultd", "aggregatord", "answerd")
# After the last acknowledgement the daemons still push mirrors and flush
# memory to disk. That is work of the delivery: its processor time counts,
# its time on the clock does not.
SETTLE_SECONDS = 1.5

# Daemons that have nothing to do take less than this of one processor.
QUIET_SHARE = 0.05
QUIET_WINDOW_SECONDS = 3
QUIET_WITHIN_SECONDS = 600

# seconds on the clock; processor_seconds by process; reports of `send`;
# others: processor seconds that somebody else's processes took meanwhile.
# beside: what the program that ran beside it printed, and what it took.
Phase = collections.namedtuple(
    "Phase", "seconds processor_seconds reports others beside beside_seconds")


class Child:
    """A process of which the kernel tells at its end what it took: the last
    word of /proc/<pid>/stat, which nobody could read in time."""

    def __init__(self, command, **options):
        self._output = tempfile.TemporaryFile()
        self.process = subprocess.Popen(command, stdout=self._output,
                                        **options)

    def wait(self, exits):
        """The JSON that it printed, and its processor seconds."""
        _, status, usage = os.wait4(self.process.pid, 0)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        if self.process.returncode not in exits:
            raise RuntimeError(f"{self.process.args} ended with "
                               f"{self.process.returncode}")
        self._output.seek(0)
        return json.load(self._output), usage.ru_utime + usage.ru_stime

    def end(self):
        """Whatever has become of it."""
        if self.process.returncode is None:
            self.process.kill()
            self.process.wait()
        self._output.close()


class Deployment:

    def __init__(self, programs, folder, population=None):
        self.programs = programs
        self.folder = folder
        self._garderobe("init", folder)
        if population is not None:
            with open(f"{folder}/vault/vaultd.toml", "a",
                      encoding="utf-8") as file:
                file.write(f"\n[linking]\npopulation = {population}\n")
        run_to_end(self._command("up", folder), stdout=subprocess.DEVNULL)
        with open(f"{folder}/client.toml", "rb") as file:
            client = tomllib.load(file)
        self.addresses, self.pins = client["addresses"], client["peers"]
        self._relations_ended = None
        self._pids = {}
        for daemon in DAEMONS:
            with open(f"{folder}/{daemon}.pid", encoding="ascii") as file:
                self._pids[daemon] = int(file.read())

    @staticmethod
    def end(programs, folder):
        """Ends whatever daemons run there; also after a failed start."""
        if os.path.exists(f"{folder}/client.toml"):
            subprocess.run([f"{programs}/garderobe", "down", folder],
                           check=False)

    def _command(self, *arguments):
        return [f"{self.programs}/garderobe", "--json", "--deployment",
                self.folder, *arguments]

    def _garderobe(self, *arguments):
        return subprocess.run(self._command(*arguments), check=True,
                              stdout=subprocess.PIPE).stdout

    def import_register(self, path):
        self._garderobe("admin", "institution", "import", path)

    def check(self, path):
        """What `garderobe check` says of a file."""
        return json.loads(self._garderobe("check", path))

    def program(self, name, *arguments):
        """What one of the small programs beside this file prints."""
        return json.loads(subprocess.run(
            [f"{self.programs}/{name}", *map(str, arguments)], check=True,
            stdout=subprocess.PIPE).stdout)

    def wait_until_linked(self):
        """Waits until the vault has estimated its weights, if it has enough
        to, and linked everything with them."""
        with heartbeat("linking"):
            while True:
                parties = json.loads(self._garderobe("status"))["parties"]
                if parties["vault"]["detail"] == "linking":
                    return
                time.sleep(1)

    def note_end_of_relations(self):
        """From here wait_until_quiet counts."""
        self._relations_ended = time.monotonic()

    def wait_until_quiet(self, at_least_seconds):
        """Waits until `at_least_seconds` have gone by since the relations
        ended, and the daemons have done what was left to do. The seconds
        waited. RuntimeError: they never come to rest."""
        begin = time.monotonic()
        not_before = self._relations_ended + at_least_seconds
        give_up = max(begin, not_before) + QUIET_WITHIN_SECONDS
        left = max(0, not_before - begin)
        say(f"waiting {left:.0f} s and more until all relations are told "
            "again")
        with heartbeat("waiting"):
            time.sleep(left)
            while True:
                before = self._used()
                time.sleep(QUIET_WINDOW_SECONDS)
                used = sum(self._used().values()) - sum(before.values())
                if used < QUIET_SHARE * QUIET_WINDOW_SECONDS:
                    return time.monotonic() - begin
                if time.monotonic() > give_up:
                    raise RuntimeError("the daemons do not come to rest")

    def _used(self):
        return {d: processor_seconds(p) for d, p in self._pids.items()}

    def send_at_once(self, files, beside=None):
        """Delivers `files`, {institution: path}, each by a `send` of its own,
        all at the same time. `beside` is a program that runs meanwhile, until
        its standard input ends."""
        machine = machine_seconds()[0]
        before = self._used()
        own = time.process_time()
        used = collections.Counter()
        children, reports, observed = [], [], (None, 0.0)
        try:
            if beside:
                observer = Child([f"{self.programs}/{beside[0]}", *beside[1:]],
                                 stdin=subprocess.PIPE)
                children.append(observer)
            begin = time.monotonic()
            senders = []
            for institution, path in files.items():
                senders.append(Child(self._command(
                    "send", path, "--institution", institution)))
                children.append(senders[-1])
            with heartbeat("delivering"):
                for sender in senders:
                    # 4: some was refused.
                    report, seconds = sender.wait(exits=(0, 4))
                    del report["refused"]
                    reports.append(report)
                    used["senders"] += seconds
            took = time.monotonic() - begin
            if beside:
                observer.process.stdin.close()
                observed = observer.wait(exits=(0,))
        finally:
            for child in children:
                child.end()
        time.sleep(SETTLE_SECONDS)
        for daemon, seconds in self._used().items():
            used[daemon] += seconds - before[daemon]
        others = (machine_seconds()[0] - machine - sum(used.values()) -
                  observed[1] - (time.process_time() - own))
        return Phase(took, dict(used), reports, max(0.0, others), *observed)
