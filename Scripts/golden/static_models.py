#!/usr/bin/env python3
"""Makes the folders of model2vec and sentence-transformers that Tests/Word2VecTests reads, what these
libraries say of some texts, and what `tokenizers` makes of texts step by step.

    pip install model2vec==0.10.0 tokenizers==0.23.3 sentence-transformers==6.2.0 \
        sentencepiece==0.2.3 protobuf torch==2.13.0
    Scripts/golden/static_models.py TEXT Tests/Word2VecTests/Fixtures Tests/SubwordTests/Fixtures

The tokenizers are trained on TEXT, any text of some thousand lines. The tables are random.
"""
import base64
import json
import pathlib
import sys
import tempfile

import numpy as np
import sentencepiece
from model2vec import StaticModel
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

TEXTS = [
    "", " ", "The quick brown fox", "the queen of Sweden's 3 cats, and   2 dogs!", "naïve café ÉTÉ",
    "Ångström ﬁne Ⅷ ½ x² ①", "東京は日本の首都です", "мир и война", "ΟΔΟΣ Σίσυφος", "straße GROẞ İstanbul",
    "สวัสดีชาวโลก", "مرحبا بالعالم", "हिन्दी में", "👩‍👩‍👧 🙂 ok", "a\tb\nc\u00a0d\u200be\u0007f\ufffd",
    "zzzz qqqq", "x" * 300, "don't won't I'm they'll", "word [MASK] word<mask>word <mask> end", "1234567 8",
    "  leading and trailing  ", "e\u0301 u\u0308 \u1100\u1161", "C++ #1 $5 <b>", "of the " * 40,
    "supercalifragilistic antidisestablishmentarianism of the",
]
LLAMA = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+")
DIMENSION = 4


def trained(model, trainer, normalizer, pre_tokenizer, lines):
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def character_map(folder):
    """A small map of characters as SentencePiece compiles it."""
    rules = folder / "rules.tsv"
    pairs = [("FB01", "66 69"), ("2167", "56 49 49 49"), ("BD", "31 2F 32"), ("65 301", "E9"), ("A0", "20"),
             ("200B", ""), ("1100 1161", "AC00"), ("9", "20"), ("A", "20")]
    rules.write_text("".join(f"{a}\t{b}\n" for a, b in pairs))
    text = folder / "text"
    text.write_text("a b c d e f g h i j\n" * 10)
    sentencepiece.SentencePieceTrainer.train(
        input=str(text), model_prefix=str(folder / "m"), vocab_size=14, minloglevel=2,
        normalization_rule_tsv=str(rules), hard_vocab_limit=False)
    from sentencepiece import sentencepiece_model_pb2 as proto
    model = proto.ModelProto()
    model.ParseFromString((folder / "m.model").read_bytes())
    return model.normalizer_spec.precompiled_charsmap


def tokenizers(lines, folder):
    N, P, T = normalizers, pre_tokenizers, trainers
    word_piece = trained(
        models.WordPiece(unk_token="[UNK]"),
        T.WordPieceTrainer(vocab_size=170, special_tokens=["[PAD]", "[UNK]"], limit_alphabet=60, show_progress=False),
        N.BertNormalizer(), P.BertPreTokenizer(), lines)
    word_piece.add_special_tokens([AddedToken("[MASK]", lstrip=True)])
    yield "wordpiece", word_piece
    charsmap = character_map(folder)
    yield "unigram", trained(
        models.Unigram(),
        T.UnigramTrainer(vocab_size=220, special_tokens=["<s>", "<unk>", "<mask>"], unk_token="<unk>",
                         show_progress=False),
        N.Sequence([N.Precompiled(charsmap), N.Replace(Regex(" {2,}"), " ")]),
        P.Metaspace(), [line for line in lines if line.isascii()] + ["naïve café été"] * 9)
    yield "bytes", trained(
        models.BPE(), T.BpeTrainer(vocab_size=360, initial_alphabet=P.ByteLevel.alphabet(), show_progress=False),
        N.NFC(), P.Sequence([P.Split(Regex(LLAMA), "isolated"), P.ByteLevel(add_prefix_space=False, use_regex=False)]),
        lines)
    spaced = N.Sequence([N.Prepend("▁"), N.Replace(" ", "▁")])
    fallback = [f"<0x{b:02X}>" for b in range(256)]
    bpe = trained(
        models.BPE(unk_token="<unk>", fuse_unk=True),
        T.BpeTrainer(vocab_size=430, special_tokens=["<unk>"] + fallback, limit_alphabet=50, show_progress=False),
        spaced, None, [line.replace(" ", " ") for line in lines])
    text = json.loads(bpe.to_str())
    text["model"]["byte_fallback"] = True
    text["added_tokens"] = text["added_tokens"][:1]
    yield "fallback", Tokenizer.from_str(json.dumps(text))
    yield "ends", trained(
        models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"),
        T.BpeTrainer(vocab_size=170, special_tokens=["<unk>"], end_of_word_suffix="</w>", limit_alphabet=40,
                     show_progress=False),
        N.Sequence([N.NFKC(), N.Lowercase(), N.Strip()]), P.Whitespace(), lines)
    words = trained(
        models.WordLevel(unk_token="[UNK]"),
        T.WordLevelTrainer(vocab_size=120, special_tokens=["[UNK]"], show_progress=False),
        N.Sequence([N.NFD(), N.StripAccents()]),
        P.Sequence([P.WhitespaceSplit(), P.Punctuation("contiguous"), P.Digits(individual_digits=True)]), lines)
    words.add_tokens([AddedToken("<mask>", single_word=True), AddedToken("été", normalized=True)])
    yield "words", words


def floats(values):
    return [float(x) for x in values]


def save(tokenizer, path):
    """As short as may be."""
    path.write_text(
        json.dumps(json.loads(tokenizer.to_str()), ensure_ascii=False, separators=(",", ":")), encoding="utf8")


def model2vecs(lines, folder, scratch):
    draw = np.random.default_rng(7)
    golden = {}
    for name, tokenizer in tokenizers(lines, scratch):
        size = tokenizer.get_vocab_size()
        vectors = draw.standard_normal((size, DIMENSION)).astype("f4")
        weights = mapping = None
        max_length = 16
        if name == "unigram":
            weights = draw.random(size).astype("f8")
        if name == "bytes":
            mapping = draw.integers(0, 20, size)
            vectors = vectors[:20]
            weights = draw.random(size).astype("f4")
        if name == "fallback":
            max_length = None
        if name == "ends":
            vectors = vectors.astype("f2")
        if name == "words":
            vectors = (vectors * 30).astype("i1")
        model = StaticModel(vectors, tokenizer, weights=weights, token_mapping=mapping, max_length=max_length,
                            normalize=name in ("wordpiece", "fallback"))
        where = folder / name
        model.save_pretrained(where)
        model = StaticModel.from_pretrained(where)
        for extra in ("README.md", "modules.json"):
            (where / extra).unlink()
        save(model.tokenizer, where / "tokenizer.json")
        encode = Tokenizer.from_file(str(where / "tokenizer.json"))
        encode.no_truncation()
        golden[name] = {
            "ids": [encode.encode(text, add_special_tokens=False).ids for text in TEXTS],
            "vectors": [floats(model.encode(text)) for text in TEXTS],
        }
        if name == "wordpiece":
            static(tokenizer, vectors, folder, golden)
    return golden


def static(tokenizer, vectors, folder, golden):
    """The same tokenizer as sentence-transformers has it, at the top and in a folder of its own."""
    tokenizer = Tokenizer.from_str(tokenizer.to_str())
    tokenizer.enable_truncation(20)
    module = StaticEmbedding(tokenizer, embedding_weights=vectors)
    for name, modules, extra in [
        ("static", [module, Normalize()], {"prompts": {"query": "query: "}, "default_prompt_name": "query"}),
        ("nested", [module], {}),
    ]:
        model = SentenceTransformer(modules=modules, **extra)
        where = folder / name
        model.save(str(where))
        (where / "README.md").unlink()
        if name == "nested":
            inside = where / "0_StaticEmbedding"
            inside.mkdir()
            for part in ("model.safetensors", "tokenizer.json"):
                (where / part).rename(inside / part)
            listed = json.loads((where / "modules.json").read_text())
            listed[0]["path"] = "0_StaticEmbedding"
            (where / "modules.json").write_text(json.dumps(listed))
        for path in [where, where / "0_StaticEmbedding"]:
            if (path / "tokenizer.json").exists():
                save(tokenizer, path / "tokenizer.json")
        model = SentenceTransformer(str(where))
        golden[name] = {"vectors": [floats(v) for v in model.encode(TEXTS)]}


def steps(scratch):
    """What single normalizers and pre-tokenizers make of the texts."""
    N, P = normalizers, pre_tokenizers
    texts = [text for text in TEXTS if len(text) < 70] + ["xaxxa", "a--b", "--a--", "12ab34", "\u2003x", "᠎\u1885\u0301"]
    charsmap = character_map(scratch)
    result = {"texts": texts, "normalizers": [], "pre_tokenizers": []}
    for step in [
        N.BertNormalizer(), N.BertNormalizer(lowercase=False), N.BertNormalizer(strip_accents=False),
        N.BertNormalizer(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False),
        N.Lowercase(), N.NFC(), N.NFD(), N.NFKC(), N.NFKD(), N.Sequence([N.NFKD(), N.StripAccents()]),
        N.Strip(), N.Strip(left=False), N.Prepend("_-"), N.Replace("x", "yy"), N.Replace(Regex(r"\s+"), " "),
        N.Replace(Regex(r"^\S|(?<=a)x"), ""), N.Nmt(), N.Precompiled(charsmap), N.ByteLevel(),
    ]:
        holder = Tokenizer(models.WordLevel({"a": 0}, "a"))
        holder.normalizer = step
        result["normalizers"].append(
            [json.loads(holder.to_str())["normalizer"], [step.normalize_str(text) for text in texts]])
    behaviors = ["removed", "isolated", "merged_with_previous", "merged_with_next", "contiguous"]
    cutters = [
        P.BertPreTokenizer(), P.Whitespace(), P.WhitespaceSplit(), P.Metaspace(), P.Metaspace(prepend_scheme="first"),
        P.Metaspace("_", prepend_scheme="never", split=False), P.ByteLevel(), P.ByteLevel(False, use_regex=False),
        P.Digits(), P.Digits(individual_digits=True), P.CharDelimiterSplit("-"),
        P.Sequence([P.WhitespaceSplit(), P.Metaspace(prepend_scheme="first")]), P.Split(Regex(LLAMA), "isolated"),
        P.Split(Regex(r"\w+|[^\w\s]+"), "removed", invert=True),
    ]
    cutters += [P.Punctuation(behavior) for behavior in behaviors]
    cutters += [P.Split("-", behavior, invert=turned) for behavior in behaviors for turned in (False, True)]
    for step in cutters:
        holder = Tokenizer(models.WordLevel({"a": 0}, "a"))
        holder.pre_tokenizer = step
        result["pre_tokenizers"].append(
            [json.loads(holder.to_str())["pre_tokenizer"],
             [[piece for piece, _ in step.pre_tokenize_str(text)] for text in texts]])
    return result


def main():
    lines = pathlib.Path(sys.argv[1]).read_text(encoding="utf8").splitlines()[:3000]
    lines += [text for text in TEXTS[2:14] for _ in range(3)]
    folder = pathlib.Path(sys.argv[2]) / "static"
    with tempfile.TemporaryDirectory() as scratch:
        golden = model2vecs(lines, folder, pathlib.Path(scratch))
        made = steps(pathlib.Path(scratch))
    golden["texts"] = TEXTS
    with open(folder.parent / "static.json", "w", encoding="utf8") as file:
        json.dump(golden, file, ensure_ascii=False, separators=(",", ":"))
    with open(pathlib.Path(sys.argv[3]) / "steps.json", "w", encoding="utf8") as file:
        json.dump(made, file, ensure_ascii=False, separators=(",", ":"))


main()
