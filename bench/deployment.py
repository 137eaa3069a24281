"""A local deployment under measurement: four daemons and their senders."""
import collections
import json
import os
import subprocess
import tempfile
import time
import tomllib

from progress import machine_seconds, processor_seconds, say

DAEMONS = ("ttpd", "vaultd", "aggregatord", "answerd")
# After the last acknowledgement the daemons still push mirrors and flush
# memory to disk. That is work of the delivery: its processor time counts,
# its time on the clock does not.
SETTLE_SECONDS = 1.5

# seconds on the clock; processor_seconds by process; reports of `send`;
# others: processor seconds that somebody else's processes took meanwhile.
Phase = collections.namedtuple(
    "Phase", "seconds processor_seconds reports others")


class Deployment:

    def __init__(self, programs, folder):
        self.programs = programs
        self.folder = folder
        self._garderobe("init", folder)
        self._garderobe("up", folder)
        with open(f"{folder}/client.toml", "rb") as file:
            self.addresses = tomllib.load(file)["addresses"]
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

    def send_at_once(self, files):
        """Delivers `files`, {institution: path}, each by a `send` of its own,
        all at the same time."""
        machine, _ = machine_seconds()
        before = {d: processor_seconds(p) for d, p in self._pids.items()}
        own = time.process_time()
        senders, reports = [], []
        used = collections.Counter()
        begin = time.monotonic()
        try:
            for institution, path in files.items():
                output = tempfile.TemporaryFile()
                senders.append((subprocess.Popen(
                    self._command("send", path, "--institution", institution),
                    stdout=output), output))
            for sender, output in senders:
                # The kernel's account of an ended process: what
                # /proc/<pid>/stat said last, without missing its end.
                _, status, usage = os.wait4(sender.pid, 0)
                sender.returncode = os.waitstatus_to_exitcode(status)
                used["senders"] += usage.ru_utime + usage.ru_stime
                output.seek(0)
                if sender.returncode not in (0, 4):  # 4: partly refused
                    raise RuntimeError(
                        f"send ended with {sender.returncode}")
                reports.append(json.load(output))
        finally:
            for sender, output in senders:
                if sender.returncode is None:
                    sender.kill()
                    sender.wait()
                output.close()
        seconds = time.monotonic() - begin
        time.sleep(SETTLE_SECONDS)
        for daemon, pid in self._pids.items():
            used[daemon] += processor_seconds(pid) - before[daemon]
        busy = machine_seconds()[0] - machine
        others = busy - sum(used.values()) - (time.process_time() - own)
        others = max(0.0, others)
        if others > 0.5 + 0.1 * seconds * os.cpu_count():
            say(f"other processes took {others:.1f} processor seconds "
                f"meanwhile; figures suffer")
        for report in reports:
            report.pop("refused", None)
        return Phase(seconds, dict(used), reports, others)
