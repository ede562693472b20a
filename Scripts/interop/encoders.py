"""Compares wordtool's encoders with scikit-learn's, and its byte-pair encoding with the Hugging
Face tokenizers: see ../interop.sh.

encoders.py WORDTOOL FOLDER; FOLDER is scratch space. The texts are AG News and IMDB from the folder
in WORDTOOL_CORPORA; without it, sentences made here. Exits 1 when a check fails.
"""

import gzip
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse
from sklearn.feature_extraction.text import CountVectorizer, HashingVectorizer, TfidfVectorizer
from sklearn.preprocessing import OneHotEncoder
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from checks import TOOL, check, finish

FOLDER = Path(sys.argv[2])
TOLERANCE = 1e-12
def wordtool(*arguments, text=None):
    """Runs wordtool; its standard output."""
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, input=text)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def texts():
    """Sets of texts by name."""
    corpora = os.environ.get("WORDTOOL_CORPORA")
    if not corpora:
        print("  WORDTOOL_CORPORA is not set: made-up sentences instead of AG News and IMDB")
        chooser = random.Random(7)
        words = "the food was good not bad at all naïve Ω ΟΔΟΣ İstanbul 東京 3.14 a I don't".split()
        return {"made up": [" ".join(chooser.choices(words, k=20)) for _ in range(500)]}
    sets = {}
    for name, file, column, most in [
        ("AG News", "ag-news/test.tsv", None, None),
        ("IMDB", "imdb/train.tsv.gz", 3, 5000),
    ]:
        path = Path(corpora) / file
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="\n") as lines:
            rows = [line.rstrip("\n") for line in lines]
        if column is not None:
            rows = [row.split("\t")[column] for row in rows]
        sets[name] = rows[::max(1, len(rows) // most)] if most else rows
    return sets


def same(ours, theirs):
    """The greatest difference of two sparse matrices; fails above the tolerance."""
    if ours.shape != theirs.shape:
        raise AssertionError(f"shape {ours.shape}, expected {theirs.shape}")
    difference = abs(ours - theirs)
    worst = difference.max() if difference.nnz else 0.0
    if not worst <= TOLERANCE:
        raise AssertionError(f"values differ by {worst}")
    return f"{ours.shape[0]} x {ours.shape[1]}, {ours.nnz} values, worst {worst:.1e}"


def compare(path, vectorizer, rows, command, *options, names=True):
    """Encodes with both and compares values and names."""
    theirs = scipy.sparse.csr_matrix(vectorizer.fit_transform(rows))
    out, list_ = FOLDER / "rows.npz", FOLDER / "names.json"
    extra = ["--names", list_] if names else []
    wordtool("encode", command, path, "-o", out, *extra, *options)
    ours = scipy.sparse.load_npz(out)
    if names:
        found = json.loads(list_.read_text(encoding="utf-8"))
        expected = list(vectorizer.get_feature_names_out())
        if found != expected:
            wrong = [p for p in zip(found, expected) if p[0] != p[1]][:3]
            raise AssertionError(f"{len(found)} names, expected {len(expected)}: {wrong}")
    return same(ours, theirs.astype(np.float64))


def vectorizers(name, rows):
    """Checks of counts, tf-idf and hashing on one set of texts."""
    path = FOLDER / "texts.txt"
    path.write_text("".join(row + "\n" for row in rows), encoding="utf-8", newline="\n")
    stops = FOLDER / "stops.txt"
    stops.write_text("the\nof\nand\nto\nin\nis\n", encoding="utf-8")
    words = stops.read_text().split()
    bags = [
        ("counts", {}, []),
        ("binary, two to half of the texts", {"binary": True, "min_df": 2, "max_df": 0.5},
         ["--binary", "--min-documents", 2, "--max-documents", "0.5"]),
        ("shares of texts", {"min_df": 0.01, "max_df": 0.3},
         ["--min-documents", "0.01", "--max-documents", "0.3"]),
        ("n-grams 1-3, stop words", {"ngram_range": (1, 3), "stop_words": words},
         ["--ngrams", "1-3", "--stop-words", stops]),
        ("case kept", {"lowercase": False}, ["--no-lowercase"]),
        ("accents off", {"strip_accents": "unicode"}, ["--strip-accents"]),
        ("characters 1-3", {"analyzer": "char", "ngram_range": (1, 3)},
         ["--unit", "char", "--ngrams", "1-3"]),
        ("characters within words 2-5", {"analyzer": "char_wb", "ngram_range": (2, 5)},
         ["--unit", "char-wb", "--ngrams", "2-5"]),
    ]
    for title, theirs, ours in bags:
        unit = [] if "--unit" in ours else ["--unit", "word"]
        check(f"{name}: {title}", lambda: compare(
            path, CountVectorizer(**theirs), rows, "bag-of-words", *unit, *ours))
    check(f"{name}: most frequent terms", lambda: most_frequent(path, rows))
    for norm in ["l1", "l2", None]:
        for idf, smooth in [(True, True), (True, False), (False, True)]:
            for sublinear in [False, True]:
                theirs = TfidfVectorizer(
                    norm=norm, use_idf=idf, smooth_idf=smooth, sublinear_tf=sublinear)
                ours = ["--unit", "word", "--norm", norm or "none"]
                ours += [] if idf else ["--no-idf"]
                ours += [] if smooth else ["--no-smooth"]
                ours += ["--sublinear"] if sublinear else []
                check(f"{name}: tf-idf {' '.join(map(str, ours[2:]))}",
                      lambda: compare(path, theirs, rows, "tf-idf", *ours))
    for columns, sign, norm, binary in [
        (1 << 20, True, "l2", False), (1000, True, "l1", False), (1000, False, None, False),
        (77, True, None, True),
    ]:
        theirs = HashingVectorizer(
            n_features=columns, alternate_sign=sign, norm=norm, binary=binary)
        ours = ["--unit", "word", "--columns", columns, "--norm", norm or "none"]
        ours += [] if sign else ["--no-alternate-sign"]
        ours += ["--binary"] if binary else []
        check(f"{name}: hashing {' '.join(map(str, ours[2:]))}", lambda: compare(
            path, theirs, rows, "hashing", *ours, names=False))
    check(f"{name}: Matrix Market and dense", lambda: other_formats(path, rows))
    check(f"{name}: one-hot", lambda: one_hot(rows, {}, []))
    check(f"{name}: one-hot, infrequent", lambda: one_hot(
        rows, {"min_frequency": 3, "max_categories": 20, "handle_unknown": "infrequent_if_exist"},
        ["--min-frequency", 3, "--max-categories", 20]))
    byte_pairs(name, rows, path)


def most_frequent(path, rows):
    """scikit-learn leaves open which of equally frequent terms it keeps, so the limit is set where
    no tie is cut."""
    counts = CountVectorizer().fit_transform(rows)
    totals = np.sort(np.asarray(counts.sum(axis=0)).ravel())[::-1]
    most = next(n for n in range(1000 if len(totals) > 2000 else 5, 0, -1)
                if totals[n - 1] != totals[n])
    return compare(path, CountVectorizer(max_features=most), rows, "bag-of-words", "--unit",
                   "word", "--max-features", most)


def other_formats(path, rows):
    theirs = CountVectorizer(max_features=None, min_df=0.05).fit_transform(rows)
    options = ["--unit", "word", "--min-documents", "0.05"]
    for suffix, read in [
        ("mtx", scipy.io.mmread), ("npy", lambda file: scipy.sparse.csr_matrix(np.load(file))),
    ]:
        out = FOLDER / f"rows.{suffix}"
        wordtool("encode", "bag-of-words", path, "-o", out, *options)
        same(scipy.sparse.csr_matrix(read(out)), theirs)
    lines = wordtool("encode", "bag-of-words", path, "--json", *options).splitlines()
    for line, row in zip(lines, theirs.sorted_indices(), strict=True):
        line = json.loads(line)
        if line["columns"] != list(row.indices) or line["values"] != list(row.data):
            raise AssertionError("JSON rows differ")


def one_hot(rows, theirs, ours):
    """The first two words of each text as two categories."""
    table = [(row.split() + ["", ""])[:2] for row in rows]
    path = FOLDER / "table.tsv"
    path.write_text("".join("\t".join(row) + "\n" for row in table), encoding="utf-8")
    return compare(path, OneHotEncoder(**theirs), np.array(table, dtype=object), "one-hot",
                   "--table", *ours)


def byte_pairs(name, rows, path):
    """Encodings pass both ways with the same numbers; both trainers learn the same."""
    mine, theirs = FOLDER / "mine.json", FOLDER / "theirs.json"
    size = 4000

    def train():
        wordtool("bpe", "train", path, "--vocab-size", size, "--special", "<|endoftext|>",
                 "-o", mine)
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        tokenizer.train([str(path)], trainers.BpeTrainer(
            vocab_size=size, min_frequency=2, special_tokens=["<|endoftext|>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
        tokenizer.save(str(theirs))
        ours = Tokenizer.from_file(str(mine))
        if ours.get_vocab() != tokenizer.get_vocab():
            raise AssertionError("other vocabularies")
        a, b = (json.loads(Path(file).read_text())["model"]["merges"] for file in (mine, theirs))
        a = [m.split(" ") if isinstance(m, str) else list(m) for m in a]
        if a != [m.split(" ") if isinstance(m, str) else list(m) for m in b]:
            raise AssertionError("other merges")
        return f"{len(a)} merges"

    def encode(model):
        tokenizer = Tokenizer.from_file(str(model))
        expected = [e.ids for e in tokenizer.encode_batch(rows)]
        lines = wordtool("bpe", "encode", "-m", model, path).decode().split("\n")[:-1]
        found = [list(map(int, line.split())) for line in lines]
        if found != expected:
            at = next(i for i, p in enumerate(zip(found, expected)) if p[0] != p[1])
            raise AssertionError(f"text {at}: {rows[at][:80]!r}")
        decoded = wordtool("bpe", "decode", "-m", model, text="\n".join(lines).encode() + b"\n")
        if decoded != path.read_bytes():
            raise AssertionError("decoding does not give the text back")
        return f"{sum(map(len, found))} tokens"

    check(f"{name}: byte-pair training", train)
    check(f"{name}: our tokenizer.json in tokenizers", lambda: encode(mine))
    check(f"{name}: their tokenizer.json here", lambda: encode(theirs))


def odd_characters():
    """Characters of every general category in random order, through the cutting pattern; without
    the zero byte, which no text has."""
    import unicodedata

    chooser = random.Random(11)
    by_category = {}
    for code in list(range(1, 0x3000)) + list(range(0xA000, 0xA800)) + list(range(0x1D400, 0x1D800)):
        kind = unicodedata.category(chr(code))
        if kind not in ("Cs", "Cn", "Co") and chr(code) not in "\n\r":  # either ends a line
            by_category.setdefault(kind, []).append(chr(code))
    kinds = sorted(by_category)
    common = [" ", "  ", "'", "'s", "'ll", "\t", "a", "Z", "7", ".", "\u00a0", "\u3000"]
    rows = []
    for _ in range(3000):
        rows.append("".join(
            chooser.choice(common) if chooser.random() < 0.5
            else chooser.choice(by_category[chooser.choice(kinds)])
            for _ in range(chooser.randrange(1, 30))))
    return rows


print("encoders against scikit-learn and tokenizers")
for name, rows in texts().items():
    vectorizers(name, rows)
rows = odd_characters()
path = FOLDER / "odd.txt"
path.write_text("".join(row + "\n" for row in rows), encoding="utf-8", newline="\n")
byte_pairs("odd characters", rows, path)
for analyzer in ["word", "char", "char_wb"]:
    check(f"odd characters: {analyzer}", lambda: compare(
        path, CountVectorizer(analyzer=analyzer), rows, "bag-of-words", "--unit",
        analyzer.replace("_", "-")))
finish()
