#!/usr/bin/env python3
"""Capitals and punctuation of real text as tags of words, and what others make of them.

tagging.py make FOLDER [WORDS]         train.tsv, valid.tsv and test.tsv from Wikipedia of May 2015 in
                                       the folder in WORDTOOL_CORPORA; WORDS to train on (1,000,000)
tagging.py baseline FOLDER [TAGS]      every word gets the tag it has most often in train.tsv; or how
                                       good the tags are that `wordtool tag` printed into TAGS
tagging.py pytorch FOLDER              a bidirectional LSTM of PyTorch with the sizes and the training
                                       of `wordtool train-tagger --lr 0.002`, one thread

Each word is lower-cased and loses the marks around it; its tag says what it was: `lower`, `Upper` (the
first letter), `ALL` or `miXed` capitals, and the mark that followed: `,` `.` (also `!`) `?` `:` (also
`;`) or none. A sentence of the files is at most 64 words of a paragraph, cut without a look at where
sentences end. Test text comes from another file of the corpus than training text.
"""

import gzip
import os
import sys
import time
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

LONGEST = 64
MARKS = {",": ",", ".": ".", "!": ".", "?": "?", ":": ":", ";": ":"}
AROUND = "\"'“”‘’«»()[]{}„‚*_"


def tagged(token):
    """The word and the tag of what stands between spaces; None where there is no letter or digit."""
    word = token.strip(AROUND)
    mark = ""
    while word and word[-1] in MARKS:
        # Of an abbreviation the stop is the word's own: U.S. and e.g. have one inside.
        if word[-1] == "." and "." in word[:-1] and word[:-1].replace(".", "").isalpha():
            break
        mark = MARKS[word[-1]]
        word = word[:-1].rstrip(AROUND)
    if not any(character.isalnum() for character in word):
        return None
    letters = [character for character in word if character.isalpha()]
    capitals = [character.isupper() for character in letters]
    if not any(capitals):
        case = "lower"
    elif len(capitals) > 1 and all(capitals):
        case = "ALL"
    else:
        case = "miXed" if any(capitals[1:]) else "Upper"
    return word.lower(), case + mark


def sentences(path):
    """Pieces of paragraphs; titles, which have no mark at their end, are left out."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            tokens = line.split()
            if len(tokens) < 12 or tokens[-1][-1] not in ".?!":
                continue
            words = [pair for pair in map(tagged, tokens) if pair]
            for start in range(0, len(words), LONGEST):
                yield words[start : start + LONGEST]


def write(path, source, count):
    """At least `count` words."""
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for sentence in source:
            file.writelines(f"{word}\t{tag}\n" for word, tag in sentence)
            file.write("\n")
            written += len(sentence)
            if written >= count:
                break
    print(f"{path}: {written} words")


def make(folder, count):
    corpora = Path(os.environ["WORDTOOL_CORPORA"]) / "wikipedia-2015"
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "train.tsv", sentences(corpora / "wiki-0.txt.gz"), count)
    held = islice(sentences(corpora / "wiki-2.txt.gz"), 20_000, None)
    write(folder / "valid.tsv", held, 50_000)
    write(folder / "test.tsv", held, 200_000)


def read(path):
    """Sentences as lists of words and tags."""
    result = [([], [])]
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line:
            result.append(([], []))
            continue
        word, tag = line.split("\t")
        result[-1][0].append(word)
        result[-1][1].append(tag)
    return [pair for pair in result if pair[0]]


def report(right, given):
    """Accuracy, and precision, recall and F1 of each tag, of each kind of capitals and each mark."""
    def line(name, truth, answer):
        hits, asked, said = sum((truth & answer).values()), len(truth), len(answer)
        if not asked:
            return
        precision, recall = hits / max(1, said), hits / asked
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"{name:8} {asked:8} {precision:9.4f} {recall:7.4f} {f1:7.4f}")

    def places(tags, wanted):
        return Places(place for place, tag in enumerate(tags) if wanted(tag))

    correct = sum(a == b for a, b in zip(right, given, strict=True))
    print(f"accuracy {correct / len(right):.4f} of {len(right)} words")
    print("tag         words precision  recall      F1")
    for tag, _ in Counter(right).most_common():
        line(tag, places(right, tag.__eq__), places(given, tag.__eq__))
    for case in ["Upper", "ALL", "miXed"]:
        line(case + "*", *(places(t, lambda tag: tag.startswith(case)) for t in (right, given)))
    for mark in ",.?:":
        line("*" + mark, *(places(t, lambda tag: tag.endswith(mark)) for t in (right, given)))


class Places(set):
    """A set whose intersection can be summed up."""

    def __and__(self, other):
        return Counter(set.__and__(self, other))


def baseline(folder):
    counts, overall = defaultdict(Counter), Counter()
    for words, tags in read(folder / "train.tsv"):
        for word, tag in zip(words, tags):
            counts[word][tag] += 1
            overall[tag] += 1
    usual = overall.most_common(1)[0][0]
    best = {word: found.most_common(1)[0][0] for word, found in counts.items()}
    test = read(folder / "test.tsv")
    report(
        [tag for _, tags in test for tag in tags],
        [best.get(word, usual) for words, _ in test for word in words],
    )


def pytorch(folder):
    import torch
    from torch import nn
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

    torch.set_num_threads(1)
    torch.manual_seed(1)
    train, valid, test = (read(folder / f"{name}.tsv") for name in ("train", "valid", "test"))
    counts = Counter(word for words, _ in train for word in words)
    ids = {word: place + 1 for place, word in enumerate(w for w in counts if counts[w] >= 2)}
    tags = sorted({tag for _, found in train for tag in found})
    places = {tag: place for place, tag in enumerate(tags)}

    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(len(ids) + 1, 100)
            nn.init.uniform_(self.embedding.weight, -0.1, 0.1)
            self.rnn = nn.LSTM(100, 128, bidirectional=True, batch_first=True)
            self.output = nn.Linear(256, len(tags))
            self.dropout = nn.Dropout(0.3)

        def forward(self, words, lengths):
            packed = pack_padded_sequence(
                self.dropout(self.embedding(words)), lengths, True, enforce_sorted=False)
            steps, _ = pad_packed_sequence(self.rnn(packed)[0], True)
            return self.output(self.dropout(steps))

    def tensors(some):
        rows = [torch.tensor([ids.get(word, 0) for word in words]) for words, _ in some]
        right = [torch.tensor([places.get(tag, -1) for tag in found]) for _, found in some]
        lengths = torch.tensor([len(row) for row in rows])
        return pad_sequence(rows, True), lengths, pad_sequence(right, True, -1)

    def answer(model, some):
        model.eval()
        result = []
        with torch.no_grad():
            for start in range(0, len(some), 64):
                words, lengths, _ = tensors(some[start : start + 64])
                for row, length in zip(model(words, lengths).argmax(2), lengths):
                    result += [tags[tag] for tag in row[:length]]
        return result

    model = Tagger()
    epochs, batch = int(os.environ.get("EPOCHS", 3)), 32
    optimizer = torch.optim.Adam(model.parameters(), 0.002)
    steps, step, trained = epochs * ((len(train) + batch - 1) // batch), 0, 0.0
    for epoch in range(epochs):
        start = time.process_time()
        model.train()
        order = torch.randperm(len(train)).tolist()
        for first in range(0, len(order), batch):
            for group in optimizer.param_groups:
                group["lr"] = 0.002 * (1 - 0.9 * step / steps)
            words, lengths, right = tensors([train[place] for place in order[first : first + batch]])
            loss = nn.functional.cross_entropy(
                model(words, lengths).flatten(0, 1), right.flatten(), ignore_index=-1)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 5)
            optimizer.step()
            step += 1
        trained += time.process_time() - start
        right = [tag for _, found in valid for tag in found]
        hits = sum(a == b for a, b in zip(answer(model, valid), right))
        print(f"pass {epoch + 1}: valid accuracy {hits / len(right):.4f}", flush=True)
    count = sum(len(words) for words, _ in train) * epochs
    print(f"{count / trained:.0f} words a second of processor time")
    report([tag for _, found in test for tag in found], answer(model, test))


if len(sys.argv) < 3 or sys.argv[1] not in ("make", "baseline", "pytorch"):
    sys.exit(__doc__)
directory = Path(sys.argv[2])
if sys.argv[1] == "make":
    make(directory, int(sys.argv[3]) if len(sys.argv) > 3 else 1_000_000)
elif sys.argv[1] == "pytorch":
    pytorch(directory)
elif len(sys.argv) > 3:
    given = [tag for _, tags in read(Path(sys.argv[3])) for tag in tags]
    report([tag for _, tags in read(directory / "test.tsv") for tag in tags], given)
else:
    baseline(directory)
