"""Passes vectors between wordtool and Python tools and compares every value: see ../interop.sh.

check.py WORDTOOL FOLDER; FOLDER is scratch space. Exits 1 when a check fails.
"""

import json
import sys
import warnings
from pathlib import Path

import gensim
import numpy as np
import safetensors
import safetensors.numpy
from gensim.models import KeyedVectors

from checks import check, fail, finish, wordtool

warnings.filterwarnings("ignore")

FOLDER = Path(sys.argv[2])

# Words that break careless readers: other scripts, marks that look like syntax, and numbers, which
# a reader of text may take for values.
WORDS = [
    "the", "of", "Zürich", "naïve", "東京", "ภาษา", "мир", "don't", "1984", "-1.5", "</s>", "é",
    "e\u0301", "🙂", "\"quoted\"", "back\\slash", "#", "a,b", "x" * 200,
]  # fmt: skip
DIMENSION = 37

def same(words, vectors, expected_words, expected_vectors):
    """Fails unless words and every bit of every value are as expected."""
    if list(words) != list(expected_words):
        differing = [pair for pair in zip(words, expected_words) if pair[0] != pair[1]]
        raise AssertionError(
            f"{len(words)} words, expected {len(expected_words)}; first differences {differing[:3]}"
        )
    vectors = np.asarray(vectors)
    if vectors.dtype != np.float32 or vectors.shape != expected_vectors.shape:
        raise AssertionError(f"{vectors.dtype} {vectors.shape}, expected {expected_vectors.shape}")
    if not np.array_equal(vectors, expected_vectors):
        worst = np.abs(vectors.astype(np.float64) - expected_vectors).max()
        raise AssertionError(f"values differ by up to {worst:.3g}")


# The formats: how Python writes each, and how Python reads it.


def write_word2vec(binary):
    def write(path, words, vectors):
        keyed = KeyedVectors(vectors.shape[1])
        keyed.add_vectors(words, vectors)
        keyed.save_word2vec_format(str(path), binary=binary, sort_attr=None)

    return write


def write_rows(header, end):
    """Text as fastText and word2vec.c (a header, a space at the end of rows) and GloVe write it."""

    def write(path, words, vectors):
        with open(path, "w", encoding="utf-8") as file:
            if header:
                file.write(f"{len(words)} {vectors.shape[1]}\n")
            for word, vector in zip(words, vectors):
                file.write(word + " " + " ".join(map(str, vector.tolist())) + end)

    return write


def read_word2vec(**options):
    def read(path):
        keyed = KeyedVectors.load_word2vec_format(str(path), **options)
        return keyed.index_to_key, keyed.vectors

    return read


def read_safetensors(path):
    """The layout of wordtool's own files: `vectors`, and the words' bytes with their offsets."""
    tensors = safetensors.numpy.load_file(str(path))
    text = tensors["vocabulary.bytes"].tobytes()
    offsets = tensors["vocabulary.offsets"].tolist()
    words = [text[a:b].decode("utf-8") for a, b in zip(offsets, offsets[1:])]
    vectors = tensors["vectors"]
    return words, np.ascontiguousarray(vectors)


# name: (file name, wordtool's --format, Python's writers by whose layout they follow, reader)
FORMATS = {
    "word2vec binary": (
        "vectors.bin", "word2vec-binary", {"gensim": write_word2vec(True)}, read_word2vec(binary=True)
    ),
    "word2vec text": (
        "vectors.txt", "word2vec-text",
        {"gensim": write_word2vec(False), "word2vec.c": write_rows(True, " \n")},
        read_word2vec(binary=False),
    ),
    "fastText text": (
        "vectors.vec", "fasttext-vec", {"fastText": write_rows(True, " \n")},
        read_word2vec(binary=False),
    ),
    "GloVe text": (
        "vectors.glove", "glove", {"GloVe": write_rows(False, "\n")},
        read_word2vec(binary=False, no_header=True),
    ),
    "safetensors": ("vectors.safetensors", "safetensors", {}, read_safetensors),
}  # fmt: skip


def convert(source, target, format):
    wordtool("convert", source, target, "--format", format)


def check_given_vectors():
    """Files that Python writes, read by wordtool, written in every format, read by Python."""
    generator = np.random.default_rng(20150501)
    vectors = generator.standard_normal((len(WORDS), DIMENSION)).astype(np.float32)
    # Values that a printer of few digits loses, and the ends of the range.
    vectors[0, :6] = [1e-30, -1e30, 1 / 3, 0, np.float32(2**-126), 16777217]
    for name, (file, _, writers, _) in FORMATS.items():
        for whose, write in writers.items():
            source = FOLDER / ("given-" + file)
            write(source, WORDS, vectors)
            for other, (target_file, format, _, read) in FORMATS.items():
                target = FOLDER / ("made-" + target_file)
                target.unlink(missing_ok=True)

                def run(source=source, target=target, format=format, read=read):
                    convert(source, target, format)
                    same(*read(target), WORDS, vectors)

                check(f"{name} by {whose} -> wordtool -> {other} -> Python", run)


def check_trained_vectors():
    """Vectors that wordtool trains: the same values, and the same neighbours, in gensim."""
    text = FOLDER / "text"
    generator = np.random.default_rng(1)
    topics = [[f"word{topic}{letter}" for letter in "abcdefgh"] for topic in range(20)]
    with open(text, "w", encoding="utf-8") as file:
        for _ in range(4000):
            topic = topics[generator.integers(len(topics))]
            file.write(" ".join(topic[i] for i in generator.integers(len(topic), size=12)) + "\n")
    trained = FOLDER / "trained.safetensors"
    wordtool("train-embeddings", text, "-o", trained, "--dim", 20, "-q")
    words, vectors = read_safetensors(trained)

    for name, (file, format, _, read) in FORMATS.items():
        target = FOLDER / ("trained-" + file)

        def run(target=target, format=format, read=read):
            convert(trained, target, format)
            same(*read(target), words, vectors)

        check(f"trained -> {name} -> Python", run)

        def run_back(target=target):
            again = FOLDER / "again.safetensors"
            convert(target, again, "safetensors")
            same(*read_safetensors(again), words, vectors)

        check(f"trained -> {name} -> wordtool -> safetensors", run_back)

    def rewritten():
        # What the safetensors package writes has another order of keys and another padding.
        with safetensors.safe_open(str(trained), "np") as file:
            metadata = file.metadata()
        copy = FOLDER / "rewritten.safetensors"
        safetensors.numpy.save_file(safetensors.numpy.load_file(str(trained)), str(copy), metadata)
        target = FOLDER / "rewritten.bin"
        convert(copy, target, "word2vec-binary")
        same(*read_word2vec(binary=True)(target), words, vectors)

    check("safetensors rewritten by the safetensors package -> wordtool", rewritten)

    def neighbours():
        keyed = KeyedVectors.load_word2vec_format(str(FOLDER / "trained-vectors.bin"), binary=True)
        for word in ("word0a", "word7c", "word19h"):
            answers = json.loads(wordtool("nearest", word, "-v", trained, "-k", 10, "--json"))
            ours = {row["word"]: row["similarity"] for row in answers[0]["neighbors"]}
            theirs = dict(keyed.most_similar(word, topn=10))
            # Float sums in another order: near ties may change places at the end of the list.
            if len(set(ours) & set(theirs)) < 9:
                raise AssertionError(f"{word}: {list(ours)}, gensim {list(theirs)}")
            for near in set(ours) & set(theirs):
                if abs(ours[near] - theirs[near]) > 1e-5:
                    raise AssertionError(f"{word} {near}: {ours[near]}, gensim {theirs[near]}")

    check("nearest gives gensim's neighbours and similarities", neighbours)


print(f"gensim {gensim.__version__}, numpy {np.__version__}, safetensors {safetensors.__version__}")
check_given_vectors()
try:
    check_trained_vectors()
except RuntimeError as error:
    fail("training", error)
finish()
