"""Reads files of vectors that Python tools write, and has Python read what wordtool writes: see
../interop.sh.

vector_files.py WORDTOOL FOLDER; FOLDER is scratch space. Exits 1 when a check fails.
"""

import json
import subprocess
import sys
import warnings
from pathlib import Path

import finalfusion
import floret
import numpy as np
import torch
from finalfusion.storage import NdArray, QuantizedArray
from finalfusion.subword import ExplicitIndexer, FastTextIndexer, FinalfusionHashIndexer
from finalfusion.vocab import ExplicitVocab, FastTextVocab, FinalfusionBucketVocab, SimpleVocab
from gensim.models import FastText, KeyedVectors, Word2Vec
from gensim.scripts.word2vec2tensor import word2vec2tensor
from safetensors.torch import save_file
from spacy.vectors import Mode, Vectors
from spacy.vocab import Vocab

from checks import TOOL, check, finish

warnings.filterwarnings("ignore")

FOLDER = Path(sys.argv[2]) / "vector_files"
FOLDER.mkdir(exist_ok=True)
WORDS = ["the", "of", "river", "rivers", "Zürich", "naïve", "東京", "мир", "don't", "1984", "-1.5", "x"]
UNKNOWN = ["riverside", "Zürcher", "東京都", "миру"]
DIMENSION = 9
DRAW = np.random.default_rng(20260101)
VECTORS = DRAW.standard_normal((len(WORDS), DIMENSION)).astype("f4")

def wordtool(*arguments, exit_code=0):
    """Runs wordtool; its standard output, or its errors where it is to fail."""
    done = subprocess.run([TOOL, *map(str, arguments)], capture_output=True, cwd=FOLDER)
    if done.returncode != exit_code:
        raise RuntimeError(f"exit {done.returncode}: " + done.stderr.decode("utf-8", "replace").strip())
    return (done.stderr if exit_code else done.stdout).decode("utf-8")


def same(words, vectors, expected_words, expected, tolerance=0.0):
    """Fails unless words and values are as expected."""
    if list(words) != list(expected_words):
        raise AssertionError(f"words {list(words)[:5]}, expected {list(expected_words)[:5]}")
    worst = np.abs(np.asarray(vectors, "f8") - np.asarray(expected, "f8")).max()
    if not worst <= tolerance:
        raise AssertionError(f"values differ by up to {worst:.3g}")


def read_back(path, *options):
    """Words and vectors of a file, by way of wordtool and an archive that NumPy reads."""
    wordtool("convert", path, "back.npz", *options)
    with np.load(FOLDER / "back.npz") as arrays:
        return [str(word) for word in arrays["words"]], arrays["vectors"]


def asked(path, words):
    """The vectors that wordtool answers for words, known or not."""
    lines = wordtool("vector", "-v", path, "--json", "--", *words)
    return [answer["vector"] for answer in json.loads(lines)]


def tables():
    plain = "".join(word + "\n" for word in WORDS)
    (FOLDER / "list.txt").write_text(plain, encoding="utf-8")
    kinds = {"f2": "f2", "f4": "f4", "f8": "f8", ">f4": ">f4"}
    for kind in kinds:
        for order in "CF":
            array = np.asarray(VECTORS.astype(kind), order=order)

            def run(array=array):
                np.save(FOLDER / "a.npy", array)
                same(*read_back("a.npy", "--word-list", "list.txt"), WORDS, array)

            check(f"npy {kind} {order}", run)
    for packed in [np.savez, np.savez_compressed]:

        def archive(packed=packed):
            packed(FOLDER / "a.npz", words=np.array(WORDS), vectors=VECTORS)
            same(*read_back("a.npz"), WORDS, VECTORS)

        check(packed.__name__, archive)
    for kind in [torch.float16, torch.bfloat16, torch.float32, torch.float64]:

        def tensors(kind=kind):
            table = torch.tensor(VECTORS).to(kind)
            save_file({"embedding.weight": table}, FOLDER / "a.safetensors", {"words": json.dumps(WORDS)})
            same(*read_back("a.safetensors"), WORDS, table.to(torch.float32).numpy())

        check(f"safetensors {kind}", tensors)

    def written():
        np.savez(FOLDER / "a.npz", words=np.array(WORDS), vectors=VECTORS)
        wordtool("convert", "a.npz", "b.npy")
        words = (FOLDER / "b.words").read_text(encoding="utf-8").splitlines()
        same(words, np.load(FOLDER / "b.npy", mmap_mode="r"), WORDS, VECTORS)
        wordtool("convert", "a.npz", "vectors.tsv")
        words = (FOLDER / "metadata.tsv").read_text(encoding="utf-8").splitlines()
        same(words, np.loadtxt(FOLDER / "vectors.tsv", delimiter="\t", dtype="f4"), WORDS, VECTORS)
        wordtool("convert", "a.npz", "b.fifu")
        embeddings = finalfusion.load_finalfusion(str(FOLDER / "b.fifu"), mmap=True)
        made = [embeddings.embedding_with_norm(word) for word in WORDS]
        same(embeddings.vocab.words, [v * n for v, n in made], WORDS, VECTORS, 1e-6)

    check("npy, tsv and fifu by wordtool -> Python", written)

    def codes(*options):
        # Words by the hundred: with fewer a part has a handful of centroids.
        words = [f"{word}{number}" for number in range(100) for word in WORDS]
        rows = DRAW.standard_normal((len(words), DIMENSION)).astype("f4")
        np.savez(FOLDER / "c.npz", words=np.array(words), vectors=rows)
        wordtool("compress", "c.npz", "-o", "c.safetensors", "--pq", 3, *options)
        wordtool("convert", "c.safetensors", "c.fifu")
        embeddings = finalfusion.load_finalfusion(str(FOLDER / "c.fifu"))
        if not isinstance(embeddings.storage, QuantizedArray):
            raise AssertionError(f"rows of {type(embeddings.storage).__name__}")
        made = [embeddings.embedding_with_norm(word) for word in words]
        same(*read_back("c.safetensors"), embeddings.vocab.words, [v * n for v, n in made], 1e-5)
        same(*read_back("c.fifu"), embeddings.vocab.words, [v for v, _ in made], 1e-6)

    check("codes by wordtool -> fifu -> finalfusion", lambda: codes("--no-rotation"))
    check("codes with a rotation -> fifu -> finalfusion", codes)

    def projector():
        keyed = KeyedVectors(DIMENSION)
        keyed.add_vectors(WORDS, VECTORS)
        keyed.save_word2vec_format(str(FOLDER / "v.txt"), sort_attr=None)
        word2vec2tensor(str(FOLDER / "v.txt"), str(FOLDER / "p"))
        same(*read_back("p_tensor.tsv"), WORDS, VECTORS)

    check("projector by gensim", projector)


def finalfusions():
    def unit(count):
        rows = DRAW.standard_normal((count, DIMENSION)).astype("f4")
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    buckets = FinalfusionBucketVocab(WORDS, FinalfusionHashIndexer(7, 3, 6))
    ngrams = sorted({n for word in WORDS for n in buckets.subwords(word)})
    explicit = ExplicitIndexer(ngrams, 3, 6, {n: i for i, n in enumerate(ngrams)})
    for name, vocabulary, rows in [
        ("simple", SimpleVocab(WORDS), 0),
        ("buckets", buckets, 128),
        ("fastText buckets", FastTextVocab(WORDS, FastTextIndexer(77, 2, 5)), 77),
        ("explicit", ExplicitVocab(WORDS, explicit), len(ngrams)),
    ]:

        def run(vocabulary=vocabulary, rows=rows):
            embeddings = finalfusion.Embeddings(NdArray(unit(len(WORDS) + rows)), vocabulary)
            embeddings.write(str(FOLDER / "a.fifu"))
            words = WORDS + (UNKNOWN if rows else [])
            words = [word for word in words if embeddings.embedding(word) is not None]
            same(words, asked("a.fifu", words), words, [embeddings.embedding(w) for w in words], 1e-6)

        check(f"finalfusion {name}", run)


def florets():
    text = FOLDER / "text"
    text.write_text("\n".join(" ".join(DRAW.choice(WORDS, 8)) for _ in range(400)), encoding="utf-8")
    model = floret.train_unsupervised(
        str(text), model="cbow", mode="floret", dim=DIMENSION, minCount=1, minn=2, maxn=4, bucket=99,
        hashCount=3, epoch=2, thread=12, verbose=0)

    def binary():
        model.save_model(str(FOLDER / "m.bin"))
        words = model.get_words() + UNKNOWN
        same(words, asked("m.bin", words), words, [model.get_word_vector(w) for w in words], 1e-6)

    def table():
        model.save_floret_vectors(str(FOLDER / "m.floret"))
        words = WORDS + UNKNOWN
        # The table has five digits, and no row for the first word of the vocabulary.
        words = [word for word in words if word != model.get_words()[0]]
        same(words, asked("m.floret", words), words, [model.get_word_vector(w) for w in words], 1e-5)

    def spacys():
        lines = (FOLDER / "m.floret").read_text(encoding="utf-8").splitlines()[1:]
        rows = np.array([[float(x) for x in line.split()[1:]] for line in lines], "f4")
        vocabulary = Vocab()
        vocabulary.vectors = Vectors(
            strings=vocabulary.strings, mode=Mode.floret, data=rows, minn=2, maxn=4, hash_count=3,
            hash_seed=2166136261, bow="<", eow=">")
        vocabulary.to_disk(FOLDER / "hashed", exclude=["lookups"])
        words = WORDS + UNKNOWN
        same(words, asked("hashed", words), words, [vocabulary.get_vector(w) for w in words], 1e-6)

    def trained():
        """Tables of our own training: floret's vectors of the model, spaCy's of the table."""
        for options in (["4-5", "2"], ["2-3", "4", "--model", "cbow"], ["2-6", "1"]):
            train = ["train-embeddings", "text", "--tokenizer", "whitespace", "--no-lowercase", "--dim", "9",
                     "--epochs", "3", "--min-count", "1", "--buckets", "99", "-q", "--subwords", options[0],
                     "--hash-count", *options[1:]]  # fmt: skip
            for name in ("own.safetensors", "own.bin", "own.floret"):
                wordtool(*train, "-o", name)
            words = WORDS + UNKNOWN
            ours = asked("own.safetensors", words)
            loaded = floret.load_model(str(FOLDER / "own.bin"))
            same(words, ours, words, [loaded.get_word_vector(w) for w in words], 1e-5)
            init = [sys.executable, "-m", "spacy", "init", "vectors", "en", "own.floret", "own", "--mode", "floret"]
            subprocess.run(init, cwd=FOLDER, check=True, capture_output=True)
            vocabulary = Vocab().from_disk(FOLDER / "own" / "vocab")
            same(words, ours, words, [vocabulary.get_vector(w) for w in words], 1e-5)

    def keyed():
        vocabulary = Vocab()
        for word, row in zip(WORDS, VECTORS):
            vocabulary.set_vector(word, row)
        vocabulary.to_disk(FOLDER / "keyed", exclude=["lookups"])
        same(*read_back("keyed"), WORDS, VECTORS)

    check("floret model", binary)
    check("floret table", table)
    check("spaCy, floret", spacys)
    check("floret's table trained here", trained)
    check("spaCy, keys", keyed)


def pickles():
    """Files that are refused: the line of Python in the message makes one that is read."""
    keyed = KeyedVectors(DIMENSION)
    keyed.add_vectors(WORDS, VECTORS)
    texts = [WORDS] * 20
    word2vec = Word2Vec(texts, vector_size=DIMENSION, min_count=1)
    fasttext = FastText(texts, vector_size=DIMENSION, min_count=1, bucket=50)
    for name, save, vectors in [
        ("k.kv", keyed.save, keyed), ("w.model", word2vec.save, word2vec.wv),
        ("f.model", fasttext.save, fasttext.wv),
    ]:

        def run(name=name, save=save, vectors=vectors):
            save(str(FOLDER / name))
            line = wordtool("info", name, exit_code=65).strip().split("in Python: ")[1]
            subprocess.run([sys.executable, "-c", line], cwd=FOLDER, check=True, capture_output=True)
            same(*read_back(name.split(".")[0] + ".bin"), vectors.index_to_key, vectors.vectors)

        check(f"gensim's {name}", run)

    def model():
        torch.save({"embedding.weight": torch.tensor(VECTORS)}, FOLDER / "t.pth")
        line = wordtool("info", "t.pth", exit_code=65).strip().split("in Python: ")[1]
        subprocess.run([sys.executable, "-c", line], cwd=FOLDER, check=True, capture_output=True)
        same(*read_back("t.safetensors", "--word-list", "list.txt"), WORDS, VECTORS)

    check("PyTorch's t.pth", model)


tables()
finalfusions()
florets()
pickles()
finish()
