#!/usr/bin/env python3
"""Training speed of recurrent language models, and speed of greedy generation, beside PyTorch.

    pip install torch safetensors numpy
    WORDTOOL_CORPORA=corpora-folder Benchmarks/sequences.py [--record]

One run alternates between the two in pairs; ratios are taken within pairs, and medians over them.
Both read the same tokens in the same layout, and do the same whole step: forward through T steps
from the state the last step ended with, cross-entropy, backward, gradients clipped to a norm of
0.25, SGD. wordtool says its own tokens per second (`train-lm --json`); PyTorch's process stays and
is timed around as many steps. Generation: both continue from the same trained weights, one
character at a time; wordtool's time is that of a long text less that of a short one.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import peers
from peers.pytorch import PyTorch, serve

LEARNING_RATE = 1.0
CLIP = 0.25


@dataclass(frozen=True)
class Case:
    """One model and the text it is trained on."""

    name: str
    cell: str
    unit: str
    layers: int
    hidden: int
    bptt: int
    batch: int
    steps: int

    @property
    def text(self):
        return "ptb/ptb.train.txt" if self.unit == "word" else "tinyshakespeare/input.txt"


CASES = [
    Case("LSTM 2x200", "lstm", "word", 2, 200, 35, 20, 60),
    Case("LSTM 2x650", "lstm", "word", 2, 650, 35, 20, 20),
    Case("GRU 2x200", "gru", "word", 2, 200, 35, 20, 60),
    Case("tanh RNN 2x200", "rnn-tanh", "word", 2, 200, 35, 20, 60),
    Case("character LSTM 512", "lstm", "char", 1, 512, 100, 50, 25),
]
GENERATE = "generate"


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="pairs for each model [5]")
    parser.add_argument("--threads", type=int, default=2, help="[2]")
    parser.add_argument("--steps", type=int, help="steps of each run [as long as some seconds]")
    parser.add_argument("--characters", type=int, default=20_000, help="to generate [20000]")
    parser.add_argument(
        "--only", default="", metavar="TEXT[,TEXT...]",
        help=f"only the models with this in their names, and '{GENERATE}' [all]",
    )  # fmt: skip
    parser.add_argument(
        "--record", action="store_true", help="write the results to record/<processor>/<date>"
    )
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1 or options.characters < 1:
        parser.error("--rounds, --threads and --characters must be at least 1")
    return options


# --- PyTorch, in a process of its own ------------------------------------------------------------


def tokens_of(path, unit):
    """Numbers of the tokens of a text, and how many different ones there are.

    As wordtool has them: a line's end is a token, and there is an unknown token even if the text
    has none. Which token has which number makes no difference to the speed.
    """
    text = Path(path).read_text(encoding="utf-8")
    if unit == "char":
        tokens = list(text)
    else:
        tokens = [token for line in text.splitlines() for token in [*line.split(), "\n"]]
    numbers = {}
    ids = [numbers.setdefault(token, len(numbers)) for token in tokens]
    return ids, len(numbers) + ("<unk>" not in numbers)


def recurrent(nn, cell, size, hidden, layers):
    """PyTorch's layers for wordtool's name of the cell."""
    if cell.startswith("rnn-"):
        return nn.RNN(size, hidden, layers, nonlinearity=cell.removeprefix("rnn-"))
    return {"lstm": nn.LSTM, "gru": nn.GRU}[cell](size, hidden, layers)


class Trainer:
    """Trains as PyTorch's word language model example does, with the fused SGD of later versions."""

    def __init__(self, torch, case):
        nn = torch.nn
        self.torch, self.case = torch, case
        path = Path(os.environ["WORDTOOL_CORPORA"]) / case["text"]
        ids, count = tokens_of(path, case["unit"])
        rows = len(ids) // case["batch"]
        # Each column of a batch is one stretch of the text: [rows, B].
        self.data = torch.tensor(ids[: rows * case["batch"]]).view(case["batch"], rows).t()
        self.data = self.data.contiguous()
        torch.manual_seed(1)
        size = case["hidden"]
        self.encoder = nn.Embedding(count, size)
        self.rnn = recurrent(nn, case["cell"], size, case["hidden"], case["layers"])
        self.decoder = nn.Linear(case["hidden"], count)
        self.loss = nn.CrossEntropyLoss()
        modules = nn.ModuleList([self.encoder, self.rnn, self.decoder])
        self.parameters = list(modules.parameters())
        for parameter in self.parameters:
            nn.init.uniform_(parameter, -0.1, 0.1)
        self.optimizer = torch.optim.SGD(self.parameters, lr=LEARNING_RATE, fused=True)
        self.parameter_count = sum(parameter.numel() for parameter in self.parameters)

    def train(self, steps):
        """Trains from the begin of the text; tokens per second."""
        T, B = self.case["bptt"], self.case["batch"]
        state = None
        start = time.perf_counter()
        for step in range(steps):
            inputs = self.data[step * T : (step + 1) * T]
            targets = self.data[step * T + 1 : (step + 1) * T + 1].flatten()
            if state is not None:
                state = (
                    tuple(part.detach() for part in state)
                    if isinstance(state, tuple) else state.detach()
                )  # fmt: skip
            self.optimizer.zero_grad()
            output, state = self.rnn(self.encoder(inputs), state)
            loss = self.loss(self.decoder(output.flatten(0, 1)), targets)
            loss.backward()
            self.torch.nn.utils.clip_grad_norm_(self.parameters, CLIP)
            self.optimizer.step()
        return steps * T * B / (time.perf_counter() - start), loss.item()


class Generator:
    """Greedy generation with the weights of a model file of wordtool's."""

    def __init__(self, torch, path):
        from safetensors import safe_open

        nn = torch.nn
        self.torch = torch
        with safe_open(path, "pt") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}
        bytes_ = bytes(weights["vocabulary.bytes"].tolist())
        offsets = weights["vocabulary.offsets"].tolist()
        self.words = [bytes_[a:b].decode() for a, b in zip(offsets, offsets[1:])]
        # White space is spelt <U+0020>, the end of a line </s>.
        self.characters = [
            chr(int(word[3:-1], 16)) if word.startswith("<U+") else word for word in self.words
        ]
        count, size = weights["encoder.weight"].shape
        hidden = weights["rnn.weight_hh_l0"].shape[1]
        self.encoder, self.decoder = nn.Embedding(count, size), nn.Linear(hidden, count)
        self.encoder.load_state_dict({"weight": weights["encoder.weight"]})
        self.decoder.load_state_dict(
            {"weight": weights.get("decoder.weight", weights["encoder.weight"]),
             "bias": weights["decoder.bias"]})  # fmt: skip
        layer = {
            name.removeprefix("rnn."): value
            for name, value in weights.items() if name.startswith("rnn.")
        }  # fmt: skip
        self.layers, self.cell = nn.LSTM(size, hidden), nn.LSTMCell(size, hidden)
        self.layers.load_state_dict(layer)
        self.cell.load_state_dict({name.removesuffix("_l0"): value for name, value in layer.items()})
        # The unknown token is never written.
        self.decoder.bias.data[self.words.index("<unk>")] = -1e9

    def generate(self, count, module):
        """Characters per second, and the text; from the end of a line on."""
        torch = self.torch
        end = self.words.index("</s>")
        ids = []
        with torch.inference_mode():
            state = None
            start = time.perf_counter()
            if module == "LSTM":
                token = torch.tensor([[end]])
                for _ in range(count):
                    output, state = self.layers(self.encoder(token), state)
                    token = self.decoder(output).argmax(-1)
                    ids.append(int(token))
            else:
                token = torch.tensor([end])
                for _ in range(count):
                    state = self.cell(self.encoder(token), state)
                    token = self.decoder(state[0]).argmax(-1)
                    ids.append(int(token))
            seconds = time.perf_counter() - start
        return count / seconds, "".join("\n" if i == end else self.characters[i] for i in ids)


def answering(torch):
    """What answers the requests of the comparisons."""
    trainer, generator = None, None

    def answer(request):
        nonlocal trainer, generator
        if "case" in request:
            trainer = Trainer(torch, request["case"])
            trainer.train(2)
            return {"parameters": trainer.parameter_count}
        if "steps" in request:
            speed, loss = trainer.train(request["steps"])
            return {"tokensPerSecond": speed, "loss": loss}
        if "model" in request:
            generator = Generator(torch, request["model"])
            for module in ("LSTM", "LSTMCell"):
                generator.generate(200, module)
            return {}
        speed, text = generator.generate(request["characters"], request["module"])
        return {"charactersPerSecond": speed, "text": text}

    return answer


# --- wordtool --------------------------------------------------------------------------------------


def train(tool, case, steps, threads, output):
    """Trains with wordtool; its summary."""
    text = Path(os.environ["WORDTOOL_CORPORA"]) / case.text
    out, _ = peers.run([
        tool.path, "train-lm", text, "-o", output, "--cell", case.cell, "--unit", case.unit,
        "--layers", case.layers, "--hidden", case.hidden, "--embedding", case.hidden,
        "--dropout", 0, "--bptt", case.bptt, "--batch", case.batch, "--optimizer", "sgd",
        "--loss-average", "tokens", "--lr", LEARNING_RATE, "--clip", CLIP, "--epochs", 1, "--max-steps", steps,
        "--threads", threads, "--seed", 1, "--json",
    ])  # fmt: skip
    return json.loads(out)


def paired(first, second, turn):
    """Runs both, each first in every other turn; the first's result comes first."""
    if turn % 2:
        return first(), second()
    b = second()
    return first(), b


def compare_training(tool, torch, case, arguments, folder):
    steps = arguments.steps or case.steps
    output = Path(folder) / "model.safetensors"
    theirs = torch.ask(case={**case.__dict__, "text": case.text})["parameters"]
    pairs = []
    for turn in range(1, arguments.rounds + 1):
        ours, peer = paired(
            lambda: train(tool, case, steps, arguments.threads, output),
            lambda: torch.ask(steps=steps), turn,
        )  # fmt: skip
        if ours["parameters"] != theirs:
            sys.exit(
                f"error: {case.name}: wordtool has {ours['parameters']:,} parameters, PyTorch "
                f"{theirs:,}; they are not the same model"
            )
        pairs.append((ours["tokensPerSecond"], peer["tokensPerSecond"]))
        note(case.name, turn, *pairs[-1], "tokens/s")
    return {
        "name": case.name, "unit": "tokens/s", "steps": steps, "parameters": theirs, "pairs": pairs,
    }  # fmt: skip


def compare_generation(tool, torch, arguments, folder):
    """Greedy text of the character model, after a few steps of training."""
    case = CASES[-1]
    model = Path(folder) / "characters.safetensors"
    train(tool, case, arguments.steps or case.steps, arguments.threads, model)
    torch.ask(model=str(model))
    short = arguments.characters // 10

    def generate(count):
        return peers.run([tool.path, "generate", model, "--greedy", "--length", count])

    def ours():
        _, less = generate(short)
        text, more = generate(arguments.characters)
        return (arguments.characters - short) / (more - less), text

    results = []
    for module in ("LSTM", "LSTMCell"):
        pairs = []
        for turn in range(1, arguments.rounds + 1):
            (speed, text), peer = paired(
                ours, lambda: torch.ask(characters=arguments.characters // 4, module=module), turn)
            pairs.append((speed, peer["charactersPerSecond"]))
            same = text.startswith(peer["text"].rstrip("\n"))
            note(f"greedy, {module}", turn, *pairs[-1],
                 f"characters/s, {'the same' if same else 'another'} text")  # fmt: skip
        results.append({
            "name": f"greedy characters, nn.{module}", "unit": "characters/s",
            "characters": arguments.characters, "sameText": same, "pairs": pairs,
        })  # fmt: skip
    return results


def note(name, turn, ours, theirs, unit):
    print(
        f"{name}, pair {turn}: {ours:,.0f} beside {theirs:,.0f} {unit}, ratio {ours / theirs:.2f}",
        file=sys.stderr, flush=True,
    )  # fmt: skip


# --- Results ---------------------------------------------------------------------------------------


def summarize(result):
    ours, theirs = zip(*result["pairs"])
    ratios = sorted(a / b for a, b in result["pairs"])
    result["wordtool"], result["torch"] = statistics.median(ours), statistics.median(theirs)
    result["ratio"] = statistics.median(ratios)
    result["ratioRange"] = [ratios[0], ratios[-1]]


def table(results):
    lines = [["", "wordtool", "PyTorch", "ratio", "lowest to highest", "unit"]]
    for result in results:
        low, high = result["ratioRange"]
        lines.append([
            result["name"], f"{result['wordtool']:,.0f}", f"{result['torch']:,.0f}",
            f"{result['ratio']:.2f}", f"{low:.2f} to {high:.2f}", result["unit"],
        ])  # fmt: skip
    return peers.markdown(lines)


def main():
    arguments = parse()
    if arguments.worker:
        return serve(arguments.threads, answering)
    if not os.environ.get("WORDTOOL_CORPORA"):
        sys.exit("error: WORDTOOL_CORPORA is not set; it names the folder with ptb/ and "
                 "tinyshakespeare/")  # fmt: skip
    tool = peers.Wordtool()
    if reason := tool.missing():
        sys.exit(f"error: {reason}")
    cases = peers.selected(CASES, arguments.only)
    generates = GENERATE in (peers.parts(arguments.only) or [GENERATE])
    if not cases and not generates:
        sys.exit(f"error: --only {arguments.only}: no model is called so; there are: "
                 f"{', '.join(c.name for c in CASES)}, {GENERATE}")  # fmt: skip
    processor, header = peers.machine()
    peers.warn_if_busy()
    torch = PyTorch(__file__, arguments.threads)
    header += [
        f"wordtool: {tool.version()}", f"PyTorch: {torch.version}",
        f"{arguments.threads} threads, {arguments.rounds} pairs, embeddings as wide as a layer, "
        f"clip {CLIP}, SGD",
    ]  # fmt: skip
    print("\n".join(header) + "\n", flush=True)
    results = []
    with tempfile.TemporaryDirectory(prefix="wordtool-benchmark-") as folder:
        for case in cases:
            results.append(compare_training(tool, torch, case, arguments, folder))
        if generates:
            results += compare_generation(tool, torch, arguments, folder)
    for result in results:
        summarize(result)
    header.append(f"load {peers.load()} at the end")
    report = table(results)
    print("\n".join([*report, f"median of {arguments.rounds} ratios within pairs"]))
    if arguments.record:
        peers.record("sequences", processor, {
            "command": " ".join(["Benchmarks/sequences.py", *sys.argv[1:]]), "machine": header,
            "table": report, "results": results,
        })  # fmt: skip


if __name__ == "__main__":
    main()
