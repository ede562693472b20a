"""What the comparisons share: wordtool's command line, and counting what passed."""

import subprocess
import sys

#: The binary that the scripts are given first.
TOOL = sys.argv[1]
passed = failed = 0


def check(name, run):
    """Runs one check, which says what is wrong by an exception, and counts it. What it returns is
    printed beside its name."""
    global passed
    try:
        note = run()
        print(f"  passed: {name}{f' ({note})' if note else ''}", flush=True)
        passed += 1
    except Exception as error:  # whatever a library throws is a failed check
        fail(name, error)


def fail(name, error):
    """Counts a check that failed."""
    global failed
    failed += 1
    print(f"  FAILED: {name}: {type(error).__name__}: {error}", flush=True)


def wordtool(*arguments):
    """Runs wordtool; its standard output."""
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout.decode()


def finish():
    """Prints the counts and ends the process, with 1 when a check failed."""
    print(f"{passed} checks passed, {failed} failed")
    sys.exit(1 if failed else 0)
