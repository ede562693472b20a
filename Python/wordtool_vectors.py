"""Word vectors that wordtool wrote, in Python: NumPy is all it needs.

    import wordtool_vectors

    vectors = wordtool_vectors.load("wiki.safetensors")
    vectors["sweden"]                    # a row of float32
    "sweden" in vectors                  # True
    vectors.nearest("sweden", 5)         # [("norway", 0.83), ...]
    vectors.nearest(vectors["king"] - vectors["man"] + vectors["woman"])
    vectors.matrix                       # [words, dimension], mapped where the file has floats

Reads every vector file of wordtool: floats of 32 and 16 bits, bytes with a factor a row, codes of a
product quantizer with and without a rotation, and rows of n-grams, from which words without a row get
a vector. `docs/vectors-format.md` of wordtool has the layout. A word is looked for as it is: the rule
by which wordtool treats what a person types (`vectors.metadata["tokenizer_rule"]`) is not applied.
"""

import json
import mmap

import numpy as np

__all__ = ["Vectors", "load"]
__version__ = "1.0.0"

_TYPES = {
    "F32": "<f4", "F16": "<f2", "I8": "i1", "U8": "u1", "U32": "<u4", "U64": "<u8", "I64": "<i8",
}  # fmt: skip
_LONGEST_HEADER = 100_000_000
#: fastText's word for the end of a line, which has no n-grams.
_END_OF_LINE = "</s>"


def load(path):
    """The vectors in a file.

    Raises ValueError when it is not a vector file of wordtool or is damaged, and OSError when it
    cannot be read. The file has to stay as it is while the vectors are used: floats are not copied.
    """
    return Vectors(path)


class Vectors:
    """Words with their vectors: `len`, `in`, `[word]` and iteration are those of the words."""

    def __init__(self, path):
        """Reads a file; see `load`."""
        self._path = str(path)
        tensors, self.metadata = self._tensors()
        version = self.metadata.get("format_version", "1")
        if not version.isdigit() or int(version) > 1:
            self._refuse(f"format version {version!r}, expected 1")
        for name in ("vectors", "vocabulary.offsets", "vocabulary.bytes"):
            if name not in tensors:
                self._refuse(f"there is no tensor {name!r}, expected a vector file of wordtool")
        #: The words, by row.
        self.words = self._words(tensors)
        count = len(self.words)
        if tensors["vectors"].ndim != 2 or len(tensors["vectors"]) != count:
            self._refuse(f"{count} words and vectors of shape {list(tensors['vectors'].shape)}")
        self._rows = {word: row for row, word in enumerate(self.words)}
        if len(self._rows) != count:
            self._refuse("a word stands twice")
        for name, length in (("counts", count), ("norms", count), ("scales", count)):
            if name in tensors and tensors[name].shape != (length,):
                self._refuse(f"{name} of shape {list(tensors[name].shape)}, expected [{length}]")
        #: How often each word occurred, int64, or None.
        self.counts = tensors.get("counts")
        #: The vectors, [words, dimension]: float32; mapped and not to be written to where the file has
        #: these, else made when it is read.
        self.matrix = self._matrix(tensors)
        norms = tensors.get("norms")
        if norms is None:
            norms = np.sqrt(np.einsum("ij,ij->i", self.matrix, self.matrix, dtype=np.float64))
        #: The length of each row, float32.
        self.norms = np.asarray(norms, np.float32)
        self._ngrams = tensors.get("ngrams")
        self._shape = self._ngram_shape()

    # The container.

    def _refuse(self, found):
        raise ValueError(f"{self._path}: {found}")

    def _tensors(self):
        """The arrays of the file by name, which view it, and its metadata."""
        with open(self._path, "rb") as file:
            start = file.read(8)
            size = file.seek(0, 2)
            length = int.from_bytes(start, "little")
            if len(start) < 8 or length > min(_LONGEST_HEADER, size - 8):
                self._refuse("no safetensors file")
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            header = json.loads(data[8 : 8 + length])
        except ValueError:
            self._refuse("the header is no JSON")
        if not isinstance(header, dict):
            self._refuse("the header is no JSON object")
        metadata = header.pop("__metadata__", {})
        if not isinstance(metadata, dict) or not all(isinstance(x, str) for x in metadata.values()):
            self._refuse("the metadata are no strings")
        tensors, free = {}, size - 8 - length
        for name, tensor in header.items():
            try:
                kind, shape, (begin, end) = tensor["dtype"], tensor["shape"], tensor["data_offsets"]
                numbers = [*shape, begin, end]
                sound = all(type(number) is int and number >= 0 for number in numbers)
            except (KeyError, TypeError, ValueError):
                sound = False
            if not sound:
                self._refuse(f"the tensor {name!r} is not described")
            if kind not in _TYPES:
                self._refuse(f"the tensor {name!r} is of type {kind!r}")
            values = 1
            for number in shape:
                values *= number
            if not begin <= end <= free or end - begin != values * np.dtype(_TYPES[kind]).itemsize:
                self._refuse(f"the tensor {name!r} does not fit its place")
            place = 8 + length + begin
            tensors[name] = np.frombuffer(data, _TYPES[kind], values, place).reshape(shape)
        return tensors, metadata

    def _words(self, tensors):
        offsets, letters = tensors["vocabulary.offsets"], tensors["vocabulary.bytes"].tobytes()
        bounds = offsets.tolist()
        sound = bounds and bounds[0] == 0 and bounds[-1] <= len(letters)
        if not sound or any(a > b for a, b in zip(bounds, bounds[1:])):
            self._refuse("the bounds of the words do not fit them")
        try:
            return [letters[a:b].decode() for a, b in zip(bounds, bounds[1:])]
        except UnicodeDecodeError:
            self._refuse("a word is not UTF-8")

    def _matrix(self, tensors):
        stored = tensors["vectors"]
        if stored.dtype == np.float32:
            return stored
        if stored.dtype == np.float16:
            return stored.astype(np.float32)
        if "scales" not in tensors:
            self._refuse("bytes or codes without scales")
        scales = tensors["scales"][:, None]
        if stored.dtype == np.int8:
            return stored * scales
        if stored.dtype != np.uint8:
            self._refuse(f"vectors of type {stored.dtype}")
        centroids = tensors.get("centroids")
        if centroids is None or centroids.ndim != 2 or not len(centroids):
            self._refuse("codes without centroids")
        parts, width = stored.shape[1], centroids.shape[1]
        if parts > width or (stored.size and stored.max() >= len(centroids)):
            self._refuse("codes that no centroid belongs to")
        matrix = np.empty((len(stored), width), np.float32)
        for part in range(parts):
            columns = slice(part * width // parts, (part + 1) * width // parts)
            matrix[:, columns] = centroids[stored[:, part], columns]
        if "rotation" in tensors:
            if tensors["rotation"].shape != (width, width):
                self._refuse("a rotation of another size")
            matrix = matrix @ tensors["rotation"].T
        return matrix * scales

    # N-grams.

    def _ngram_shape(self):
        """The lengths of n-grams, or None."""
        if self._ngrams is None:
            return None
        try:
            rule = json.loads(self.metadata["ngrams"])
            shortest, longest = rule["shortest"], rule["longest"]
            sound = rule["hash"] == "fasttext" and 1 <= shortest <= longest
        except (KeyError, TypeError, ValueError):
            sound = False
        if not sound or self._ngrams.shape[1:] != (self.dimension,) or not len(self._ngrams):
            self._refuse("rows of n-grams without a rule that finds them")
        return shortest, longest

    def _composed(self, word):
        """The mean of the rows of a word's n-grams, or None."""
        if self._shape is None or word in ("", _END_OF_LINE):
            return None
        shortest, longest = self._shape
        letters = "<" + word + ">"
        buckets = []
        for start in range(len(letters)):
            for count in range(shortest, min(longest, len(letters) - start) + 1):
                # Of one character, neither the mark in front nor the one behind counts.
                if count == 1 and start in (0, len(letters) - 1):
                    continue
                buckets.append(_fnv(letters[start : start + count].encode()) % len(self._ngrams))
        if not buckets:
            return None
        return self._ngrams[buckets].astype(np.float64).mean(0).astype(np.float32)

    # Questions.

    @property
    def dimension(self):
        """The values of a vector."""
        return self.matrix.shape[1]

    def __len__(self):
        return len(self.words)

    def __iter__(self):
        return iter(self.words)

    def __contains__(self, word):
        return word in self._rows

    def __getitem__(self, word):
        """The vector of a word; KeyError for a word without a row and without n-grams."""
        row = self._rows.get(word)
        vector = self._composed(word) if row is None else self.matrix[row]
        if vector is None:
            raise KeyError(word)
        return vector

    def row(self, word):
        """The row of a word; KeyError for one that has none."""
        return self._rows[word]

    def similarity(self, one, other):
        """The cosine of two words' vectors."""
        one, other = (np.asarray(self[word], np.float64) for word in (one, other))
        return float(one @ other / np.sqrt((one @ one) * (other @ other)))

    def nearest(self, question, count=10):
        """The words nearest to a word, which is left out, or to a vector: [(word, cosine)], best first.

        Of equally near ones the first in the file comes first; rows without a direction are no answers.
        """
        left_out = self._rows.get(question) if isinstance(question, str) else None
        vector = np.asarray(self[question] if isinstance(question, str) else question, np.float32)
        if vector.shape != (self.dimension,):
            raise ValueError(f"a vector of shape {list(vector.shape)}, expected [{self.dimension}]")
        length = np.linalg.norm(vector)
        if not np.isfinite(length) or length == 0:
            raise ValueError("a vector without a direction")
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = (self.matrix @ (vector / length)) / self.norms
        usable = self.norms > 0
        if left_out is not None:
            usable[left_out] = False
        rows = np.flatnonzero(usable)
        order = rows[np.argsort(-scores[rows], kind="stable")[: max(0, count)]]
        return [(self.words[row], float(scores[row])) for row in order]

    def __repr__(self):
        return f"<{len(self)} words of {self.dimension} values from {self._path}>"


def _fnv(letters):
    """fastText's hash: 32-bit FNV-1a whose bytes are signed."""
    value = 2166136261
    for byte in letters:
        value = ((value ^ (byte if byte < 128 else byte | 0xFFFFFF00)) * 16777619) & 0xFFFFFFFF
    return value
