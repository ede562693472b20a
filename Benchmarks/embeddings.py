#!/usr/bin/env python3
"""Training speed and memory of wordtool beside word2vec.c, gensim, fastText and GloVe.

Skip-gram with negative sampling unless the options say otherwise, the same options and the same words for each, in one run whose
rounds are interleaved, so that whatever else the machine does falls on all of them alike.
README.md beside this file says how to get the peers and the text.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import peers


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("text", help="words with white space between them")
    peers.add_kind(parser)
    parser.add_argument("--dims", default="100,300", help="dimensions [100,300]")
    parser.add_argument("--rounds", type=int, default=3, help="rounds over all tools [3]")
    parser.add_argument(
        "--epochs", default="3", metavar="N[,TOOL=N...]",
        help="epochs of the longer of the two runs; fewer for the slow, more for the fast [3]",
    )  # fmt: skip
    parser.add_argument("--tools", default="", help="only these, in this order [all found]")
    parser.add_argument("--threads", type=int, default=2, help="[2]")
    parser.add_argument("--megabytes", type=int, help="only the beginning of the text")
    parser.add_argument(
        "--whole", type=int, default=5, metavar="N",
        help="epochs for which the time of the whole process is computed [5]",
    )  # fmt: skip
    parser.add_argument(
        "--record", action="store_true", help="write the results to record/<processor>/<date>"
    )
    options = parser.parse_args()
    first, *others = options.epochs.split(",")
    try:
        epochs = {tool.name.lower(): int(first) for tool in peers.ALL}
        for other in others:
            name, _, count = other.partition("=")
            if name.lower() not in epochs:
                parser.error(f"--epochs: no tool is called {name!r}")
            epochs[name.lower()] = int(count)
        dims = [int(dim) for dim in options.dims.split(",")]
    except ValueError as error:
        parser.error(str(error))
    if min(epochs.values()) < 2 or options.rounds < 1:
        parser.error("--epochs must be at least 2 (a difference is taken), --rounds at least 1")
    if not Path(options.text).is_file():
        parser.error(f"no such file: {options.text}")
    return options, epochs, dims


def main():
    arguments, epochs, dims = parse()
    kind = peers.kind(arguments)
    tools = [tool for tool in peers.choose(arguments.tools) if tool.can(peers.Options(**kind))]
    processor, header = peers.machine()
    peers.warn_if_busy()

    with tempfile.TemporaryDirectory(prefix="wordtool-benchmark-") as folder:
        text = arguments.text
        if arguments.megabytes:
            text = beginning(text, arguments.megabytes * 1_000_000, folder)
        words = peers.count_words(text)
        texts = {"whole": text}
        if any(tool.text == "lines" for tool in tools):
            texts["lines"] = peers.lines_copy(text, folder)
        size = os.path.getsize(text)
        header += [
            f"text: {os.path.basename(arguments.text)}, {size:,} bytes, {words:,} words",
            f"{peers.Options(**kind).words()}, {arguments.threads} threads",
        ]
        header += [f"{tool.name}: {tool.version()}" for tool in tools]
        print("\n".join(header) + "\n", flush=True)

        rows = []
        for turn in range(1, arguments.rounds + 1):
            for dim in dims:
                for tool in tools:
                    for count in (1, epochs[tool.name.lower()]):
                        options = peers.Options(
                            dim=dim, threads=arguments.threads, epochs=count, **kind
                        )
                        output = os.path.join(folder, "vectors" + tool.suffix)
                        run = peers.measure(
                            tool.command(texts[tool.text], output, options), output
                        )
                        for file in Path(folder).glob("vectors.*"):
                            file.unlink()
                        rows.append((turn, tool.name, dim, count, run))
                        print(
                            f"round {turn}, d={dim}, {tool.name}, {count} epochs:"
                            f" {run.seconds:.1f} s, {run.peak_bytes / 1e6:,.0f} MB",
                            file=sys.stderr, flush=True,
                        )  # fmt: skip

    header.append(f"load {peers.load()} at the end, {arguments.rounds} rounds")
    report = []
    for dim in dims:
        report += table(dim, tools, [row for row in rows if row[2] == dim], words, arguments.whole)
    print("\n".join(report))
    if arguments.record:
        record(processor, header, report, rows, words)


def table(dim, tools, rows, words, whole_epochs):
    """The lines of one dimension's table: medians, and times as ratios to the first tool's."""
    results = {}
    for tool in tools:
        mine = [row for row in rows if row[1] == tool.name]
        count = max(row[3] for row in mine)
        short = {row[0]: row[4] for row in mine if row[3] == 1}
        long = {row[0]: row[4] for row in mine if row[3] == count}
        # One epoch alone: what the longer run took more than the shorter. Reading the text for
        # the vocabulary, starting up and writing the vectors is in both and falls out.
        epoch = [(long[turn].seconds - short[turn].seconds) / (count - 1) for turn in long]
        one = statistics.median(run.seconds for run in short.values())
        results[tool.name] = {
            "epochs": count,
            "epoch": statistics.median(epoch),
            "spread": (max(epoch), min(epoch)),
            "one": one,
            "long": statistics.median(run.seconds for run in long.values()),
            "whole": one + (whole_epochs - 1) * statistics.median(epoch),
            "peak": statistics.median(run.peak_bytes for run in long.values()),
        }
    base = results[tools[0].name]

    def speed(seconds):
        return f"{words / seconds / 1000:,.0f}" if seconds > 0 else "?"

    def times(theirs, ours):
        return f"{theirs / ours:.1f}" if ours > 0 and theirs > 0 else "?"

    head = [
        f"d={dim}", "training alone, k words/s", "slowest to fastest", "ratio",
        "whole, 1 epoch, s", "N", "whole, N epochs, s",
        f"whole, {whole_epochs} epochs (computed), s", "ratio", "peak MB",
    ]  # fmt: skip
    lines = [head]
    for name, result in results.items():
        slow, fast = result["spread"]
        lines.append([
            name, speed(result["epoch"]), f"{speed(slow)} to {speed(fast)}",
            times(result["epoch"], base["epoch"]), f"{result['one']:.1f}", str(result["epochs"]),
            f"{result['long']:.1f}", f"{result['whole']:.1f}", times(result["whole"], base["whole"]),
            f"{result['peak'] / 1e6:,.0f}",
        ])  # fmt: skip
    return peers.markdown(lines) + [f"ratio: its time over the time of {tools[0].name}", ""]


def beginning(path, size, folder):
    """A file with the first `size` bytes of another, cut after a whole word."""
    copy = os.path.join(folder, os.path.basename(path) + ".beginning")
    with open(path, "rb") as source, open(copy, "wb") as target:
        text = source.read(size)
        cut = max(text.rfind(b" "), text.rfind(b"\n")) + 1
        target.write(text[: cut or size])
    return copy


def record(processor, header, report, rows, words):
    """Keeps the tables as text, and every single run as tab-separated values."""
    path = peers.record_path(processor, ".txt")
    command = " ".join(["Benchmarks/embeddings.py", *map(os.path.basename, sys.argv[1:])])
    path.write_text("\n".join([command, *header, "", *report]))
    lines = ["round\ttool\tdimension\tepochs\twords\tseconds\tcpuSeconds\tpeakBytes"]
    for turn, tool, dim, count, run in rows:
        lines.append(
            f"{turn}\t{tool}\t{dim}\t{count}\t{words}"
            f"\t{run.seconds:.3f}\t{run.cpu_seconds:.3f}\t{run.peak_bytes}"
        )
    path.with_suffix(".tsv").write_text("\n".join(lines) + "\n")
    print(f"recorded in record/{path.parent.name}/{path.name} and .tsv")


if __name__ == "__main__":
    main()
