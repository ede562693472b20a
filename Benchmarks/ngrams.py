#!/usr/bin/env python3
"""N-gram models beside KenLM: counting, files, reading, opening, scoring; wall and CPU time, peak memory.

    pip install kenlm                                  # scores, if KenLM's programs are not there
    export KENLM=/path/to/kenlm/build/bin              # lmplz, build_binary, query
    WORDTOOL_CORPORA=/data Benchmarks/ngrams.py .build/release/wordtool [--rounds 5]

The texts are the first bytes of wikipedia-2015's files (30 MB of words to count, 20 MB of others to score; 60 MB
as characters) and the Penn Treebank. All run in turn, whole processes; ratios are taken within a round and medians
over them. What opening costs is a text of one line; scoring less that is what the rest of a text costs. A
peer that is not there is left out, and the output says so. The log-probability of the text must be the same from
both before anything is timed.
"""

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
from pathlib import Path

from peers.measuring import process

KENLM_MODULE = """
import sys, kenlm
model, text = kenlm.Model(sys.argv[1]), sys.argv[2]
with open(text, encoding="utf-8") as lines:
    print(sum(model.score(line.rstrip("\\n")) for line in lines))
"""


def rows(title, commands, rounds):
    """Runs commands in turn and prints medians, and ratios to the first within a round."""
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (arguments, source) in commands.items():
            runs[name].append(process(arguments, source)[:3])
    print(f"\n{title}\n{'':26}{'wall s':>9}{'CPU s':>9}{'MB':>8}  wall / wordtool's")
    ours = next(iter(runs.values()))
    for name, own in runs.items():
        wall, cpu, memory = (statistics.median(run[index] for run in own) for index in range(3))
        ratios = sorted(a[0] / b[0] for a, b in zip(own, ours))
        ratio = "" if own is ours else (
            f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
        print(f"{name:26}{wall:9.3f}{cpu:9.3f}{memory:8.0f}  {ratio}", flush=True)
    return {name: statistics.median(run[0] for run in own) for name, own in runs.items()}


def beginning(corpora, number, size, path):
    """The first lines of a file of Wikipedia, of so many bytes at most.

    Line by line: what this process holds counts in the peak memory of those that it starts.
    """
    with gzip.open(corpora / "wikipedia-2015" / f"wiki-{number}.txt.gz") as source, path.open("wb") as text:
        for line in source:
            if text.tell() + len(line) > size:
                break
            text.write(line)
    return path


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", default="count,characters,read,open,score", help="some of the parts")
    arguments = parser.parse_args()
    tool, rounds = arguments.tool.resolve(), arguments.rounds
    corpora = Path(os.environ["WORDTOOL_CORPORA"])
    kenlm = Path(os.environ.get("KENLM", "/nowhere"))
    programs = {name: kenlm / name for name in ["lmplz", "build_binary", "query"]}
    for name, path in programs.items():
        if not path.exists():
            print(f"{name} is not in $KENLM: left out")
    has = {name: path.exists() for name, path in programs.items()}
    print(f"{arguments.threads} threads, {rounds} rounds, load {os.getloadavg()[0]:.2f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train = beginning(corpora, 0, 30_000_000, folder / "train")
        # One line for opening: a question that touches next to nothing.
        line = folder / "line"
        line.write_text("the\n")
        ngram = [tool, "train-lm", "--model", "ngram", "-q", "--threads", arguments.threads, "-o"]
        if "count" in arguments.only:
            commands = {
                "wordtool, mapped": (ngram + [folder / "w.safetensors", train], None),
                "wordtool, ARPA": (ngram + [folder / "w.arpa", train], None),
            }
            if has["lmplz"]:
                commands["lmplz"] = (
                    [programs["lmplz"], "-o", "5", "-S", "2G", "-T", folder, "--discount_fallback",
                     "--arpa", folder / "k.arpa"], train)
            rows("5-grams of 30 MB of words", commands, rounds)
            for path in sorted(folder.glob("*.*")):
                print(f"{path.name}: {path.stat().st_size / 1e6:.1f} MB")
        if "characters" in arguments.only:
            characters = beginning(corpora, 0, 60_000_000, folder / "characters")
            for order in [5, 6]:
                commands = {
                    f"wordtool, {memory}": (
                        ngram + [folder / "c.safetensors", characters, "--unit", "char", "--order",
                                 order, "--memory", memory], None)
                    for memory in ["1G", "256M"]
                }
                rows(f"{order}-grams of 60 MB of characters", commands, max(1, rounds // 2))
            characters.unlink()
        ptb = corpora / "ptb"
        if "read" in arguments.only:
            written = {"wordtool": folder / "w.read.arpa"}
            process(ngram + [written["wordtool"], ptb / "ptb.train.txt"])
            if has["lmplz"]:
                written["lmplz"] = folder / "k.read.arpa"
                process([programs["lmplz"], "-o", "5", "-S", "1G", "-T", folder, "--discount_fallback",
                         "--skip_symbols", "--arpa", written["lmplz"]], ptb / "ptb.train.txt")
            for writer, arpa in written.items():
                commands = {"wordtool": (
                    [tool, "perplexity", "--threads", arguments.threads, arpa, line], None)}
                if has["query"]:
                    commands["query"] = ([programs["query"], "-v", "summary", arpa], line)
                if has["build_binary"]:
                    commands["build_binary probing"] = (
                        [programs["build_binary"], "probing", arpa, folder / "read.probing"], None)
                rows(f"reading the Penn Treebank's 5-grams, ARPA written by {writer}", commands, rounds)
        models = {}
        if "open" in arguments.only:
            process(ngram + [folder / "p.arpa", ptb / "ptb.train.txt"])
            models["Penn Treebank"] = (folder / "p.arpa", ptb / "ptb.test.txt")
        if "score" in arguments.only:
            process(ngram + [folder / "w.arpa", train])
            models["Wikipedia"] = (
                folder / "w.arpa", beginning(corpora, 1, 20_000_000, folder / "test"))
        for title, (arpa, text) in models.items():
            mapped, binary = arpa.with_suffix(".safetensors"), arpa.with_suffix(".probing")
            process([tool, "convert", arpa, mapped])
            scored = json.loads(process([tool, "perplexity", mapped, text, "--json"])[3])
            same = json.loads(process([tool, "perplexity", arpa, text, "--json"])[3])
            if same != scored:
                sys.exit(f"{title}: the mapped file and ARPA give different numbers")
            asked = [tool, "perplexity", "--threads", arguments.threads]
            commands = {
                "wordtool, mapped": (asked + [mapped], None),
                "wordtool, one thread": ([tool, "perplexity", "--threads", 1, mapped], None),
            }
            if title == "Penn Treebank":
                commands["wordtool, ARPA"] = (asked + [arpa], None)
            if has["build_binary"] and has["query"]:
                process([programs["build_binary"], "probing", arpa, binary])
                commands["query, probing"] = (
                    [programs["query"], "-v", "summary", binary], "stdin")
            else:
                process([sys.executable, "-c", "import sys, kenlm; kenlm.Model(sys.argv[1])", arpa])
                commands["kenlm's module, ARPA"] = ([sys.executable, "-c", KENLM_MODULE, arpa], None)

            def on(text):
                return {
                    name: (command, text) if source == "stdin" else (command + [text], None)
                    for name, (command, source) in commands.items()
                }

            opened = rows(f"{title}: a line", on(line), rounds)
            whole = rows(f"{title}: {text.stat().st_size / 1e6:.1f} MB", on(text), rounds)
            print(f"perplexity {scored['perplexity']:.5f}; less opening:")
            for name in whole:
                print(f"{name:26}{whole[name] - opened[name]:9.3f}")
        print(f"load {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
