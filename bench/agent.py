"""How fast an agent takes rows, synced to disk, and what a row costs it."""
import csv
import http.client
import itertools
import json
import os
import subprocess
import threading
import time

from progress import processor_seconds, say

# What a vendor's software sends: a few hundred rows a request, some at a time.
REQUEST_ROWS = 500
SENDERS = 4
ROWS = 200_000  # at most
PORT_LEAST, PORT_SPAN = 20_000, 8_000
START_SECONDS = 30


def rows_of(path, most):
    """Rows of a file with the default columns, as the agent's JSON."""
    with open(path, encoding="utf-8", newline="") as file:
        for row in itertools.islice(csv.DictReader(file), most):
            said = {name: value for name, value in row.items() if value}
            for name in ("starts_at", "sold_at"):
                if name in said:
                    said[name] = said[name].replace(" ", "T")
            yield json.dumps(said)


def bodies_of(path, most):
    rows = rows_of(path, most)
    while chunk := list(itertools.islice(rows, REQUEST_ROWS)):
        yield len(chunk), "\n".join(chunk).encode()


class Agent:
    """One that takes rows and delivers none, so that only taking is
    measured."""

    def __init__(self, programs, folder, institution):
        self.institution = institution
        self.port = PORT_LEAST + os.getpid() % PORT_SPAN
        config = f"{folder}/bench-agent.toml"
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"""[listen]
address = "127.0.0.1:{self.port}"
[agent]
institutions = ["{institution}"]
[deliver]
rows_per_second = 1
""")
        self.process = subprocess.Popen(
            [f"{programs}/garderobe", "--deployment", folder, "agent",
             "--config", config], stderr=subprocess.DEVNULL)
        give_up = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > give_up or self.process.poll() is not None:
                raise RuntimeError("the agent does not start")
            time.sleep(0.05)
        token = f"{folder}/clients/{institution}/agent/agent.token"
        with open(token, encoding="ascii") as file:
            self.token = file.read().strip()

    def _answers(self):
        try:
            call = http.client.HTTPConnection("127.0.0.1", self.port)
            call.request("GET", "/healthz")
            return call.getresponse().status == 200
        except OSError:
            return False

    def send(self, bodies, faults):
        """Bodies one after another over one connection."""
        call = http.client.HTTPConnection("127.0.0.1", self.port)
        for rows, body in bodies:
            call.request(
                "POST", f"/v1/institutions/{self.institution}/rows", body,
                {"Authorization": f"Bearer {self.token}",
                 "Content-Type": "application/x-ndjson"})
            answer = call.getresponse()
            taken = json.load(answer)
            if answer.status != 200 or taken["taken"] != rows:
                faults.append(taken)
                return

    def end(self):
        self.process.kill()
        self.process.wait()


def measure_agent(programs, folder, institution, path):
    bodies = list(bodies_of(path, ROWS))
    rows = sum(count for count, _ in bodies)
    say(f"handing {rows:,} rows to an agent")
    agent = Agent(programs, folder, institution)
    try:
        faults = []
        before = processor_seconds(agent.process.pid)
        begin = time.monotonic()
        senders = [threading.Thread(target=agent.send,
                                    args=(bodies[i::SENDERS], faults))
                   for i in range(SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        seconds = time.monotonic() - begin
        used = processor_seconds(agent.process.pid) - before
    finally:
        agent.end()
    if faults:
        raise RuntimeError(f"the agent did not take all: {faults[0]}")
    return {"rows": rows, "seconds": seconds, "rows_per_second": rows / seconds,
            "rows_per_processor_second": rows / used,
            "request_rows": REQUEST_ROWS, "senders": SENDERS}
