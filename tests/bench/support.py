"""What the tests of bench/ share."""
import contextlib
import glob
import os
import shutil
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BENCH = f"{ROOT}/bench"
# Where the built programs are; ctest names it.
PROGRAMS = os.environ.get("GARDEROBE_BIN_DIR", f"{ROOT}/build/release/bin")
SKIPPED = 77  # CTest's "skipped" (SKIP_RETURN_CODE)

sys.path.insert(0, BENCH)


@contextlib.contextmanager
def temporary_folder():
    """A folder that the database server's user reaches, too: a clone may lie
    where it may not go."""
    folder = tempfile.mkdtemp(prefix="garderobe-bench-test-")
    os.chmod(folder, 0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def processes_in(folder):
    """The command lines of processes that were told a path in `folder`."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            command = file.read().replace(b"\0", b" ").decode(
                errors="replace")
            if folder in command:
                found.append(command)
    return found


def main():
    """Runs the tests; the status is 77 when all of them were skipped."""
    program = unittest.main(verbosity=2, exit=False)
    result = program.result
    if not result.wasSuccessful():
        sys.exit(1)
    skipped = result.testsRun > 0 and len(result.skipped) == result.testsRun
    sys.exit(SKIPPED if skipped else 0)
