#!/usr/bin/env python3
"""Accuracy of vectors by wordtool, word2vec.c, gensim, fastText and GloVe, trained with equal options.

Each trains on the same words; one evaluator, `wordtool evaluate`, judges all the vector files, on
the Google analogies among the most frequent words and on WordSim-353.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import peers


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("text", help="lower-case words with white space between them")
    corpora = os.environ.get("WORDTOOL_CORPORA", ".")
    parser.add_argument(
        "--analogies", default=f"{corpora}/analogy/questions-words.txt", help="questions-words.txt"
    )
    parser.add_argument(
        "--similarity", help="WordSim-353 [found in WORDTOOL_CORPORA/word-similarity]"
    )
    parser.add_argument("--tools", default="", help="only these [all found]")
    peers.add_kind(parser)
    parser.add_argument("--dim", type=int, default=100, help="[100]")
    parser.add_argument("--epochs", type=int, default=5, help="[5]")
    parser.add_argument("--threads", type=int, default=2, help="[2]")
    parser.add_argument("--seeds", default="1", help="one run each; the medians count [1]")
    parser.add_argument("--restrict", type=int, default=30000, help="most frequent words [30000]")
    options = parser.parse_args()
    if options.similarity is None:
        found = sorted(Path(corpora, "word-similarity").glob("*[wW][sS]*353*"))
        if not found:
            parser.error("no WordSim-353 file; give --similarity or set WORDTOOL_CORPORA")
        options.similarity = str(found[0])
    for path in (options.text, options.analogies, options.similarity):
        if not Path(path).is_file():
            parser.error(f"no such file: {path}")
    return options


def main():
    arguments = parse()
    evaluator = peers.Wordtool()
    if evaluator.missing():
        sys.exit(f"error: the evaluator is wordtool: {evaluator.missing()}")
    kind = peers.Options(**peers.kind(arguments))
    tools = [tool for tool in peers.choose(arguments.tools) if tool.can(kind)]
    print("\n".join(peers.machine()[1] + [f"{tool.name}: {tool.version()}" for tool in tools]))
    print(
        f"{kind.words()}, d={arguments.dim}, {arguments.epochs} epochs, the {arguments.restrict:,} most frequent words\n",
        flush=True,
    )

    table = [["tool", "analogies, %", "of all, %", "WordSim-353", "whole process, s"]]
    with tempfile.TemporaryDirectory(prefix="wordtool-benchmark-") as folder:
        texts = {"whole": arguments.text}
        if any(tool.text == "lines" for tool in tools):
            texts["lines"] = peers.lines_copy(arguments.text, folder)
        # The peers' vectors know nothing of case: the questions get the text's.
        questions = lower_copy(arguments.analogies, folder)
        pairs = lower_copy(arguments.similarity, folder)
        for tool in tools:
            results = []
            for seed in map(int, arguments.seeds.split(",")):
                options = peers.Options(
                    dim=arguments.dim, epochs=arguments.epochs, threads=arguments.threads, seed=seed,
                    **peers.kind(arguments),
                )  # fmt: skip
                output = os.path.join(folder, "vectors" + tool.suffix)
                command, vectors = tool.evaluable(texts[tool.text], output, options)
                run = peers.measure(command, output)
                restrict = ["--restrict", str(arguments.restrict)]
                analogies = evaluate(evaluator, "analogies", questions, vectors, restrict)["total"]
                similarity = evaluate(evaluator, "similarity", pairs, vectors, [])
                results.append(
                    (
                        100 * analogies["correct"] / max(analogies["asked"], 1),
                        100 * analogies["correct"]
                        / max(analogies["asked"] + analogies["skipped"], 1),
                        similarity["spearman"],
                        run.seconds,
                    )
                )  # fmt: skip
                print(f"{tool.name}, seed {seed}: {results[-1]}", file=sys.stderr, flush=True)
                for file in Path(folder).glob("vectors.*"):
                    file.unlink()
            right, of_all, spearman, seconds = map(statistics.median, zip(*results))
            table.append(
                [tool.name, f"{right:.1f}", f"{of_all:.1f}", f"{spearman:.3f}", f"{seconds:.0f}"]
            )
    print("\n".join(peers.markdown(table)))


def evaluate(tool, kind, questions, vectors, more):
    """What `wordtool evaluate` says of one vector file."""
    command = [tool.path, "evaluate", kind, questions, "-v", vectors, "--json", *more]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: {' '.join(command)}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def lower_copy(path, folder):
    """A copy of a text file in lower case."""
    copy = os.path.join(folder, os.path.basename(path))
    Path(copy).write_text(Path(path).read_text(encoding="utf-8").lower(), encoding="utf-8")
    return copy


if __name__ == "__main__":
    main()
