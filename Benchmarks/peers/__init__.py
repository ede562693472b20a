"""The tools that are compared: where they are found, and the command that trains with each."""

import datetime
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent


@dataclass(frozen=True)
class Options:
    """What every tool is asked for alike."""

    model: str = "skipgram"
    loss: str = "ns"
    #: Lengths of n-grams of characters, "3-6", or "".
    subwords: str = ""
    dim: int = 100
    window: int = 5
    negative: int = 5
    sample: float = 1e-4
    min_count: int = 5
    lr: float = 0.025
    #: GloVe's alone: the count from which on all pairs weigh the same.
    x_max: float = 100
    threads: int = 2
    epochs: int = 1
    seed: int = 1

    @property
    def ngrams(self):
        """The least and the greatest length of n-grams, 0 and 0 for none."""
        if not self.subwords:
            return 0, 0
        least, _, greatest = self.subwords.partition("-")
        return int(least), int(greatest or least)

    def words(self):
        """What all tools are asked for, for the head of a report."""
        if self.model == "glove":
            return f"glove, window {self.window}, x_max {self.x_max:g}, min-count {self.min_count}"
        return (
            f"{self.model}, {self.loss}, subwords {self.subwords or 'none'}, window {self.window},"
            f" {self.negative} negatives, sample {self.sample:g}, min-count {self.min_count}"
        )

    @property
    def buckets(self):
        """fastText's number of rows, for all that have n-grams."""
        return 2_000_000 if self.subwords else 0


@dataclass(frozen=True)
class Run:
    """What one process took."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


class Tool:
    """One tool: its name, its version, and its command lines."""

    name = ""
    #: The word that says which of the two texts it reads: "whole" or "lines".
    text = "whole"
    #: Suffix of the vector file that the timed command writes.
    suffix = ".bin"

    #: The models, losses and kinds of subwords that it can train.
    models = ("skipgram", "cbow")
    losses = ("ns", "hs")
    has_subwords = False

    def missing(self):
        """Why the tool cannot be used, or None."""

    def can(self, options):
        """Whether it trains such vectors."""
        return (
            options.model in self.models
            and options.loss in self.losses
            and (self.has_subwords or not options.subwords)
        )

    def version(self):
        """One line that identifies what was measured."""

    def command(self, text, output, options):
        """The command from text to vector file."""

    def evaluable(self, text, output, options):
        """The command whose vectors can be evaluated, and the file that then has them."""
        return self.command(text, output, options), output


class Wordtool(Tool):
    name = "wordtool"
    models = ("skipgram", "cbow", "glove")
    has_subwords = True
    suffix = ".safetensors"

    def __init__(self):
        self.path = os.environ.get("WORDTOOL") or str(PROJECT / ".build/release/wordtool")

    def missing(self):
        if shutil.which(self.path) is None:
            return "no release build: run `swift build -c release`, or set WORDTOOL to the binary"

    def version(self):
        def git(*arguments):
            done = subprocess.run(
                ["git", "-C", str(PROJECT), *arguments], capture_output=True, text=True
            )
            return done.stdout.strip()

        changed = ", changed" if git("status", "--porcelain", "--untracked-files=no") else ""
        return f"commit {git('rev-parse', '--short=12', 'HEAD')}{changed}, {short_hash(self.path)}"

    def command(self, text, output, options):
        if options.model == "glove":
            extra = ["--x-max", options.x_max]
        else:
            extra = ["--loss", options.loss, "--sample", options.sample]
            if options.loss == "ns":
                extra += ["--negative", options.negative]
        if options.subwords:
            extra += ["--subwords", options.subwords, "--buckets", options.buckets]
        return [
            self.path, "train-embeddings", text, "-o", output, "--tokenizer", "whitespace",
            "--no-lowercase", "--normalize", "none", "--model", options.model,
            *extra, "--dim", options.dim, "--window", options.window,
            "--min-count", options.min_count, "--lr", options.lr,
            "--epochs", options.epochs, "--threads", options.threads, "--seed", options.seed, "-q",
        ]  # fmt: skip


class Word2vecC(Tool):
    name = "word2vec.c"

    def __init__(self):
        self.path = os.environ.get("WORD2VEC") or "word2vec"

    def missing(self):
        if shutil.which(self.path) is None:
            return "set WORD2VEC to its patched binary (README.md says how to make it)"
        progress = self.progress()
        if progress < 95:
            return (
                f"{self.path} loses epochs: asked for three, it stops at {progress:.0f} % of the"
                " work; patch it as README.md says"
            )

    def progress(self):
        """How much of three epochs the binary does on one thread, in per cent."""
        with tempfile.TemporaryDirectory() as folder:
            text = os.path.join(folder, "text")
            # Progress is printed every 10,000 words: many words, so that the last print is near
            # the end.
            Path(text).write_text("one two three four five six seven eight nine ten " * 40_000)
            done = subprocess.run(
                [self.path, "-train", text, "-output", text + ".out", "-cbow", "0", "-size", "4",
                 "-iter", "3", "-threads", "1", "-debug", "2", "-sample", "0", "-negative", "1"],
                capture_output=True, text=True,
            )  # fmt: skip
        found = re.findall(r"Progress: ([0-9.]+)%", done.stdout)
        return float(found[-1]) if found else 0

    def version(self):
        return f"{short_hash(shutil.which(self.path))}, trains all its epochs"

    def command(self, text, output, options):
        return [
            self.path, "-train", text, "-output", output, "-binary", 1,
            "-cbow", int(options.model == "cbow"), "-hs", int(options.loss == "hs"),
            "-size", options.dim, "-window", options.window,
            "-negative", options.negative if options.loss == "ns" else 0,
            "-sample", options.sample, "-min-count", options.min_count, "-alpha", options.lr,
            "-iter", options.epochs, "-threads", options.threads, "-debug", 0,
        ]  # fmt: skip


class Gensim(Tool):
    name = "gensim"
    has_subwords = True
    text = "lines"

    def missing(self):
        if importlib.util.find_spec("gensim") is None:
            return "`pip install gensim`"

    def version(self):
        numpy = importlib.metadata.version("numpy")
        return f"gensim {importlib.metadata.version('gensim')}, numpy {numpy}"

    def command(self, text, output, options):
        return script("train_gensim.py", text, output, options)


class FastText(Tool):
    name = "fastText"
    has_subwords = True

    def __init__(self):
        self.path = os.environ.get("FASTTEXT")

    def missing(self):
        if self.path:
            if shutil.which(self.path) is None:
                return f"FASTTEXT is {self.path}, which is no program"
        elif importlib.util.find_spec("fasttext") is None:
            return "set FASTTEXT to its binary, or `pip install fasttext-wheel`"

    def version(self):
        if self.path:
            return f"{short_hash(self.path)}"
        for package in ("fasttext", "fasttext-wheel"):
            try:
                return f"{package} {importlib.metadata.version(package)} (Python module)"
            except importlib.metadata.PackageNotFoundError:
                pass
        return "Python module of unknown version"

    def command(self, text, output, options):
        if not self.path:
            return script("train_fasttext.py", text, output, options)
        return [
            # It appends .bin and .vec.
            self.path, options.model, "-input", text, "-output", output.removesuffix(".bin"),
            "-loss", options.loss, "-minn", options.ngrams[0], "-maxn", options.ngrams[1],
            "-bucket", options.buckets, "-dim", options.dim,
            "-ws", options.window, "-neg", options.negative, "-t", options.sample,
            "-minCount", options.min_count, "-lr", options.lr, "-epoch", options.epochs,
            "-thread", options.threads, "-verbose", 0,
        ]  # fmt: skip

    def evaluable(self, text, output, options):
        command = self.command(text, output, options)
        vectors = output.removesuffix(".bin") + ".vec"
        return (command if self.path else command + ["--vectors", vectors]), vectors


class GloVe(Tool):
    name = "GloVe"
    models = ("glove",)
    losses = ("ns",)
    suffix = ".txt"

    def __init__(self):
        self.path = os.environ.get("GLOVE")

    def missing(self):
        if not self.path:
            return "set GLOVE to the folder of its four programs (README.md says how to make them)"
        for program in ("vocab_count", "cooccur", "shuffle", "glove"):
            if not os.access(os.path.join(self.path, program), os.X_OK):
                return f"GLOVE is {self.path}, where there is no program {program}"

    def version(self):
        return short_hash(os.path.join(self.path, "glove"))

    def command(self, text, output, options):
        return [
            sys.executable, str(HERE / "train_glove.py"), self.path, text, output,
            "--dim", options.dim, "--window", options.window, "--min-count", options.min_count,
            "--lr", options.lr, "--x-max", options.x_max, "--epochs", options.epochs,
            "--threads", options.threads, "--seed", options.seed,
        ]  # fmt: skip


ALL = [Wordtool, Word2vecC, Gensim, FastText, GloVe]


def script(name, text, output, options):
    """The command that runs one of the scripts beside this file."""
    return [
        sys.executable, str(HERE / name), text, output, "--model", options.model,
        "--loss", options.loss, "--shortest", options.ngrams[0], "--longest", options.ngrams[1],
        "--buckets", options.buckets, "--dim", options.dim,
        "--window", options.window, "--negative", options.negative, "--sample", options.sample,
        "--min-count", options.min_count, "--lr", options.lr, "--epochs", options.epochs,
        "--threads", options.threads, "--seed", options.seed,
    ]  # fmt: skip


def add_kind(parser):
    """Adds the options that say what is trained."""
    parser.add_argument("--model", choices=["skipgram", "cbow", "glove"], default="skipgram")
    parser.add_argument(
        "--loss", choices=["ns", "hs"], default="ns",
        help="negative sampling or hierarchical softmax [ns]",
    )  # fmt: skip
    parser.add_argument(
        "--subwords", default="", metavar="MIN-MAX",
        help="n-grams of characters in 2,000,000 rows [none]",
    )  # fmt: skip


def kind(arguments):
    """What is trained, and at what rate: CBOW and GloVe at 0.05, as their tools, all else at 0.025;
    GloVe with its tool's window."""
    return {
        "model": arguments.model, "loss": arguments.loss, "subwords": arguments.subwords,
        "lr": 0.025 if arguments.model == "skipgram" else 0.05,
        "window": 15 if arguments.model == "glove" else 5,
    }  # fmt: skip


def choose(names):
    """The tools that are here, among those named (all without names); says which are left out."""
    known = {tool.name.lower(): tool for tool in ALL}
    wanted = [name.strip().lower() for name in names.split(",")] if names else list(known)
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"error: no tool is called {', '.join(unknown)}; there are: {', '.join(known)}")
    chosen = []
    for name in wanted:
        tool = known[name]()
        reason = tool.missing()
        if reason:
            print(f"{tool.name} is left out: {reason}", file=sys.stderr)
        else:
            chosen.append(tool)
    if not chosen:
        sys.exit("error: none of the tools is here")
    return chosen


def measure(command, output):
    """Runs one command and waits; exits with its messages when it fails or writes no output."""
    environment = dict(
        os.environ,
        # Each tool gets its threads by its own option; NumPy is not to add its own.
        OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1",
        # The scripts of a peer must not depend on chance: gensim seeds words by their hash.
        PYTHONHASHSEED="0",
        # Where wordtool notes the vectors it trained last: not in the user's own folder.
        XDG_DATA_HOME=tempfile.gettempdir() + "/wordtool-benchmark",
    )  # fmt: skip
    with tempfile.TemporaryFile() as messages:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=messages,
            stderr=subprocess.STDOUT, env=environment,
        )  # fmt: skip
        # wait4 and not wait: it gives the resources of this child alone.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 or not os.path.exists(output):
            messages.seek(0)
            sys.stderr.write(messages.read().decode("utf-8", "replace")[-2000:])
            ended = f"exit {process.returncode}" if process.returncode else "no output"
            sys.exit(f"error: {ended} from: {' '.join(map(str, command))}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def run(command):
    """Standard output of a command and its seconds; exits with its messages when it fails."""
    start = time.perf_counter()
    done = subprocess.run([str(part) for part in command], capture_output=True)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.stderr.write(done.stderr.decode("utf-8", "replace")[-2000:])
        sys.exit(f"error: exit {done.returncode} from: {' '.join(map(str, command))}")
    return done.stdout.decode(), seconds


def parts(only):
    """What is between the commas of an option such as --only, in lower case."""
    return [part.strip().lower() for part in only.split(",") if part.strip()]


def selected(cases, only):
    """The cases with one of these parts in their names; all when there are none."""
    wanted = parts(only)
    return [c for c in cases if not wanted or any(part in c.name.lower() for part in wanted)]


def short_hash(path):
    """The beginning of a file's SHA-256."""
    return "SHA-256 " + hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def count_words(path):
    """How many words, split at white space, a file has, without taking it into memory."""
    count, inside = 0, False
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            words = len(block.split())
            # A word cut by the end of the block before was counted there already.
            if inside and words and not block[:1].isspace():
                words -= 1
            count += words
            inside = not block[-1:].isspace()
    return count


def lines_copy(path, folder, words_in_line=1000):
    """A copy of a text with a line end after every 1,000 words; kept for the next call."""
    source = Path(path)
    copy = Path(folder) / f"{source.name}.{source.stat().st_size}.lines"
    if copy.exists() and copy.stat().st_mtime >= source.stat().st_mtime:
        return str(copy)
    unfinished = copy.with_suffix(".unfinished")
    with open(source, "rb") as text, open(unfinished, "wb") as lines:
        rest, line = b"", []
        while block := text.read(1 << 20):
            parts = (rest + block).split(b" ")
            rest = parts.pop()
            for part in parts:
                for word in part.split():
                    line.append(word)
                    if len(line) == words_in_line:
                        lines.write(b" ".join(line) + b"\n")
                        line = []
        line += rest.split()
        if line:
            lines.write(b" ".join(line) + b"\n")
    unfinished.rename(copy)
    return str(copy)


def machine():
    """Lines that say what the measuring was done on."""
    model, family, cores = "unknown processor", "", os.cpu_count()
    try:
        fields = {}
        for line in subprocess.run(["lscpu"], capture_output=True, text=True).stdout.splitlines():
            key, _, value = line.partition(":")
            fields[key.strip()] = value.strip()
        model = fields.get("Model name", model)
        family = f", family {fields.get('CPU family')} model {fields.get('Model')}"
        wide = [flag for flag in ("avx2", "fma", "avx512f") if flag in fields["Flags"].split()]
        family += f", {' '.join(wide) or 'no avx2'}" if "x86" in fields["Architecture"] else ""
    except (FileNotFoundError, KeyError):
        pass
    system = os.uname()
    return model, [
        f"{model}{family}, {cores} cores",
        f"{system.sysname} {system.machine}, load {load()} at the start",
    ]


def load():
    """The load averages over 1, 5 and 15 minutes."""
    return " ".join(f"{value:.2f}" for value in os.getloadavg())


def warn_if_busy():
    """Says so when other work takes the processor."""
    if os.getloadavg()[0] > 0.5:
        print("warning: the machine is busy with other work", file=sys.stderr)


def markdown(lines):
    """Aligned Markdown: the first column to the left, numbers to the right."""
    widths = [max(3, *(len(line[i]) for line in lines)) for i in range(len(lines[0]))]
    rule = ["-" * widths[0]] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return [
        "| " + " | ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths))
        ) + " |"
        for line in [lines[0], rule, *lines[1:]]
    ]  # fmt: skip


def record_path(processor, suffix, kind=""):
    """A new file record/<processor>/<date>[-<kind>]<suffix>, beside others of that day."""
    name = re.sub(r"[^a-z0-9]+", "-", processor.lower()).strip("-")
    folder = PROJECT / "Benchmarks/record" / name
    folder.mkdir(parents=True, exist_ok=True)
    stem = "-".join([datetime.date.today().isoformat(), *filter(None, [kind])])
    path, number = folder / f"{stem}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path


def record(kind, processor, document):
    """Keeps a document as JSON."""
    path = record_path(processor, ".json", kind)
    path.write_text(json.dumps(document, indent=2) + "\n")
    print(f"recorded in record/{path.parent.name}/{path.name}")
