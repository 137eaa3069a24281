"""What bench/run runs: options, the order of things, and the tidying up."""
import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

import phases
import postgresql
import report
from deployment import Deployment
from files import Files
from progress import machine_seconds, say
from tidy import leave_on_signals, tidied_by

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TARGETS = ("garderobe", "ttpd", "vaultd", "aggregatord", "answerd", "plaind",
           "bench_group_operations", "bench_empty_call", "bench_own_mirror",
           "bench_linked_customers")


def read_options():
    """The options that the head of bench/run tells."""
    parser = argparse.ArgumentParser(
        prog="bench/run", add_help=False, allow_abbrev=False,
        epilog="bench/run --help tells more.")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--json-only", action="store_true")
    parser.add_argument("--results", default=f"{ROOT}/bench/results")
    parser.add_argument("--programs")
    parser.add_argument("--hasty", action="store_true")
    options = parser.parse_args()
    if not 0.01 <= options.scale <= 1000:
        parser.error("--scale: 0.01 to 1000")
    return options


def build():
    """Builds the release preset. The folder with its programs."""
    say("building the release preset")
    subprocess.run(["cmake", "--preset", "release"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", "--preset", "release", "--target",
                    *TARGETS], cwd=ROOT, check=True, stdout=sys.stderr)
    return f"{ROOT}/build/release/bin"


def machine():
    model = ""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        for line in file:
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {"processors": os.cpu_count(), "model": model,
            "memory_gib": round(memory / 2**30, 1),
            "kernel": platform.release(),
            "load_before": os.getloadavg()[0]}


def commit():
    """The commit that is checked out, marked when files differ from it; empty
    where there is no Git."""
    try:
        told = subprocess.run(
            ["git", "-C", ROOT, "describe", "--always", "--dirty",
             "--abbrev=12", "--exclude=*"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    except FileNotFoundError:
        return ""
    return told.stdout.decode().strip()


def measure(programs, options):
    """Everything, in a temporary folder that is gone afterwards."""
    result = {"commit": commit(), "scale": options.scale,
              "hasty": options.hasty, "machine": machine()}
    stolen = machine_seconds()[1]
    # Not in the deployment's folder: the database server reads the files as
    # a user of its own. All data in them are simulated.
    folder = tempfile.mkdtemp(prefix="garderobe-bench-")
    os.chmod(folder, 0o755)
    place = f"{folder}/deployment"
    os.mkdir(place, 0o700)

    def clean_up():
        say("cleaning up")
        Deployment.end(programs, place)
        shutil.rmtree(folder, ignore_errors=True)

    with tidied_by(clean_up):
        files = Files(programs, folder, options.scale)
        result["garderobe"] = phases.measure_garderobe(
            programs, place, files, options.hasty)
        # The two never run beside each other.
        Deployment.end(programs, place)
        server_programs = postgresql.find_programs()
        if server_programs is None:
            say("PostgreSQL is not installed; nothing is compared with it")
        else:
            result["postgresql"] = phases.measure_postgresql(
                server_programs, f"{folder}/pg", files)
            result["same_answer"] = (result["garderobe"]["mirrors"] ==
                                     result["postgresql"]["mirrors"])
    result["stolen_processor_seconds"] = machine_seconds()[1] - stolen
    result["disturbed"] = phases.disturbed(result)
    return result


def main():
    options = read_options()
    leave_on_signals()
    # These name deployments and databases of the caller.
    for name in list(os.environ):
        if name.startswith(("GARDEROBE_", "PG")):
            del os.environ[name]
    programs = os.path.abspath(options.programs) if options.programs else (
        build())
    result = measure(programs, options)
    now = datetime.datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    os.makedirs(options.results, exist_ok=True)
    path = f"{options.results}/{now}.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
        file.write("\n")
    say(f"written: {os.path.relpath(path)}")
    print(json.dumps(result) if options.json_only else report.table(result))


if __name__ == "__main__":
    main()
