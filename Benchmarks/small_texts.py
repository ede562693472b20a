#!/usr/bin/env python3
"""What epochs, rate, subsampling and the least count do on small texts.

    Benchmarks/small_texts.py -o small.jsonl
    Benchmarks/small_texts.py -o small.jsonl --tools gensim,fasttext     # the peers at their defaults

Cuts the first 0.1, 0.3, 1, 3, 10, 30 and 100 MB from English Wikipedia, film reviews (IMDB) and
WikiText-2 (as far as they go; WORDTOOL_CORPORA names their folder), trains vectors with each setting,
and writes a JSON line for each: Spearman's correlation on MEN, WordSim-353 and SimLex-999 with the
pairs that are covered, the share of Google's analogies that is right, and the mean cosine of the 2,000
most frequent words, which is near 1 when the vectors hardly moved from where they began.
"""
import argparse
import gzip
import itertools
import json
import os
import pathlib
import subprocess
import tempfile
import time

import numpy

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = [0.1, 0.3, 1, 3, 10, 30, 100]
SETS = {"men": "EN-MEN-TR-3k.txt", "ws353": "EN-WS-353-ALL.txt", "simlex": "EN-SIMLEX-999.txt"}


def corpora():
    return pathlib.Path(os.environ["WORDTOOL_CORPORA"])


def texts(folder):
    """The three texts as plain files."""
    made = {}
    wiki = folder / "wiki.txt"
    with open(wiki, "wb") as out:
        for part in ["wiki-0", "wiki-1"]:
            out.write(gzip.open(corpora() / f"wikipedia-2015/{part}.txt.gz").read())
    made["wikipedia"] = wiki
    imdb = folder / "imdb.txt"
    with open(imdb, "wb") as out:
        for part in ["train", "test"]:
            for line in gzip.open(corpora() / f"imdb/{part}.tsv.gz"):
                out.write(line.rstrip(b"\n").split(b"\t")[-1].replace(b"<br />", b" ") + b"\n")
    made["imdb"] = imdb
    wikitext = folder / "wikitext.txt"
    wikitext.write_bytes((corpora() / "wikitext-2/train.txt").read_bytes())
    made["wikitext-2"] = wikitext
    return made


def cut(path, megabytes, folder):
    size = int(megabytes * 1e6)
    if path.stat().st_size < 0.7 * size:
        return None
    short = folder / f"{path.stem}-{megabytes}.txt"
    data = path.open("rb").read(size)
    short.write_bytes(data[: data.rfind(b"\n") + 1])
    return short


def mean_cosine(path):
    """Of the first 2,000 words of a word2vec text file."""
    rows = []
    with open(path, encoding="utf8", errors="replace") as lines:
        next(lines)
        for line in itertools.islice(lines, 2000):
            rows.append(line.rstrip().split(" ")[1:])
    rows = numpy.array(rows, dtype=float)
    rows /= numpy.linalg.norm(rows, axis=1, keepdims=True)
    count = len(rows)
    return float((numpy.linalg.norm(rows.sum(axis=0)) ** 2 - count) / (count * (count - 1)))


def ask(tool, *arguments):
    result = subprocess.run([tool, *arguments, "--json"], capture_output=True, text=True)
    return json.loads(result.stdout) if result.returncode == 0 else None


def measure(tool, vectors):
    found = {"meanCosine": mean_cosine(vectors)}
    for name, file in SETS.items():
        answer = ask(tool, "evaluate", "similarity", str(corpora() / "word-similarity" / file),
                     "-v", str(vectors))
        if answer and answer["pairs"]:
            found[name] = round(answer["spearman"], 4) if answer["spearman"] is not None else None
            found[name + "Pairs"] = answer["pairs"]
    answer = ask(tool, "evaluate", "analogies", str(corpora() / "analogy/questions-words.txt"),
                 "-v", str(vectors))
    if answer:
        found["analogies"] = answer["total"]["accuracy"]
        found["analogiesAsked"] = answer["total"]["asked"]
    return found


def with_wordtool(tool, text, setting, vectors):
    options = [part for name, value in setting.items() for part in (f"--{name}", str(value))]
    result = subprocess.run(
        [tool, "train-embeddings", str(text), "-o", str(vectors), "--json", "--progress", "none",
         *options], capture_output=True, text=True)
    if result.returncode:
        return {"error": result.stderr.strip()[-200:]}
    summary = json.loads(result.stdout)
    return {key: summary[key] for key in ["tokens", "vocabulary", "epochs", "seconds", "loss"]}


def with_gensim(tokens, setting, vectors):
    from gensim.models import Word2Vec
    model = Word2Vec(corpus_file=str(tokens), workers=2, **setting)
    model.wv.save_word2vec_format(str(vectors))
    return {}


def with_fasttext(tokens, setting, vectors):
    import fasttext
    model = fasttext.train_unsupervised(str(tokens), verbose=0, thread=2, **setting)
    words = model.get_words()
    with open(vectors, "w", encoding="utf8") as out:
        out.write(f"{len(words)} {model.get_dimension()}\n")
        for word in words:
            out.write(word + " " + " ".join(map(str, model.get_word_vector(word))) + "\n")
    return {}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--tool", default=str(ROOT / ".build/release/wordtool"))
    parser.add_argument("--tools", default="wordtool")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--texts", default="wikipedia,imdb,wikitext-2")
    parser.add_argument("--epochs", default="5,10,20,50,100,200,400,auto")
    parser.add_argument("--lr", default="0.025")
    parser.add_argument("--sample", default="0.0001")
    parser.add_argument("--min-count", default="5")
    parser.add_argument("--most-words", type=float, default=100e6,
                        help="leave out settings that read more words than this in all")
    arguments = parser.parse_args()
    grid = [arguments.epochs.split(","), arguments.lr.split(","), arguments.sample.split(","),
            arguments.min_count.split(",")]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        whole = texts(folder)
        for size in map(float, arguments.sizes.split(",")):
            for title in arguments.texts.split(","):
                text = cut(whole[title], size, folder)
                if text is None:
                    continue
                tokens = folder / "tokens.txt"
                with open(tokens, "wb") as out:
                    subprocess.run([arguments.tool, "tokenize", str(text), "--format", "spaces"],
                                   stdout=out, check=True)
                words = len(tokens.read_bytes().split())
                jobs = []
                for tool in arguments.tools.split(","):
                    if tool == "wordtool":
                        for epochs, rate, sample, least in itertools.product(*grid):
                            passes = 5 if epochs == "auto" else int(epochs)
                            if passes > 5 and words * passes > arguments.most_words:
                                continue
                            setting = {"epochs": epochs, "lr": rate, "sample": sample,
                                       "min-count": least}
                            jobs.append((tool, setting))
                    elif tool == "gensim":
                        jobs += [(tool, {}), (tool, {"sg": 1})]
                    else:
                        jobs.append((tool, {}))
                for tool, setting in jobs:
                    vectors = folder / "vectors.vec"
                    start = time.time()
                    if tool == "wordtool":
                        line = with_wordtool(arguments.tool, text, setting, vectors)
                    elif tool == "gensim":
                        line = with_gensim(tokens, setting, vectors)
                    else:
                        line = with_fasttext(tokens, setting, vectors)
                    line = {"text": title, "megabytes": size, "words": words, "tool": tool,
                            **{"setting": setting}, "wall": round(time.time() - start, 2), **line}
                    if "error" not in line:
                        line |= measure(arguments.tool, vectors)
                    with open(arguments.output, "a", encoding="utf8") as out:
                        out.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
