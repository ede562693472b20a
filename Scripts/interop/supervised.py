"""Compares supervised models of fastText's in wordtool and in fastText itself: see ../interop.sh.

supervised.py WORDTOOL FOLDER; FOLDER is scratch space. Models of each loss, with n-grams of words and
of characters, plain, quantized and pruned, are trained by fastText on AG News from the folder in
WORDTOOL_CORPORA, without it on made-up sentences; `wordtool classify` must name the labels that
fastText names for 1,000 texts, with its probabilities. Then models that wordtool trains, writes as
.bin and quantizes are read by fastText. Exits 1 when a check fails.
"""

import os
import random
import sys
from pathlib import Path

import fasttext

from checks import check, finish, wordtool

FOLDER = Path(sys.argv[2]) / "supervised"
FOLDER.mkdir(exist_ok=True)
TOLERANCE = 1e-5
#: Texts that are compared, and how many of their labels.
COUNT, LABELS = 1000, 3
COMMON = {"thread": 1, "verbose": 0, "minCount": 1, "seed": 3}


def examples():
    """Labelled texts, the last ones to compare; some of several labels."""
    corpora = os.environ.get("WORDTOOL_CORPORA")
    if corpora:
        rows = (Path(corpora) / "ag-news/dev.tsv").read_text(encoding="utf-8").splitlines()[1:]
        pairs = [(label, text) for text, label in (row.rsplit("\t", 1) for row in rows)]
    else:
        print("  WORDTOOL_CORPORA is not set: made-up sentences instead of AG News")
        chooser = random.Random(5)
        words = {"a": "the sun shines late".split(), "b": "the moon sets early".split(),
                 "c": "the héron 東京 flies".split()}  # fmt: skip
        labels = chooser.choices("abc", k=3000)
        pairs = [(b, " ".join(chooser.choices(words[b], k=chooser.randint(1, 30)))) for b in labels]
    train, test = pairs[:-COUNT], pairs[-COUNT:]
    lines = [f"__label__{label.replace(' ', '-')} {text}" for label, text in train]
    lines = [f"__label__long {line}" if len(line) > 200 else line for line in lines]
    texts = [" ".join(text.split()[: 1 + number % 60]) for number, (_, text) in enumerate(test)]
    texts += ["zzzz-unheard-of", "a\u00a0b  c", "Zürich 東京", "x </s> y z", "__label__zz oil", ""]
    (FOLDER / "train.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    (FOLDER / "texts.txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    return texts


def answers(path, texts, count):
    """The labels and probabilities that wordtool gives in fastText's style."""
    lines = wordtool("classify", path, FOLDER / "texts.txt", "-k", count, "--style", "fasttext")
    rows = [line.split(" ") for line in lines.split("\n")[: len(texts)]]
    return [list(zip(row[::2], map(float, row[1::2]))) for row in rows]


def compare(name, path, texts, count=LABELS):
    """Checks that labels and probabilities are fastText's."""

    def run():
        model = fasttext.load_model(str(path))
        worst = 0.0
        for text, found in zip(texts, answers(path, texts, count), strict=True):
            # The binding's own predict fails under NumPy 2.
            expected = [(label, p) for p, label in model.f.predict(text + "\n", count, 0.0, "strict")]
            if [label for label, _ in expected] != [label for label, _ in found]:
                raise ValueError(f"{found} instead of {expected} for {text!r}")
            worst = max([worst] + [abs(a[1] - b[1]) for a, b in zip(expected, found)])
        if worst >= TOLERANCE:
            raise ValueError(f"probabilities differ by up to {worst:.1e}")
        return f"{len(texts)} texts, largest difference {worst:.1e}"

    check(name, run)


def read(texts):
    for loss in ["softmax", "hs", "ns", "ova"]:
        for name, options in {
            "words": {"dim": 10},
            "pairs of words": {"dim": 10, "wordNgrams": 2, "bucket": 5000},
            "n-grams of both": {"dim": 9, "wordNgrams": 3, "minn": 2, "maxn": 4, "bucket": 5000},
        }.items():
            model = fasttext.train_supervised(
                str(FOLDER / "train.txt"), loss=loss, epoch=3, lr=0.5, **options, **COMMON)
            model.save_model(str(FOLDER / "model.bin"))
            compare(f"{loss}, {name}", FOLDER / "model.bin", texts)
            compare(f"{loss}, {name}, all labels", FOLDER / "model.bin", texts, 9)
            model.quantize(thread=1, verbose=0, qnorm=name != "words", dsub=2)
            model.save_model(str(FOLDER / "model.ftz"))
            compare(f"{loss}, {name}, quantized", FOLDER / "model.ftz", texts)
            model = fasttext.load_model(str(FOLDER / "model.bin"))
            model.quantize(thread=1, verbose=0, cutoff=3000, dsub=3)
            model.save_model(str(FOLDER / "model.ftz"))
            compare(f"{loss}, {name}, pruned", FOLDER / "model.ftz", texts)


def read_many_labels():
    """Codes of labels need as many as there are centroids."""
    corpora = os.environ.get("WORDTOOL_CORPORA")
    if not corpora:
        return
    path = Path(corpora) / "cooking-stackexchange/cooking.train"
    lines = path.read_text(encoding="utf-8").splitlines()[-400:]
    texts = [" ".join(w for w in line.split() if not w.startswith("__label__")) for line in lines]
    (FOLDER / "texts.txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    for loss in ["softmax", "hs", "ova"]:
        model = fasttext.train_supervised(
            str(path), loss=loss, epoch=3, lr=0.5, dim=10, wordNgrams=2, bucket=9000, **COMMON)
        model.quantize(thread=1, verbose=0, qout=True, qnorm=True, cutoff=5000)
        model.save_model(str(FOLDER / "model.ftz"))
        compare(f"{loss}, 735 labels, quantized", FOLDER / "model.ftz", texts, 5)


def written(texts):
    """Models that wordtool writes, asked by both."""
    (FOLDER / "texts.txt").write_text("".join(text + "\n" for text in texts), encoding="utf-8")
    train = FOLDER / "train.txt"
    own = ["--model", "fasttext", "--dim", 10, "--epochs", 3, "-q"]
    for ngrams in ["1", "1-2", "1-3"]:
        wordtool("train-classifier", train, *own, "--ngrams", ngrams, "-o", FOLDER / "own.bin")
        compare(f"trained here, n-grams {ngrams}", FOLDER / "own.bin", texts)
        for options in [[], ["--qnorm", "--qout"], ["--cutoff", 2000, "--dsub", 3],
                        ["--cutoff", 2000, "--retrain", train]]:  # fmt: skip
            wordtool("quantize", FOLDER / "own.bin", "-o", FOLDER / "own.ftz", *options)
            name = " ".join(str(option) for option in options if option != train)
            compare(f"quantized here, n-grams {ngrams} {name}", FOLDER / "own.ftz", texts)
    # Each loss, with n-grams of characters and without, of labels more and less frequent.
    for loss in ["softmax", "hs", "ns", "ova"]:
        for name, options in {
            "words": ["--ngrams", 1],
            "n-grams of characters": ["--ngrams", 1, "--subwords", "3-6"],
            "n-grams of both": ["--subwords", "2-4", "--buckets", 5000],
        }.items():
            wordtool("train-classifier", train, *own, "--loss", loss, *options,
                     "-o", FOLDER / "own.bin")  # fmt: skip
            compare(f"trained here, {loss}, {name}", FOLDER / "own.bin", texts)
            compare(f"trained here, {loss}, {name}, all labels", FOLDER / "own.bin", texts, 9)
            wordtool("quantize", FOLDER / "own.bin", "-o", FOLDER / "own.ftz", "--cutoff", 3000)
            compare(f"quantized here, {loss}, {name}", FOLDER / "own.ftz", texts)
    plain = ["--tokenizer", "whitespace"]
    wordtool("train-classifier", train, *own, *plain, "--ngrams", 1, "-o", FOLDER / "own.model")
    wordtool("convert", FOLDER / "own.model", FOLDER / "own.bin")
    compare("converted", FOLDER / "own.bin", texts)
    wordtool("train-classifier", train, *own, *plain, "-o", FOLDER / "own.model")
    wordtool("quantize", FOLDER / "own.model", "-o", FOLDER / "own.ftz")
    compare("a model of this project, quantized", FOLDER / "own.ftz", texts)
    model = fasttext.train_supervised(
        str(train), loss="hs", epoch=3, dim=10, wordNgrams=2, minn=2, maxn=3, bucket=5000, **COMMON)
    model.save_model(str(FOLDER / "model.bin"))
    for options in [[], ["--cutoff", 3000, "--qnorm"]]:
        wordtool("quantize", FOLDER / "model.bin", "-o", FOLDER / "model.ftz", *options)
        compare("fastText's model, quantized here", FOLDER / "model.ftz", texts)


fasttext.FastText.eprint = lambda *_: None
TEXTS = examples()
read(TEXTS)
read_many_labels()
written(TEXTS)
finish()
