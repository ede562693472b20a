"""Trains word vectors with the four programs of Stanford's GloVe, from text to vectors as text.

Co-occurrences are counted and shuffled through files beside the output, as the demonstration that comes
with the tool does it; its memory option is left at the default of 4 GB.
"""

import argparse
import os
import subprocess

parser = argparse.ArgumentParser()
parser.add_argument("programs", help="the folder of vocab_count, cooccur, shuffle and glove")
parser.add_argument("text")
parser.add_argument("output", help="ends with .txt")
for name in ("dim", "window", "min-count", "epochs", "threads", "seed"):
    parser.add_argument("--" + name, type=int, required=True)
for name in ("lr", "x-max"):
    parser.add_argument("--" + name, type=float, required=True)
options = parser.parse_args()

base = options.output.removesuffix(".txt")
words, counts, shuffled = base + ".words", base + ".counts", base + ".shuffled"


def run(program, *arguments, source=None, target=None):
    """One program, from a file to a file."""
    command = [os.path.join(options.programs, program), *map(str, arguments), "-verbose", "0"]
    files = [open(path, mode) for path, mode in ((source, "rb"), (target, "wb")) if path]
    standard = dict(zip(("stdin", "stdout"), files))
    subprocess.run(command, check=True, **standard)
    for file in files:
        file.close()


run("vocab_count", "-min-count", options.min_count, source=options.text, target=words)
run(
    "cooccur", "-window-size", options.window, "-vocab-file", words,
    "-overflow-file", base + ".overflow", source=options.text, target=counts,
)  # fmt: skip
run(
    "shuffle", "-seed", options.seed, "-temp-file", base + ".part", source=counts, target=shuffled
)
# It appends .txt. Its header would not count the row of <unk>: without one.
run(
    "glove", "-input-file", shuffled, "-vocab-file", words, "-save-file", base,
    "-vector-size", options.dim, "-threads", options.threads, "-iter", options.epochs,
    "-eta", options.lr, "-x-max", options.x_max, "-seed", options.seed, "-binary", 0,
)  # fmt: skip
for path in (words, counts, shuffled):
    os.remove(path)
