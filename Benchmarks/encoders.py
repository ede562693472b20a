#!/usr/bin/env python3
"""Times counting words and byte-pair encoding against scikit-learn and the Hugging Face tokenizers:
whole processes, one after the other in pairs, on the same cores.

    WORDTOOL_CORPORA=corpora-folder Benchmarks/encoders.py .build/release/wordtool [PAIRS [PART...]]

Both sides read imdb/train.tsv.gz. Counting: both learn the vocabulary, of words or of words and pairs of
them, and write the counts as .npz.
Training: both learn 8,000 tokens from the unpacked texts and write tokenizer.json. Encoding: both
load that file, encode every text and write the token numbers. The parts are called count, pairs, learn
and encode; encode needs learn.
"""

import gzip
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TOOL = os.path.abspath(sys.argv[1])
PAIRS = int(sys.argv[2]) if len(sys.argv) > 2 else 5
PARTS = sys.argv[3:] or ["count", "pairs", "learn", "encode"]
TRAIN = str(Path(os.environ["WORDTOOL_CORPORA"]) / "imdb/train.tsv.gz")

COUNT = """
import gzip, sys, scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer
with gzip.open(sys.argv[1], "rt", encoding="utf-8", newline="\\n") as lines:
    texts = [line.rstrip("\\n").split("\\t")[3] for line in lines]
scipy.sparse.save_npz(sys.argv[2], CountVectorizer(ngram_range=(1, int(sys.argv[3]))).fit_transform(texts), compressed=False)
"""
LEARN = """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
tokenizer.train([sys.argv[1]], trainers.BpeTrainer(vocab_size=8000, min_frequency=2,
    initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
tokenizer.save(sys.argv[2])
"""
ENCODE = """
import sys
from tokenizers import Tokenizer
tokenizer = Tokenizer.from_file(sys.argv[2])
with open(sys.argv[1], encoding="utf-8", newline="\\n") as lines:
    texts = [line.rstrip("\\n") for line in lines]
with open(sys.argv[3], "w") as out:
    for encoding in tokenizer.encode_batch_fast(texts):
        out.write(" ".join(map(str, encoding.ids)) + "\\n")
"""


def seconds(arguments, output=None):
    start = time.perf_counter()
    with open(output or os.devnull, "wb") as sink:
        subprocess.run(arguments, check=True, stdout=sink)
    return time.perf_counter() - start


def compare(part, name, ours, theirs, output=None):
    if part not in PARTS:
        return
    pairs = [(seconds(ours, output), seconds(theirs)) for _ in range(PAIRS)]
    ratios = sorted(b / a for a, b in pairs)
    print(f"{name}: wordtool {statistics.median(a for a, _ in pairs):.2f} s, "
          f"peer {statistics.median(b for _, b in pairs):.2f} s, "
          f"ratio {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f}), "
          f"{PAIRS} pairs", flush=True)


with tempfile.TemporaryDirectory() as folder:
    plain = folder + "/imdb.txt"
    with gzip.open(TRAIN, "rt", encoding="utf-8", newline="\n") as lines, \
            open(plain, "w", encoding="utf-8", newline="\n") as out:
        for line in lines:
            out.write(line.split("\t")[3])
    python = [sys.executable, "-c"]
    for part, name, most in [("count", "words", "1"), ("pairs", "words and pairs", "2")]:
        compare(part, f"count {name} of IMDB train",
                [TOOL, "encode", "bag-of-words", TRAIN, "--text-column", "4", "--unit", "word",
                 "--ngrams", "1-" + most, "-o", folder + "/a.npz"],
                python + [COUNT, TRAIN, folder + "/b.npz", most])
    model = folder + "/a.json"
    compare("learn", "learn 8,000 byte pairs",
            [TOOL, "bpe", "train", plain, "--vocab-size", "8000", "-o", model],
            python + [LEARN, plain, folder + "/b.json"])
    compare("encode", "encode with them", [TOOL, "bpe", "encode", "-m", model, plain],
            python + [ENCODE, plain, model, folder + "/ids"], output=folder + "/ours")
