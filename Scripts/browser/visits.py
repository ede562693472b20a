"""What the checks of pages share: see explore.py, names.py and served.py."""

import subprocess
import sys
import time
from pathlib import Path

WORDTOOL, CHROMIUM, WORK = sys.argv[1], sys.argv[2], Path(sys.argv[3])
PICTURES = Path(sys.argv[4]) if len(sys.argv) > 4 else None
ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "corpora/vectors/wikipedia-2015.safetensors"

# What the canvases of names and of density were last drawn with.
RECORDER = """
  const own = CanvasRenderingContext2D.prototype;
  const record = (name, before) => {
    const known = own[name];
    own[name] = function (...rest) { before.call(this, ...rest); return known.apply(this, rest); };
  };
  window.drawn_ = { names: [], lines: 0, pictures: 0 };
  record("clearRect", function () {
    if (this.canvas.id === "ink") drawn_.names = [];
    if (this.canvas.id === "ground") drawn_.lines = drawn_.pictures = 0;
  });
  record("fillText", function (text, x, y) {
    const size = Number(this.font.match(/(\\d+)px/)[1]);
    const half = this.measureText(text).width / 2;
    if (this.canvas.id === "ink") drawn_.names.push({ text, left: x - half, right: x + half, top: y - size / 2, bottom: y + size / 2 });
  });
  record("stroke", function (path) { if (this.canvas.id === "ground" && path) drawn_.lines += 1; });
  record("drawImage", function () { if (this.canvas.id === "ground") drawn_.pictures += 1; });
"""

failures = []
passed = []


def check(condition, name, found=""):
    """Counts a check; one that fails is told with what was found."""
    (passed if condition else failures).append(name)
    if not condition:
        print(f"FAILED {name} {found}", flush=True)


def wordtool(*arguments):
    run = subprocess.run([WORDTOOL, *map(str, arguments)], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"wordtool {arguments[0]}: {run.stderr}")
    return run.stdout


def browser(playwright, *, graphics=True):
    """Chromium without a graphics card: WebGL is drawn by the processor, or is not there."""
    swift = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
    none = ["--disable-3d-apis", "--disable-gpu"]
    return playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox"] + (swift if graphics else none))


class Visit:
    """A page that is open, and what it said and asked for."""

    def __init__(self, chromium, page, fragment="", size=(1280, 800), scheme="light", records=False, **options):
        self.context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, **options)
        self.page = self.context.new_page()
        if records:
            self.page.add_init_script(RECORDER)
        self.said, self.asked = [], []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        start = time.perf_counter()
        self.page.goto((page if isinstance(page, str) else page.as_uri()) + fragment)
        self.page.wait_for_selector(".examples, .answers, .notice", timeout=60_000)
        self.seconds = time.perf_counter() - start

    def ask(self, question):
        self.page.fill("#query", question)
        self.page.press("#query", "Enter")

    @property
    def answers(self):
        """The words and similarities that are shown."""
        items = self.page.query_selector_all("#pane-word .answers button")
        return [(i.query_selector("bdi").inner_text(), float(i.query_selector(".score").inner_text()))
                for i in items]

    @property
    def status(self):
        return self.page.inner_text("#status")

    @property
    def fragment(self):
        self.page.wait_for_timeout(400)
        return self.page.evaluate("location.hash")

    def drawn(self):
        """What the last frame had: names with their boxes, lines and pictures of density."""
        self.page.wait_for_timeout(700)
        return self.page.evaluate("drawn_")

    def end(self, name):
        """Nothing may have been said, and nothing asked for but the page."""
        check(not self.said, f"{name}: nothing on the console", self.said)
        check(all(url.split("#")[0].startswith("file:") or url == "data:," for url in self.asked)
              and sum(url.startswith("file:") for url in self.asked) == 1,
              f"{name}: no request but the page itself", self.asked)
        self.context.close()
