#!/usr/bin/env python3
"""A model of the time of train-embeddings --replicas, from parts that are measured here.

    swift build -c release
    Benchmarks/scaling.py .build/release/wordtool wiki.txt --epochs 2 --rounds 3

Measured, with one thread: seconds a word without replicas; instructions with 2, 4 and 8 replicas beside none
(`perf stat`; the time where they cannot be counted), which are the work of joining. Counted, by drawing what a training draws from the text: how
unequal the turns of replicas are, rows that are joined after a turn and after a cycle. Predicted, and then
measured: 2 replicas by 1 and 2 threads. Predicted alone: 4 to 64 threads, and 2 to 32 hosts of one replica
each at 1, 10 and 100 Gbit/s, with the exchange of docs/scaling.md. The output is Markdown.
"""

import argparse
import bisect
import collections
import itertools
import json
import math
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

# As in Replication.swift and WindowGroups.swift.
CHUNK, CHUNKS_PER_TURN, TURNS_PER_CYCLE, CHANGES_PER_JOIN = 4096, 1, 64, 4
WINDOWS, NOISE, INPUT_GROUPS = 5, 15, 3
LATENCY = {"threads": 20e-6, "hosts": 50e-6}


def train(tool, text, options, replicas, threads, counted=False):
    """Seconds of training, words trained, and instructions of the process where they are counted."""
    with tempfile.TemporaryDirectory() as folder:
        command = [tool, "train-embeddings", text, "-o", f"{folder}/v.bin", "--dim", str(options.dim),
                   "--epochs", str(options.epochs), "--replicas", str(replicas), "--threads",
                   str(threads), "--json", "--progress", "none"]
        counted = counted and shutil.which("perf")
        if counted:
            command = ["perf", "stat", "-x,", "-e", "instructions:u", "-o", f"{folder}/log", "--"] + command
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
        answer = json.loads(done.stdout)
        count = None
        if counted:
            found = re.search(r"^(\d+),", open(f"{folder}/log").read(), re.MULTILINE)
            count = int(found[1]) if found else None
    return answer["seconds"], answer["tokens"] * answer["epochs"], count


class Text:
    """What a training draws from the beginning of a text: kept words, rows that they change."""

    def __init__(self, path, megabytes, sample=1e-4, minimum=5):
        words = re.findall(r"\w+", open(path, encoding="utf-8", errors="replace").read(megabytes << 20).lower())
        counts = collections.Counter(words)
        ids = {word: i for i, (word, count) in enumerate(counts.most_common()) if count >= minimum}
        self.ids = [ids[word] for word in words if word in ids]
        total = len(self.ids)
        frequent = [counts[word] for word in ids]
        self.keep = [min(1, math.sqrt(sample * total / c) + sample * total / c) for c in frequent]
        self.noise = list(itertools.accumulate(c ** 0.75 for c in frequent))
        self.random = random.Random(1)

    def turn(self, number):
        """Kept words of a turn, and how often its groups change the rows of both tables."""
        size = CHUNK * CHUNKS_PER_TURN
        start = number * size % max(1, len(self.ids) - size)
        kept = [i for i in self.ids[start : start + size] if self.random.random() < self.keep[i]]
        changes = collections.Counter()
        for i in kept:
            changes[i] += INPUT_GROUPS
            changes[-1 - i] += 1
        for _ in range(len(kept) * NOISE // WINDOWS):
            changes[-1 - bisect.bisect(self.noise, self.random.random() * self.noise[-1])] += 1
        return len(kept), changes

    def rows(self, replicas, turns):
        """Rows joined after a turn, and after a cycle of so many turns, for so many replicas."""
        due, left, number = [], [collections.Counter() for _ in range(replicas)], 0
        for _ in range(turns):
            for own in left:
                own.update(self.turn(number)[1])
                number += 1
            joined = {row for own in left for row, n in own.items() if n >= CHANGES_PER_JOIN}
            due.append(len(joined))
            for own in left:
                for row in joined:
                    own.pop(row, None)
        return statistics.mean(due), len(set().union(*left))


def largest(count, deviation):
    """The expected largest of so many values of mean 1 and this deviation (Blom's approximation)."""
    return 1 + deviation * statistics.NormalDist().inv_cdf((count - 0.375) / (count + 0.25)) if count > 1 else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("tool")
    parser.add_argument("text")
    parser.add_argument("--dim", type=int, default=100, help="[100]")
    parser.add_argument("--epochs", type=int, default=2, help="[2]")
    parser.add_argument("--rounds", type=int, default=3, help="the fastest counts [3]")
    parser.add_argument("--megabytes", type=int, default=30, help="of the text for counting [30]")
    options = parser.parse_args()

    def seconds(replicas, threads):
        runs = [train(options.tool, options.text, options, replicas, threads)[:2] for _ in range(options.rounds)]
        return min(time / words for time, words in runs)

    single = seconds(1, 1)
    counts = {r: train(options.tool, options.text, options, r, 1, True)[2] for r in (1, 2, 4, 8)}
    unit = "instructions"
    if None in counts.values():  # a machine that does not let them be counted
        counts, unit = {1: single} | {r: seconds(r, 1) for r in (2, 4, 8)}, "time"
    # The work of joining grows with the copies that are written: a line through the three points.
    slope, base = statistics.linear_regression((2, 4, 8), [counts[r] / counts[1] - 1 for r in (2, 4, 8)])
    if slope < 0:
        sys.exit(f"more replicas took less work, {counts}: the machine has other work to do; try more --rounds")
    text = Text(options.text, options.megabytes)
    kept = [text.turn(number)[0] for number in range(40)]
    deviation = statistics.stdev(kept) / statistics.mean(kept)
    turn_words = CHUNK * CHUNKS_PER_TURN

    def predicted(replicas, threads):
        work = 1 + base + slope * replicas if replicas > 1 else 1
        each = single * work * largest(threads, deviation)
        return each / threads + LATENCY["threads"] * math.log2(max(2, threads)) / turn_words / replicas

    print(f"one thread: {single * 1e9:.1f} ns a word; joining {100 * base:.1f} % and "
          f"{100 * slope:.2f} % a replica ({unit}); turns differ by {100 * deviation:.1f} %\n")
    print("| replicas | threads | predicted, words/s | measured | off by |\n| ---: | ---: | ---: | ---: | ---: |")
    for threads in (1, 2):
        guess, real = 1 / predicted(2, threads), 1 / seconds(2, threads)
        print(f"| 2 | {threads} | {guess:,.0f} | {real:,.0f} | {100 * (guess / real - 1):+.1f} % |")
    for threads in (4, 8, 16, 32, 64):
        print(f"| {threads} | {threads} | {1 / predicted(threads, threads):,.0f} | | |")

    print("\n| hosts | rows after a turn | after a cycle | 1 Gbit/s, words/s | 10 | 100 |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: |")
    row_bytes = (options.dim + 15) // 16 * 64 + 4
    for hosts in (2, 4, 8, 16, 32):
        # Of a short text fewer turns are counted, and too few rows after a cycle.
        turns = min(TURNS_PER_CYCLE, max(1, len(text.ids) // (turn_words * hosts)))
        turn_rows, cycle_rows = text.rows(hosts, turns)
        speeds = []
        for gigabits in (1, 10, 100):
            # Changes go up and sums come down, once around a ring: twice the rows for every host.
            bytes_a_turn = 2 * row_bytes * (turn_rows + cycle_rows / turns)
            meeting = 2 * math.log2(hosts) * LATENCY["hosts"] + 8 * bytes_a_turn / (gigabits * 1e9)
            turn = single * (1 + base + slope * 2) * largest(hosts, deviation) * turn_words
            speeds.append(hosts * turn_words / (turn + meeting))
        print(f"| {hosts} | {turn_rows:,.0f} | {cycle_rows:,.0f} | " + " | ".join(f"{s:,.0f}" for s in speeds) + " |")


if __name__ == "__main__":
    main()
