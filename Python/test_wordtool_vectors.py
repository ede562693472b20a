"""Compares `wordtool_vectors` with wordtool itself, on vectors of every kind it writes.

    WORDTOOL=.build/release/wordtool python3 -m unittest discover Python
"""

import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

import numpy as np
import wordtool_vectors

TOOL = os.path.abspath(os.environ.get("WORDTOOL", ".build/release/wordtool"))
WORDS = ["sweden", "norway", "king", "woman", "river"]
UNKNOWN = ["riverside", "zürich", "東京都", "x" * 40]


class WithFiles(unittest.TestCase):
    """Small vectors of the corpus that comes with wordtool, kept in every way."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.run_tool("train-embeddings", "--dim", "20", "--epochs", "1", "--subwords", "3-5", "--buckets",
                     "5000", "-o", "grams.safetensors", "-q")  # fmt: skip
        cls.run_tool("train-embeddings", "--dim", "20", "--epochs", "1", "-o", "plain.safetensors", "-q")
        for name, options in {
            "half": ["--float16"], "int8": ["--int8"], "codes": ["--pq", "10"], "axes": ["--pca", "9"],
        }.items():  # fmt: skip
            cls.run_tool("compress", "plain.safetensors", "-o", f"{name}.safetensors", *options)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def run_tool(cls, *arguments):
        environment = dict(os.environ, XDG_DATA_HOME=cls.folder.name, WORDTOOL_CACHE="off")
        done = subprocess.run(
            [TOOL, *arguments], cwd=cls.folder.name, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise AssertionError(f"{arguments}: {done.stderr}")
        return done.stdout

    def path(self, name):
        return Path(self.folder.name) / name

    def files(self):
        paths = sorted(Path(self.folder.name).glob("*.safetensors"))
        self.assertEqual(len(paths), 6)
        return paths


class Answers(WithFiles):
    def test_vectors_are_those_of_the_tool(self):
        for path in self.files():
            vectors = wordtool_vectors.load(path)
            asked = WORDS + (UNKNOWN if path.name == "grams.safetensors" else [])
            for line in self.run_tool("vector", "-v", path.name, *asked).splitlines():
                word, *values = line.split("\t")
                with self.subTest(file=path.name, word=word):
                    np.testing.assert_allclose(
                        vectors[word], np.array(values, float), rtol=1e-5, atol=1e-6)

    def test_neighbours_are_those_of_the_tool(self):
        for path in self.files():
            vectors = wordtool_vectors.load(path)
            for word in WORDS:
                lines = self.run_tool("nearest", word, "-v", path.name, "--style", "tsv").splitlines()
                with self.subTest(file=path.name, word=word):
                    found = vectors.nearest(word, 10)
                    # Where words are equally near to the last bits, either may come first.
                    for (_, score), line in zip(found, lines, strict=True):
                        name, theirs = line.split("\t")
                        self.assertAlmostEqual(score, float(theirs), delta=2e-6)
                        self.assertAlmostEqual(
                            vectors.similarity(word, name), float(theirs), delta=2e-6)

    def test_an_expression_is_asked_as_the_tool_does(self):
        vectors = wordtool_vectors.load(self.path("plain.safetensors"))
        parts = {word: vectors[word] / np.linalg.norm(vectors[word]) for word in ("king", "man", "woman")}
        question = parts["king"] - parts["man"] + parts["woman"]
        left = [word for word, _ in vectors.nearest(question, 8) if word not in parts][:5]
        lines = self.run_tool("nearest", "king - man + woman", "-k", "5", "--style", "tsv", "-v",
                              "plain.safetensors").splitlines()  # fmt: skip
        self.assertEqual(left, [line.split("\t")[0] for line in lines])

    def test_words_are_a_collection(self):
        vectors = wordtool_vectors.load(self.path("plain.safetensors"))
        self.assertEqual(vectors.matrix.shape, (len(vectors), vectors.dimension))
        self.assertEqual(list(vectors)[0], vectors.words[0])
        self.assertIn("sweden", vectors)
        self.assertNotIn("riverside-nobody", vectors)
        self.assertEqual(vectors.words[vectors.row("sweden")], "sweden")
        self.assertTrue((np.diff(vectors.counts) <= 0).all())
        self.assertEqual(vectors.metadata["format_version"], "1")
        self.assertAlmostEqual(vectors.similarity("king", "king"), 1, places=6)
        with self.assertRaises(KeyError):
            vectors["riverside-nobody"]
        with self.assertRaises(ValueError):
            vectors.nearest(np.zeros(vectors.dimension))
        with self.assertRaises(ValueError):
            vectors.nearest(np.zeros(3))


class Damage(WithFiles):
    def test_a_damaged_copy_is_refused_or_read(self):
        chance = random.Random(1)
        refused = 0
        for path in self.files():
            whole = path.read_bytes()
            header = 8 + int.from_bytes(whole[:8], "little")
            for turn in range(150):
                damaged = bytearray(whole)
                if turn % 3 == 0:
                    del damaged[chance.randrange(len(damaged)) :]
                else:
                    place = chance.randrange(header if turn % 3 == 1 else len(damaged))
                    damaged[place] ^= 1 << chance.randrange(8)
                copy = self.path("damaged")
                copy.write_bytes(damaged)
                try:
                    wordtool_vectors.load(copy)
                except ValueError as error:
                    self.assertTrue(str(error).startswith(str(copy)), error)
                    refused += 1
        self.assertGreater(refused, 300)

    def test_other_files_are_refused(self):
        for content in (b"", b"king 1 2 3\n", bytes(8), b"\2" + bytes(7) + b"{}"):
            self.path("other").write_bytes(content)
            with self.assertRaises(ValueError):
                wordtool_vectors.load(self.path("other"))
        with self.assertRaises(OSError):
            wordtool_vectors.load(self.path("nothing"))


if __name__ == "__main__":
    unittest.main()
