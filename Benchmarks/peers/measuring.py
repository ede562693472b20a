"""What the benchmarks measure a process by."""
import os
import subprocess
import sys
import tempfile
import time


def process(arguments, source=None, environment=None):
    """Wall seconds, processor seconds, peak megabytes and the output of a process.

    `source` is a file that it reads as its standard input, which is empty otherwise. What it says on
    standard error is shown when it fails, which ends the benchmark.
    """
    with (tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors,
          open(source or os.devnull, "rb") as text):
        start = time.perf_counter()
        child = subprocess.Popen(
            [str(part) for part in arguments], stdin=text, stdout=out, stderr=errors,
            env=environment)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if child.returncode != 0:
            errors.seek(0)
            sys.stderr.write(errors.read().decode(errors="replace"))
            sys.exit(f"{arguments[:3]} ended with {child.returncode}")
        out.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.read()
