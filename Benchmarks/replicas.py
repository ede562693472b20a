#!/usr/bin/env python3
"""What replicas cost: accuracy, instructions and memory of train-embeddings --replicas R beside one.

    swift build -c release
    WORDTOOL_CORPORA=corpora-folder Benchmarks/replicas.py .build/release/wordtool wiki.txt --seeds 1,2,3

Each number of replicas is trained with each seed, in turn, and judged on the Google analogies among the
30,000 most frequent words, on WordSim-353 and on MEN. Instructions are those of the whole process in user
mode, by `perf stat` where it is there; beside the first number of replicas. The output is a table in Markdown
of the means, with what each seed gave on standard error. What is behind -- goes to train-embeddings.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


def train(tool, text, output, replicas, seed, options):
    """Seconds of training, peak memory in MB, loss, and millions of instructions or None."""
    command = [tool, "train-embeddings", text, "-o", output, "--replicas", str(replicas), "--seed",
               str(seed), "--json", "--progress", "none", "--threads", str(options.threads),
               *options.more]
    count = None
    with tempfile.NamedTemporaryFile("r") as log:
        counted = []
        if shutil.which("perf"):
            counted = ["perf", "stat", "-x,", "-e", "instructions:u", "-o", log.name, "--"]
        answer = json.loads(run(counted + command))
        found = re.search(r"^(\d+),", log.read(), re.MULTILINE)
        count = int(found[1]) / 1e6 if found else None
    return answer["seconds"], answer["peakResidentBytes"] / 1e6, answer["loss"], count


def judge(tool, corpora, vectors):
    """Percent of the analogies, and the rank correlations of WordSim-353 and MEN."""
    analogies = json.loads(run([tool, "evaluate", "analogies", f"{corpora}/analogy/questions-words.txt",
                                "--restrict", "30000", "-v", vectors, "--json"]))["total"]
    similarities = [
        json.loads(run([tool, "evaluate", "similarity", f"{corpora}/word-similarity/{name}", "-v",
                        vectors, "--json"]))["spearman"]
        for name in ("EN-WS-353-ALL.txt", "EN-MEN-TR-3k.txt")]
    return [100 * analogies["correct"] / max(1, analogies["asked"])] + similarities


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("tool")
    parser.add_argument("text")
    parser.add_argument("--replicas", default="1,2,4,8", help="[1,2,4,8]")
    parser.add_argument("--seeds", default="1", help="[1]")
    parser.add_argument("--threads", type=int, default=2, help="[2]")
    # The parser takes positions apart only where they stand together.
    given = sys.argv[1:]
    end = given.index("--") if "--" in given else len(given)
    options = parser.parse_args(given[:end])
    options.more = given[end + 1:]
    corpora = Path(os.environ["WORDTOOL_CORPORA"])
    numbers = [int(number) for number in options.replicas.split(",")]
    seeds = [int(seed) for seed in options.seeds.split(",")]
    results = {number: [] for number in numbers}
    with tempfile.TemporaryDirectory() as folder:
        vectors = f"{folder}/vectors.safetensors"
        for seed in seeds:
            for number in numbers:
                start = time.time()
                trained = train(options.tool, options.text, vectors, number, seed, options)
                results[number].append([*judge(options.tool, corpora, vectors), *trained])
                print(f"R = {number}, seed {seed}:", *(f"{x:.4g}" if x else "-" for x in results[number][-1]),
                      f"({time.time() - start:.0f} s)", file=sys.stderr, flush=True)
    print(f"means of {len(seeds)} seeds, {options.threads} threads, train-embeddings", *options.more, "\n")
    print("| replicas | analogies, % | WordSim-353 | MEN | loss | instructions | peak memory, MB |")
    print("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
    def means(number):
        return [statistics.mean(column) if None not in column else None
                for column in zip(*results[number])]
    first = means(numbers[0])
    for number in numbers:
        right, wordsim, men, _, memory, loss, count = means(number)
        work = f"{count / first[6]:.3f}" if count and first[6] else ""
        print(f"| {number} | {right:.1f} | {wordsim:.3f} | {men:.3f} | {loss:.4f} | {work} | {memory:.0f} |")


if __name__ == "__main__":
    main()
