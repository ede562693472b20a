#!/usr/bin/env python3
"""Trainings beside other work: how fast are several threads when the machine is busy?

    swift build -c release
    WORDTOOL_CORPORA=corpora-folder Benchmarks/busy.py .build/release/wordtool [--old OLDER/wordtool]

Every training runs as a whole process beside zero, one and two processes that compute and do nothing
else, with 1, 2, 4 and 16 threads. The builds and the numbers of threads take turns within a round; the
medians of the times are compared. A cell is the speed beside that of one thread of the same build with
the same load: 1.00 is as fast, and less than 0.90 says that the threads are in each other's way. The
output is a table in Markdown. With --check the exit code is 1 when a cell of the new build is below
0.90. All runs of a build must write the same bytes.
"""
import argparse
import contextlib
import hashlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import builds

LOADS = (0, 1, 2)


def cases(corpora):
    """Name, arguments; OUT is where the result goes. Each takes a second or two with one thread."""
    return {
        "embeddings, d = 100": ["train-embeddings", "wiki.txt", "-o", "OUT", "--epochs", "1"],
        "embeddings, d = 300": ["train-embeddings", "wiki.txt", "-o", "OUT", "--epochs", "1",
                                "--dim", "300"],
        "classifier, fasttext": ["train-classifier", "imdb.tsv", "-o", "OUT", "--model",
                                 "fasttext", "--epochs", "2"],
        "classifier, linear": ["train-classifier", "imdb.tsv", "-o", "OUT"],
        "classifier, lstm": ["train-classifier", "imdb.tsv", "-o", "OUT", "--model", "lstm",
                             "--epochs", "1", "--max-length", "60", "--hidden", "48"],
        "train-lm, LSTM": ["train-lm", str(corpora / "ptb/ptb.valid.txt"), "-o", "OUT", "--cell",
                           "lstm", "--layers", "1", "--hidden", "100", "--embedding", "100",
                           "--epochs", "1"],
        "image train": ["image", "train", "mnist", "-o", "OUT", "--model", "example-cnn",
                        "--epochs", "1"],
    }


@contextlib.contextmanager
def busy(count):
    """Processes that compute for as long as the body runs."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        time.sleep(0.3 if loops else 0)
        yield
    finally:
        for loop in loops:
            loop.kill()
        for loop in loops:
            loop.wait()


def run(tool, arguments, threads, folder, limit):
    """Seconds and the SHA-256 of the result; None for the seconds of a run that took too long."""
    target = folder / "out"
    command = [tool, *(part.replace("OUT", str(target)) for part in arguments), "--threads",
               str(threads)]
    start = time.perf_counter()
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit)
    except subprocess.TimeoutExpired:
        return None, None
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.decode(errors='replace').strip()}")
    return taken, hashlib.sha256(target.read_bytes()).hexdigest()


def measure(tools, arguments, threads, folder, rounds, limit):
    """Medians by build and number of threads; infinite where a run took longer than the limit."""
    times = {(tool, count): [] for tool in tools for count in threads}
    hashes = {tool: set() for tool in tools}
    for number in range(rounds):
        for tool, count in list(times)[:: -1 if number % 2 else 1]:
            if None in times[tool, count]:
                continue
            taken, digest = run(tool, arguments, count, folder, limit)
            times[tool, count].append(taken)
            hashes[tool].update({digest} - {None})
    for tool, found in hashes.items():
        if len(found) > 1:
            sys.exit(f"{tool} gave {len(found)} results: {' '.join(arguments)}")
    return {key: float("inf") if None in taken else statistics.median(taken)
            for key, taken in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("--old", help="another build, in parentheses")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", default="1,2,4,16")
    parser.add_argument("--only", default="", help="part of a training's name")
    parser.add_argument("--limit", type=float, default=30, help="seconds for a run")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    tools = [str(pathlib.Path(path).resolve()) for path in (options.tool, options.old) if path]
    threads = [int(count) for count in options.threads.split(",")]
    if threads[0] != 1:
        sys.exit("--threads begins with 1, which the others are compared with")
    corpora = pathlib.Path(os.environ["WORDTOOL_CORPORA"]).resolve()
    print(f"{len(os.sched_getaffinity(0))} processors, {options.rounds} rounds; load before:",
          *os.getloadavg(), "\n")
    print("| training | other load | 1 thread | " +
          " | ".join(f"{count} threads" for count in threads[1:]) + " |")
    print("| --- | ---: | ---: |" + " ---: |" * (len(threads) - 1))
    lowest = float("inf")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ["XDG_DATA_HOME"] = str(folder / "data")
        builds.prepare(corpora, folder)
        for title, arguments in cases(corpora).items():
            if options.only not in title:
                continue
            run(tools[0], arguments, 1, folder, options.limit)  # warms the caches
            for load in LOADS:
                with busy(load):
                    times = measure(tools, arguments, threads, folder, options.rounds,
                                    options.limit)

                def cell(tool, count):
                    one, many = times[tool, 1], times[tool, count]
                    if count == 1:
                        return f"{one:.2f} s"
                    return f"< {one / options.limit:.2f}" if many == float("inf") else \
                        f"{one / many:.2f}"

                lowest = min([lowest] + [times[tools[0], 1] / times[tools[0], count]
                                         for count in threads[1:]])
                print(f"| {title} | {load} | " + " | ".join(
                    cell(tools[0], count) +
                    (f" ({cell(tools[1], count)})" if options.old else "")
                    for count in threads) + " |", flush=True)
    print(f"\nlowest: {lowest:.2f}; load after:", *os.getloadavg())
    return 1 if options.check and lowest < 0.9 else 0


if __name__ == "__main__":
    sys.exit(main())
