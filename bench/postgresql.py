"""PostgreSQL as somebody would use it who does without Garderobe.

One table of visits with keyed hashes of e-mail and address in it: nothing is
linked, and nobody is kept apart from anybody. A server of its own in a
temporary folder, with the settings that it comes with (fsync on), reached
over a Unix socket, without TLS.
"""
import glob
import os
import pwd
import re
import shutil
import subprocess
import time

from progress import (heartbeat, machine_seconds, percentile,
                      processor_seconds)
from tidy import run_to_end

TABLE = """
CREATE EXTENSION pgcrypto;
CREATE TABLE visits (
  institution text, order_id text, line_id text,
  customer_id text, email_hash bytea, address_hash bytea,
  event_id text, event_title text, genre text,
  starts_at timestamp, sold_at timestamp,
  quantity integer, price_cents bigint, channel text, status text,
  PRIMARY KEY (institution, order_id, line_id));
"""

VALUES = """
  '{institution}', order_id, line_id, customer_id,
  hmac(lower(trim(email)), '{key}', 'sha256'),
  hmac(upper(replace(postcode, ' ', '')) || '/' || house_number || '/'
       || coalesce(upper(house_number_addition), ''), '{key}', 'sha256'),
  event_id, event_title, genre, starts_at::timestamp, sold_at::timestamp,
  quantity::integer, (price::numeric * 100)::bigint, channel, status
"""
UPDATED = ("customer_id", "email_hash", "address_hash", "event_id",
           "event_title", "genre", "starts_at", "sold_at", "quantity",
           "price_cents", "channel", "status")

# The question of `query own visits --by month`.
OWN_VISITS = """
SELECT to_char(month, 'YYYY-MM'), visits, tickets, revenue_cents
FROM (SELECT date_trunc('month', starts_at) AS month, count(*) AS visits,
             sum(quantity) AS tickets, sum(price_cents) AS revenue_cents
      FROM visits
      WHERE institution = '{institution}'
        AND status NOT IN ('cancelled', 'refunded')
      GROUP BY 1) months
ORDER BY month;
"""
QUESTIONS_UNMEASURED = 5


def find_programs():
    """The folder with initdb, postgres and psql of the newest PostgreSQL that
    is installed (bench/packages.txt). None: there is none."""
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(os.path.dirname(os.path.realpath(on_path)))
    return max((f for f in folders if os.path.exists(f"{f}/postgres") and
                os.path.exists(f"{f}/psql")),
               key=lambda f: [int(n) for n in re.findall(r"\d+", f)],
               default=None)


class Server:

    def __init__(self, programs, folder):
        """`folder` is made by start(); its parents let everybody pass."""
        self._programs = programs
        self._folder = folder
        self._data = f"{folder}/data"
        self._as_user = {}

    def start(self):
        """Whatever becomes of it, end() is to follow."""
        folder = self._folder
        os.mkdir(folder, 0o700)
        if os.geteuid() == 0:  # initdb refuses to run as root
            user = pwd.getpwnam("postgres")
            os.chown(folder, user.pw_uid, user.pw_gid)
            self._as_user = {"user": user.pw_uid, "group": user.pw_gid,
                             "extra_groups": []}
        self._run("initdb", "-D", self._data, "-U", "bench", "--auth=trust",
                  "--encoding=UTF8", "--locale=C")
        self._run("pg_ctl", "-D", self._data, "-l", f"{folder}/log", "-w",
                  "-o", f"-c listen_addresses= "
                  f"-c unix_socket_directories={folder}", "start")
        with open(f"{self._data}/postmaster.pid", encoding="ascii") as file:
            self._pid = int(file.readline())
        self._psql(TABLE)
        self.version = self._psql("SHOW server_version;").strip()

    def _run(self, program, *arguments):
        run_to_end([f"{self._programs}/{program}", *arguments],
                   cwd=self._folder, stdout=subprocess.DEVNULL,
                   **self._as_user)

    def end(self):
        """Ends the server; also one whose start did not succeed."""
        if os.path.exists(f"{self._data}/postmaster.pid"):
            self._run("pg_ctl", "-D", self._data, "-m", "immediate", "-w",
                      "stop")

    def _start_psql(self, *arguments):
        return subprocess.Popen(
            [f"{self._programs}/psql", "-X", "-q", "-A", "-t", "-v",
             "ON_ERROR_STOP=1", "-h", self._folder, "-U", "bench", "-d",
             "postgres", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "LC_ALL": "C"})

    def _psql(self, commands, *arguments):
        with self._start_psql(*arguments) as session:
            output, _ = session.communicate(commands)
        if session.returncode != 0:
            raise RuntimeError("psql did not succeed")
        return output

    def _processor_seconds(self):
        """Of the server and its sessions, the ended ones included."""
        while True:
            server = processor_seconds(self._pid, with_ended_children=True)
            with open(f"/proc/{self._pid}/task/{self._pid}/children",
                      encoding="ascii") as file:
                children = file.read().split()
            try:
                sessions = sum(processor_seconds(pid) for pid in children)
            except FileNotFoundError:
                continue
            # One that ended meanwhile would be missed, or counted twice.
            if server == processor_seconds(self._pid,
                                           with_ended_children=True):
                return server + sessions

    def load_at_once(self, files, header):
        """Takes `files`, {institution: path}, each in a session of its own.
        Seconds on the clock, processor seconds of the server, and those of
        other processes meanwhile."""
        columns = ", ".join(f"{c} text" for c in header)
        update = ", ".join(f"{c} = EXCLUDED.{c}" for c in UPDATED)
        machine = machine_seconds()[0]
        before = self._processor_seconds()
        begin = time.monotonic()
        sessions = []
        for institution, path in files.items():
            values = VALUES.format(institution=institution, key="k" * 32)
            session = self._start_psql()
            # A temporary table is not logged: the faster way.
            session.stdin.write(
                f"BEGIN; CREATE TEMPORARY TABLE staging ({columns});"
                f"COPY staging FROM '{path}' (FORMAT csv, HEADER);"
                f"INSERT INTO visits SELECT {values} FROM staging "
                f"ON CONFLICT (institution, order_id, line_id) "
                f"DO UPDATE SET {update}; COMMIT;\n")
            session.stdin.close()
            sessions.append(session)
        with heartbeat("PostgreSQL"):
            failed = sum(session.wait() != 0 for session in sessions)
        seconds = time.monotonic() - begin
        for session in sessions:
            session.stdout.close()
        if failed:
            raise RuntimeError("PostgreSQL did not take a file")
        used = self._processor_seconds() - before
        others = max(0.0, machine_seconds()[0] - machine - used)
        return {"seconds": seconds, "processor_seconds": used,
                "others_processor_seconds": others}

    def count_visits(self):
        return int(self._psql("SELECT count(*) FROM visits;"))

    def forget_visits(self):
        self._psql("TRUNCATE visits;")

    def prepare_questions(self):
        """Makes the table as quick to ask as it will be."""
        self._psql("VACUUM ANALYZE visits;")

    def own_visits(self, institution):
        """An institution's visits by month."""
        rows = [line.split("|") for line in self._psql(
            OWN_VISITS.format(institution=institution)).splitlines()]
        return [[r[0], *map(int, r[1:])] for r in rows]

    def time_own_visits(self, institution, times):
        """Asks own_visits again and again in one session: how often, and p50,
        p95 and p99 in milliseconds, as psql measures them."""
        question = OWN_VISITS.format(institution=institution)
        output = self._psql("\\timing on\n" + "\\o /dev/null\n" +
                            question * (times + QUESTIONS_UNMEASURED))
        took = [float(ms) for ms in
                re.findall(r"^Time: ([0-9.]+) ms", output, re.MULTILINE)]
        took = took[QUESTIONS_UNMEASURED:]
        if len(took) != times:
            raise RuntimeError("psql did not time every question")
        return {"calls": times, "p50_ms": percentile(took, 0.50),
                "p95_ms": percentile(took, 0.95),
                "p99_ms": percentile(took, 0.99)}
