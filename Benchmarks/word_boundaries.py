#!/usr/bin/env python3
"""Times `wordtool tokenize --format count` (words, NFC, lower-cased) beside a plain ICU loop in C
(word boundaries alone) on the same text: whole processes in turn, medians and ratios.

    Benchmarks/word_boundaries.py .build/release/wordtool wiki-0.txt [LOCALE [ROUNDS]]

The loop is built from icu/loop.c; both must count the same words.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOOL = os.path.abspath(sys.argv[1])
TEXT = sys.argv[2]
LOCALE = sys.argv[3] if len(sys.argv) > 3 else "en"
ROUNDS = int(sys.argv[4]) if len(sys.argv) > 4 else 7


def run(arguments):
    """Wall seconds, user seconds and the first number printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    start = time.perf_counter()
    output = subprocess.run(arguments, check=True, capture_output=True, text=True).stdout
    wall = time.perf_counter() - start
    user = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return wall, user, int(output.replace("tokens", "").split()[0])


def main():
    with tempfile.TemporaryDirectory() as folder:
        loop = os.path.join(folder, "loop")
        source = Path(__file__).parent / "icu/loop.c"
        subprocess.run(["cc", "-O2", str(source), "-o", loop, "-licuuc"], check=True)
        count = [TOOL, "tokenize", "--format", "count", "--locale", LOCALE, TEXT, "--threads"]
        commands = {
            "plain ICU loop": [loop, LOCALE, TEXT],
            "wordtool, 1 thread": count + ["1"],
            "wordtool, 2 threads": count + ["2"],
        }
        results = {name: [] for name in commands}
        for _ in range(ROUNDS):
            for name, command in commands.items():
                results[name].append(run(command))
    counts = {result[2] for runs in results.values() for result in runs}
    if len(counts) != 1:
        sys.exit(f"the tools count different numbers of words: {counts}")
    print(f"{os.path.basename(TEXT)}, {os.path.getsize(TEXT):,} bytes, {counts.pop():,} words, "
          f"locale {LOCALE}, {ROUNDS} rounds, load {os.getloadavg()[0]:.2f}")  # fmt: skip
    for name, runs in results.items():
        wall = statistics.median(result[0] for result in runs)
        user = statistics.median(result[1] for result in runs)
        print(f"{name:20} {wall:6.3f} s wall  {user:6.3f} s user  "
              f"{os.path.getsize(TEXT) / wall / 1e6:6.0f} MB/s")  # fmt: skip
    plain, one, two = results.values()
    for name, a, b in (
        ("one thread against the loop", plain, one),
        ("two threads against one", one, two),
    ):
        ratios = [x[0] / y[0] for x, y in zip(a, b)]
        print(f"{name}: {statistics.median(ratios):.2f} times "
              f"({min(ratios):.2f} to {max(ratios):.2f})")  # fmt: skip


main()
