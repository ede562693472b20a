#!/usr/bin/env python3
"""Ranks of one thread by MPI beside as many threads of one process, on one machine.

    swift build -c release --traits MPI --product wordtool --scratch-path .build/mpi
    Benchmarks/ranks.py .build/mpi/release/wordtool wiki.txt --ranks 2 --rounds 3 -- --epochs 2

Both train as many replicas as there are ranks, in turn, from a text that has been read once before; the bytes
are compared. Words a second are those of the training, without reading, as its summary has them; the time
of the whole run is beside them. The output is a table in Markdown of the medians.
"""

import argparse
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def train(start, tool, text, output, threads, options):
    """Words a second, seconds of the whole run, peak memory of the first process in MB, and the digest."""
    command = [*start, tool, "train-embeddings", text, "-o", output, "--replicas", str(options.ranks),
               "--threads", str(threads), "--json", "--progress", "none", *options.more]
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
    began = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
    seconds = time.monotonic() - began
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    answer = json.loads(done.stdout)
    digest = hashlib.sha256(Path(output).read_bytes()).hexdigest()
    return answer["wordsPerSecond"], seconds, answer["peakResidentBytes"] / 1e6, digest


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n\n")[0], epilog="What is behind -- goes to train-embeddings.")
    parser.add_argument("tool", help="wordtool, built with the trait MPI")
    parser.add_argument("text")
    parser.add_argument("--ranks", type=int, default=2, help="ranks, replicas, and threads beside them [2]")
    parser.add_argument("--rounds", type=int, default=3, help="[3]")
    # The parser takes positions apart only where they stand together.
    given = sys.argv[1:]
    end = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:end])
    options.more = given[end + 1:]
    ways = {
        f"{options.ranks} threads": ([], options.ranks),
        f"{options.ranks} ranks": (
            ["mpirun", "--bind-to", "none", "--oversubscribe", "-n", str(options.ranks)], 1),
    }
    results = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(options.rounds + 1):
            for name, (start, threads) in ways.items():
                result = train(start, options.tool, options.text, f"{folder}/v.safetensors", threads, options)
                # The first round warms up.
                if number:
                    results[name].append(result)
                    print(f"{name}: {result[0]:,.0f} words/s, {result[1]:.1f} s", file=sys.stderr, flush=True)
    digests = {result[3] for way in results.values() for result in way}
    if len(digests) != 1:
        sys.exit(f"the bytes differ: {digests}")
    print(f"train-embeddings --replicas {options.ranks}", *options.more, f"; medians of {options.rounds}\n")
    print("| | words/s | whole run, s | memory of a process, MB |")
    print("| --- | ---: | ---: | ---: |")
    speeds = []
    for name, way in results.items():
        words, seconds, memory = (statistics.median(column) for column in list(zip(*way))[:3])
        speeds.append(words)
        print(f"| {name} | {words:,.0f} | {seconds:.1f} | {memory:.0f} |")
    print(f"\nranks do {speeds[1] / speeds[0]:.3f} of what threads do; the bytes are the same")


if __name__ == "__main__":
    main()
