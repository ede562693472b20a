"""Compares vectors of 1,000 texts with model2vec's and with those of sentence-transformers'
StaticEmbedding, for every kind of tokenizer: see ../interop.sh.

static_models.py WORDTOOL FOLDER; FOLDER is scratch space. The texts are those in WORDTOOL_CORPORA, in
several scripts, else made up. Exits 1 when a check fails.
"""

import json
import os
import random
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

warnings.filterwarnings("ignore")

TOOL, FOLDER = sys.argv[1], Path(sys.argv[2]) / "static_models"
FOLDER.mkdir(exist_ok=True)
DRAW = np.random.default_rng(20260401)
CHOICE = random.Random(20260401)
DIMENSION = 16
N, P = normalizers, pre_tokenizers
GPT4 = (
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]"
    r"|\s+(?!\S)|\s+")

passed = failed = 0


def check(name, run):
    """Runs one check, which says what is wrong by an exception, and counts it."""
    global passed, failed
    try:
        run()
        passed += 1
        print(f"  passed: {name}")
    except Exception as error:  # whatever a library throws is a failed check
        failed += 1
        print(f"  FAILED: {name}: {type(error).__name__}: {error}")


def texts():
    """1,000 lines in several scripts, some of them long, some empty, some with odd characters."""
    corpora = os.environ.get("WORDTOOL_CORPORA")
    lines = []
    if corpora:
        for path in sorted(Path(corpora, "multilingual").glob("*.txt")):
            lines += path.read_text(encoding="utf8").splitlines()[:300]
        lines += Path(corpora, "wikitext-2/valid.txt").read_text(encoding="utf8").splitlines()[:600]
    else:
        words = "the river Zürich naïve 東京都 мир שלום مرحبا हिन्दी don't 1984 C++ é ½ ﬁn".split()
        lines = [" ".join(CHOICE.choices(words, k=CHOICE.randrange(40))) for _ in range(1500)]
    odd = [chr(c) for c in range(0x20, 0x3000) if chr(c).isprintable()] + list("\t\u200b\ufeff\u0085\u00ad🙂👩‍👧")
    lines = [line.replace("\r", " ") for line in lines]
    for _ in range(150):
        lines.append("".join(CHOICE.choices(odd + list(" abcdefgh") * 300, k=60)))
    CHOICE.shuffle(lines)
    lines = [line for line in lines if len(line.splitlines()) < 2 and "\n" not in line][:990]
    return lines + ["", " ", "x" * 3000, "the of " * 2000, "[MASK] a[MASK]b <mask> end", "zzz", "##ing", "▁the", "Ġthe", "\u0301"]


TEXTS = texts()


def asked(folder):
    """What wordtool answers."""
    done = subprocess.run(
        [TOOL, "vector", "-v", folder, "--text-lines", "-", "--json"], input="\n".join(TEXTS) + "\n",
        capture_output=True, encoding="utf8")
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip())
    return [json.loads(line)["vector"] for line in done.stdout.split("\n") if line]


def same(folder, expected, tolerance):
    made = np.array(asked(folder), "f8")
    difference = np.abs(made - np.asarray(expected, "f8")).max(axis=1)
    wrong = np.flatnonzero(~(difference <= tolerance))
    if len(wrong):
        first = TEXTS[wrong[0]][:80]
        raise AssertionError(f"{len(wrong)} texts differ, the first {ascii(first)} by {difference[wrong[0]]:.3g}")


def trained(model, trainer, normalizer, splitter):
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if splitter is not None:
        tokenizer.pre_tokenizer = splitter
    tokenizer.train_from_iterator(TEXTS, trainer)
    return tokenizer


def word_piece(normalizer, splitter):
    trainer = trainers.WordPieceTrainer(vocab_size=1500, special_tokens=["[PAD]", "[UNK]"], limit_alphabet=400,
                                        show_progress=False)
    tokenizer = trained(models.WordPiece(unk_token="[UNK]"), trainer, normalizer, splitter)
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True)])
    return tokenizer


def unigram(normalizer, splitter):
    trainer = trainers.UnigramTrainer(vocab_size=6000, special_tokens=["<unk>"], unk_token="<unk>",
                                      show_progress=False)
    tokenizer = Tokenizer(models.Unigram())
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    # Not of all texts: some characters are to be unknown.
    tokenizer.train_from_iterator(TEXTS[:500], trainer)
    tokenizer.add_tokens([AddedToken("<mask>", rstrip=True, single_word=True)])
    return tokenizer


def byte_bpe(normalizer, splitter, ignores=False):
    trainer = trainers.BpeTrainer(vocab_size=1200, initial_alphabet=P.ByteLevel.alphabet(), show_progress=False)
    return trained(models.BPE(ignore_merges=ignores), trainer, normalizer, splitter)


def bpe(normalizer, splitter, **options):
    trainer = trainers.BpeTrainer(
        vocab_size=1500, special_tokens=["<unk>"], limit_alphabet=300, show_progress=False,
        **{key: value for key, value in options.items() if key != "fuse_unk"})
    return trained(models.BPE(unk_token="<unk>", **options), trainer, normalizer, splitter)


def words(normalizer, splitter):
    trainer = trainers.WordLevelTrainer(vocab_size=800, special_tokens=["[UNK]"], show_progress=False)
    return trained(models.WordLevel(unk_token="[UNK]"), trainer, normalizer, splitter)


def byte_split(pattern):
    return P.Sequence([P.Split(Regex(pattern), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)])


KINDS = {
    "BERT": lambda: word_piece(N.BertNormalizer(), P.BertPreTokenizer()),
    "BERT, cased": lambda: word_piece(N.BertNormalizer(lowercase=False, strip_accents=True), P.BertPreTokenizer()),
    "WordPiece, NFKD": lambda: word_piece(N.Sequence([N.NFKD(), N.StripAccents(), N.Lowercase()]), P.Whitespace()),
    "Metaspace": lambda: unigram(N.Sequence([N.NFKC(), N.Replace(Regex(" {2,}"), " ")]), P.Metaspace()),
    "Unigram, Nmt": lambda: unigram(
        N.Sequence([N.Nmt(), N.NFKC(), N.Strip()]), P.Sequence([P.WhitespaceSplit(), P.Metaspace()])),
    "Unigram, first": lambda: unigram(None, P.Metaspace(prepend_scheme="first", split=False)),
    "GPT-2": lambda: byte_bpe(None, P.ByteLevel()),
    "GPT-4": lambda: byte_bpe(N.NFC(), byte_split(GPT4)),
    "Llama 3": lambda: byte_bpe(None, byte_split(GPT4), ignores=True),
    "BPE, fused": lambda: bpe(N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")]), None, fuse_unk=True),
    "BPE, ends": lambda: bpe(N.Lowercase(), P.Whitespace(), end_of_word_suffix="</w>"),
    "BPE, insides": lambda: bpe(N.NFD(), P.BertPreTokenizer(), continuing_subword_prefix="##"),
    "words": lambda: words(
        N.NFC(), P.Sequence([P.WhitespaceSplit(), P.Punctuation("merged_with_previous"), P.Digits()])),
    "words, dashes": lambda: words(None, P.Sequence([P.Split(" ", "removed"), P.CharDelimiterSplit("-")])),
}


def model2vecs():
    for place, (name, make) in enumerate(KINDS.items()):
        tokenizer = make()
        size = tokenizer.get_vocab_size()

        def run(tokenizer=tokenizer, size=size, place=place):
            rows = 60 if place % 3 == 0 else size
            model = StaticModel(
                DRAW.standard_normal((rows, DIMENSION)).astype("f4"), tokenizer,
                weights=DRAW.random(size).astype("f4") if place % 2 else None,
                token_mapping=DRAW.integers(0, rows, size) if rows < size else None,
                normalize=place % 4 < 2, max_length=[512, 20, None][place % 3])
            where = FOLDER / f"m{place}"
            model.save_pretrained(where)
            same(where, StaticModel.from_pretrained(where).encode(TEXTS), 1e-5)

        check(f"model2vec, {name}", run)

        def static(tokenizer=tokenizer, size=size, place=place):
            tokenizer = Tokenizer.from_str(tokenizer.to_str())
            tokenizer.no_truncation()
            if place % 2:
                tokenizer.enable_truncation(30, direction="left" if place % 4 == 1 else "right")
            module = StaticEmbedding(tokenizer, DRAW.standard_normal((size, DIMENSION)).astype("f4"))
            model = SentenceTransformer(modules=[module, Normalize()] if place % 3 else [module])
            where = FOLDER / f"s{place}"
            model.save(str(where))
            same(where, SentenceTransformer(str(where)).encode(TEXTS), 1e-5)

        check(f"StaticEmbedding, {name}", static)


def halves():
    """Half floats: a mean is one as well. Lengths of 1 are of sums in another order, and so to a step."""
    for name, weights, normalize, tolerance in [
        ("plain", None, False, 1e-6), ("factors", "f2", False, 1e-6), ("factors of floats", "f4", False, 1e-3),
        ("length 1", None, True, 1e-3),
    ]:

        def run(name=name, weights=weights, normalize=normalize, tolerance=tolerance):
            tokenizer = KINDS["BERT"]()
            size = tokenizer.get_vocab_size()
            model = StaticModel(
                DRAW.standard_normal((size, DIMENSION)).astype("f2"), tokenizer, normalize=normalize,
                weights=None if weights is None else DRAW.random(size).astype(weights))
            where = FOLDER / "half"
            model.save_pretrained(where)
            same(where, StaticModel.from_pretrained(where).encode(TEXTS), tolerance)

        check(f"model2vec, half floats, {name}", run)


print(f"{len(TEXTS)} texts")
model2vecs()
halves()
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
