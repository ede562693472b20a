#!/usr/bin/env python3
"""Approximate search beside faiss's HNSW: making the graph, and questions a second at each recall.

    pip install faiss-cpu numpy
    swift build -c release
    Benchmarks/graph.py .build/release/wordtool VECTORS

VECTORS is any file that `wordtool convert` reads. Both work with one thread; times are of the processor, so that
other work on the machine weighs less. faiss has 32 links, the first number of which both recalls of 0.95 and 0.99
are reached, and its usual 40 candidates; `--links` and `--candidates` say otherwise. wordtool's time of making is that
of the whole command, which reads the file and measures the recall with six efforts; its questions are those of
`nearest -`, reading words and writing answers among it, less the time of a tenth of them. Recall is the share of
the ten nearest rows, the row itself left out, of `--queries` rows (2,000).
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile


def processor_seconds(command, **options):
    """Seconds of a processor that a command takes, and what it prints."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    output = subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, output


def own_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def ask(tool, vectors, words, effort):
    """Questions a second with an effort; None for those of an exact search. Also the answers, a set a word."""
    how = [] if effort is None else ["--approximate", "--effort", str(effort)]
    times = []
    for some in (words[:len(words) // 10], words):
        seconds, output = processor_seconds(
            [tool, "nearest", "-", "-v", vectors, "-k", "10", "--style", "tsv", "--threads", "1", *how],
            input="".join(word + "\n" for word in some))
        times.append(seconds)
    answers = {}
    for line in filter(None, output.splitlines()):
        word, neighbor = line.split("\t")[:2]
        answers.setdefault(word, set()).add(neighbor)
    return len(words) * 0.9 / (times[1] - times[0]), answers


def wordtool(arguments, vectors, words):
    seconds, _ = processor_seconds(
        [arguments.tool, "index", vectors, "--threads", "1"]
        + (["--effort", str(arguments.effort)] if arguments.effort else []))
    print(f"| wordtool | {seconds:.1f} s |", end="", flush=True)
    _, right = ask(arguments.tool, vectors, words, None)
    for effort in arguments.efforts:
        rate, found = ask(arguments.tool, vectors, words, effort)
        recall = sum(len(right[word] & found.get(word, set())) for word in right) / sum(map(len, right.values()))
        print(f" {effort}: {recall:.3f}, {rate:,.0f} |", end="", flush=True)
    print()


def faiss(arguments, path, rows):
    import faiss as library
    import numpy

    values = numpy.load(path)
    values = values / numpy.linalg.norm(values, axis=1, keepdims=True)
    library.omp_set_num_threads(1)
    questions = values[rows]
    exact = library.IndexFlatIP(values.shape[1])
    exact.add(values)
    _, right = exact.search(questions, 11)
    start = own_seconds()
    index = library.IndexHNSWFlat(values.shape[1], arguments.links, library.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = arguments.candidates
    index.add(values)
    print(f"| faiss {library.__version__} | {own_seconds() - start:.1f} s |", end="", flush=True)
    for effort in arguments.efforts:
        index.hnsw.efSearch = effort
        start = own_seconds()
        _, found = index.search(questions, 11)
        rate = len(rows) / (own_seconds() - start)
        recall = sum(
            len((set(a) - {row}) & (set(b) - {row})) / 10 for row, a, b in zip(rows, right, found)) / len(rows)
        print(f" {effort}: {recall:.3f}, {rate:,.0f} |", end="", flush=True)
    print()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool")
    parser.add_argument("vectors")
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--links", type=int, default=32)
    parser.add_argument("--candidates", type=int, default=40)
    parser.add_argument("--effort", type=int, help="of wordtool's graph (default: its own)")
    parser.add_argument("--efforts", type=lambda text: [int(part) for part in text.split(",")],
                        default=[20, 40, 64, 80, 96, 128, 160, 240, 320])
    arguments = parser.parse_args()
    arguments.tool = os.path.abspath(arguments.tool)
    with tempfile.TemporaryDirectory() as folder:
        vectors, array = f"{folder}/v.safetensors", f"{folder}/v.npy"
        for target in (vectors, array):
            subprocess.run([arguments.tool, "convert", arguments.vectors, target], check=True,
                           stderr=subprocess.DEVNULL)
        lists = [name for name in os.listdir(folder) if name not in ("v.safetensors", "v.npy")]
        if len(lists) != 1:
            sys.exit(f"no list of words beside {array}: {lists}")
        with open(f"{folder}/{lists[0]}", encoding="utf-8") as file:
            words = file.read().split("\n")
        # Words that mean nothing to the tokenizer's rule would be answered as others.
        rows = [row for row, word in enumerate(words) if word.isascii() and word.isalpha() and word.islower()]
        rows = random.Random(1).sample(rows, arguments.queries)
        print("| | made in | " + " | ".join("effort: recall, questions a second" for _ in arguments.efforts) + " |")
        wordtool(arguments, vectors, [words[row] for row in rows])
        faiss(arguments, array, rows)


main()
