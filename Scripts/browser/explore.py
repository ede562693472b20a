"""Pages of `wordtool explore` in Chromium; see Scripts/browser.sh.

    explore.py WORDTOOL CHROMIUM WORK [PICTURES]

PAGE=/path in the environment is a page of the shipped vectors, at full length, that is made already.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from names import check_names, check_space
from served import check_served
from visits import PICTURES, VECTORS, WORK, Visit, browser, check, failures, passed, wordtool

QUESTIONS = [
    "sweden", "king", "tuesday", "physics", "Sweden", "the", "1990", "mother", "guitar", "king - man + woman",
    "paris - france + italy", "king queen", "0.5*oslo + stockholm", "(king + queen) - man", "2*cat - dog",
    "-london + paris", "bigger - big + small", "1990 - 1980 + 1960",
]


def check_answers(visit):
    """The page's neighbours are those of the command."""
    for question in QUESTIONS:
        visit.ask(question)
        parts = ["--", question] if question.startswith("-") else [question]
        told = json.loads(wordtool("nearest", "--json", "-v", VECTORS, *parts))[0]["neighbors"]
        found = visit.answers
        check([word for word, _ in found] == [n["word"] for n in told], f"words nearest to {question}",
              (found, told))
        check(all(abs(score - n["similarity"]) < 0.005 for (_, score), n in zip(found, told)),
              f"similarities of {question}", (found, told))


def check_questions(visit):
    """Completion, mistakes, and what is told to those who do not see."""
    page = visit.page
    page.fill("#query", "")
    page.type("#query", "swed")
    check(page.get_attribute("#query", "aria-expanded") == "true", "completions are open")
    first = page.inner_text("#completions li:first-child bdi")
    check(first == "sweden" or first.startswith("swed"), "a word is completed", first)
    page.press("#query", "ArrowDown")
    check(page.get_attribute("#query", "aria-activedescendant") == "completion-0", "a completion is chosen")
    page.press("#query", "Enter")
    check(page.input_value("#query") == first, "it is taken", page.input_value("#query"))
    check(page.inner_text("#pane-word h2") == first, "and asked")
    check(visit.status.startswith(f"Nearest to {first}"), "the answer is announced", visit.status)
    page.fill("#query", "king - man + wom")
    page.press("#query", "End")
    page.type("#query", "a")
    page.press("#query", "ArrowDown")
    page.press("#query", "Tab")
    check(page.input_value("#query") == "king - man + woman", "the last word of an expression is completed",
          page.input_value("#query"))
    visit.ask("swedn")
    check("not among the words" in page.inner_text(".notice"), "an unknown word is told")
    check("sweden" in page.inner_text(".notice"), "with words spelled nearly so")
    page.click(".notice button")
    check(page.inner_text("#pane-word h2") in ("sweden", "swede"), "which can be taken")
    for mistake in ["king - - (", "king*queen", "king - king", 'king + "man']:
        visit.ask(mistake)
        check(page.query_selector(".notice") is not None, f"the mistake in {mistake} is told")
    visit.ask("sweden")
    page.press("#query", "Escape")
    check(page.query_selector(".examples") is not None, "Escape ends the question")


def check_map(visit):
    """Pointer, lasso, table and legend."""
    page = visit.page
    visit.ask("sweden")
    page.wait_for_timeout(700)
    box = page.query_selector("#map").bounding_box()
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.click("#clear")
    page.mouse.click(*middle)
    check(page.inner_text("#pane-word h2") == "sweden", "the word in the middle can be pressed",
          page.inner_text("#pane-word"))
    page.mouse.move(*middle)
    page.wait_for_timeout(100)
    check(page.is_visible("#tip") and "sweden" in page.inner_text("#tip"), "its name is shown beside it")
    before = visit.fragment
    page.mouse.down()
    page.mouse.move(middle[0] + 90, middle[1] + 60, steps=5)
    page.mouse.up()
    check(visit.fragment != before, "the map is dragged")
    before = visit.fragment
    page.mouse.wheel(0, -300)
    check(visit.fragment != before, "the wheel zooms")
    page.click("#lasso")
    page.mouse.move(middle[0] - 150, middle[1] - 150)
    page.mouse.down()
    for place in [(150, -150), (150, 150), (-150, 150), (-150, -140)]:
        page.mouse.move(middle[0] + place[0], middle[1] + place[1], steps=5)
    page.mouse.up()
    check("selected" in visit.status, "the lasso selects", visit.status)
    check(page.is_visible("#pane-table table"), "the selection is a table")
    caption = page.inner_text("#pane-table caption")
    check(caption.startswith("Selected words: "), "with its number", caption)
    count = int(caption.split(": ")[1].replace(",", ""))
    page.click("#pane-table .table-tools button:has-text('Copy')")
    page.wait_for_timeout(100)
    copied = page.evaluate("navigator.clipboard.readText()")
    check(len(copied.strip().split("\n")) == count + 1 and copied.startswith("Word\tCount\tGroup\n"),
          "the table is copied", copied[:100])
    page.click("#pane-table th:first-child button")
    rows = [row.inner_text() for row in page.query_selector_all("#pane-table tbody td:first-child")]
    check(rows == sorted(rows) and len(rows) > 1, "the table is sorted", rows[:5])
    selected = visit.fragment
    page.click("#pane-table button:has-text('Clear selection')")
    check(page.inner_text("#pane-table caption").startswith("Words in view"), "without one: what is seen")
    page.click("#tab-legend")
    page.click(".legend li:nth-child(2) button")
    check(page.get_attribute(".legend li:nth-child(2) button", "aria-pressed") == "true", "a group is picked")
    page.select_option("#color", "frequency")
    check(page.is_visible(".scale"), "frequency is a scale")
    page.select_option("#color", "group")
    return selected


def check_keys(visit):
    """Everything without a pointer."""
    page = visit.page
    page.focus("#map")
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    heard = set()
    for key in ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"]:
        page.keyboard.press(key)
        page.wait_for_timeout(80)
        heard.add(visit.status)
    check(len(heard) >= 4 and all(" times, " in text for text in heard), "arrows go from word to word", heard)
    reached = visit.status.split(",")[0]
    page.keyboard.press("Enter")
    check(page.inner_text("#pane-word h2") == reached, "Enter asks for the word that is reached")
    before = visit.fragment
    page.keyboard.press("Shift+ArrowLeft")
    check(visit.fragment != before, "Shift and arrows move the map")
    before = visit.fragment
    page.keyboard.press("+")
    check(visit.fragment != before, "plus zooms")
    page.keyboard.press("s")
    check("selected" in visit.status, "s selects", visit.status)
    page.focus("#map")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    check(visit.status == "No selection.", "Escape ends it", visit.status)
    page.keyboard.press("?")
    check(page.is_visible("dialog[open]"), "the list of keys opens")
    page.keyboard.press("Escape")
    check(not page.is_visible("#keys"), "and closes")
    page.focus("#map")
    page.keyboard.press("/")
    check(page.evaluate("document.activeElement.id") == "query", "a slash goes to the field")
    page.focus("#tab-word")
    page.keyboard.press("ArrowRight")
    check(page.get_attribute("#tab-legend", "aria-selected") == "true", "tabs change by arrows")
    # From the first to the last thing that takes the focus, each of them seen.
    page.focus("#map")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        found = page.evaluate("""() => {
          const one = document.activeElement;
          const style = getComputedStyle(one);
          return [one.id || one.textContent, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0];
        }""")
        if found[0] in ("help", "") or (seen and found[0] == seen[0][0]):
            break
        seen.append(found)
    check(len(seen) > 12 and all(outline for _, outline in seen), "whatever has the focus shows it",
          [name for name, outline in seen if not outline])


def check_access(visit, name):
    """axe-core finds nothing, in each tab."""
    axe = Axe()
    for tab in ["tab-word", "tab-legend", "tab-table"]:
        visit.page.click("#" + tab)
        found = axe.run(visit.page).response["violations"]
        check(not found, f"axe: {name}, {tab}",
              [(rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in found])


def check_frames(visit, name):
    """Times of frames while the map is dragged and zoomed, in milliseconds."""
    page = visit.page
    page.focus("#map")
    page.keyboard.press("0")
    page.wait_for_timeout(600)
    page.keyboard.press("Escape")
    box = page.query_selector("#map").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for wheel in (False, True):
        page.mouse.move(x, y)
        if not wheel:
            page.mouse.down()
        page.evaluate("""() => {
          window.frames_ = [];
          let last = performance.now();
          const next = () => { const now = performance.now(); frames_.push(now - last); last = now;
            window.watching = requestAnimationFrame(next); };
          window.watching = requestAnimationFrame(next);
        }""")
        for step in range(60):
            if wheel:
                page.mouse.wheel(0, -60 if step < 30 else 60)
            else:
                page.mouse.move(x + 2 * (step % 30), y + step)
        frames = sorted(page.evaluate("() => { cancelAnimationFrame(watching); return frames_.slice(1); }"))
        if not wheel:
            page.mouse.up()
        if not frames:
            check(False, f"{name}: frames are drawn")
            continue
        median, late = frames[len(frames) // 2], frames[int(len(frames) * 0.95)]
        print(f"{name}, {'zoom' if wheel else 'drag'}: {len(frames)} frames, median {median:.0f} ms, "
              f"95 % within {late:.0f} ms", flush=True)
        # A quarter of a second: what goes wrong here takes longer, and the machine may have other work.
        check(median < 250, f"{name}: it can be worked with", median)


def check_column(chromium):
    """A column of numbers and one of labels; words that are no words; the space."""
    vectors = WORK / "odd.txt"
    odd = ["</script>", "<b>x</b>", "a\"b", "\u202egnp", "naïve", "🦉", "new_york", "x-ray", "שלום", "don't"]
    random.seed(1)
    lines = [f"{len(odd)} 4"] + [f"{w} " + " ".join(f"{random.gauss(0, 1):.4f}" for _ in range(4)) for w in odd]
    vectors.write_text("\n".join(lines) + "\n", encoding="utf-8")
    column = WORK / "kinds.tsv"
    column.write_text("word\tkind <i>\n</script>\t<img src=x>\n🦉\tbird\n", encoding="utf-8")
    page = WORK / "odd.html"
    wordtool("explore", vectors, "-o", page, "--column", column, "--dimensions", "3", "-q")
    visit = Visit(chromium, page)
    for word in odd:
        visit.ask(word)
        check(visit.page.inner_text("#pane-word h2") == word, f"the word {word!r} can be asked")
    for question, word in [("New York", "new york"), ("don’t", "don’t"), ("X-RAY", "x-ray")]:
        visit.ask(question)
        check(len(visit.answers) == 9, f"{question} is {word}", visit.answers)
    visit.page.select_option("#color", "column")
    check("<img src=x>" in visit.page.inner_text("#pane-legend"), "labels are text")
    visit.page.click("#solid")
    check("space=" in visit.fragment, "the space is in the address")
    visit.page.keyboard.press("Escape")
    check_access(visit, "odd words")
    visit.end("odd words")


def picture(chromium, page, name, **options):
    if not PICTURES:
        return
    visit = Visit(chromium, page, **options)
    visit.page.wait_for_timeout(900)
    visit.page.screenshot(path=PICTURES / f"{name}.png")
    visit.context.close()


def main():
    page = Path(os.environ.get("PAGE") or WORK / "words.html")
    if not page.exists():
        start = time.perf_counter()
        wordtool("explore", VECTORS, "-o", page, "-q")
        print(f"explore: {time.perf_counter() - start:.1f} s")
    print(f"the page: {page.stat().st_size:,} bytes")
    check(page.stat().st_size < 6_000_000, "less than 6 MB")
    with sync_playwright() as playwright:
        chromium = browser(playwright)
        clipboard = {"permissions": ["clipboard-read", "clipboard-write"]}
        visit = Visit(chromium, page, **clipboard)
        print(f"opened in {visit.seconds:.2f} s, drawn by {visit.page.get_attribute('#map', 'data-renderer')}")
        check(visit.page.get_attribute("#map", "data-renderer") == "webgl", "WebGL draws")
        check_answers(visit)
        check_questions(visit)
        selected = check_map(visit)
        check_keys(visit)
        check_access(visit, "light")
        check_frames(visit, "WebGL by the processor")
        visit.end("light")

        visit = Visit(chromium, page, records=True)
        check_names(visit)
        visit.end("names")

        visit = Visit(chromium, page, selected, scheme="dark")
        check(visit.page.inner_text("#pane-word h2") == "sweden", "the address keeps the question")
        check(visit.page.inner_text("#pane-table caption").startswith("Selected words"), "and the selection")
        check(visit.fragment == selected, "and says the same again", (visit.fragment, selected))
        visit.page.select_option("#theme", "light")
        visit.page.evaluate("location.hash = '#q=king&theme=dark&color=frequency&names=off'")
        visit.page.wait_for_timeout(300)
        check(visit.page.inner_text("#pane-word h2") == "king", "a new address is followed")
        check(visit.page.evaluate("document.documentElement.dataset.theme") == "dark", "with its theme")
        visit.page.evaluate("location.hash = '#q=%00%ff&at=1,x,9&lasso=1,2&only=-3&color=q&space=1,2,3&theme=q'")
        visit.page.wait_for_timeout(300)
        check_access(visit, "dark")
        visit.end("address")
        phone = {"size": (390, 844), "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
        visit = Visit(chromium, page, "#q=sweden", **phone)
        wide = visit.page.evaluate("document.documentElement.scrollWidth")
        check(wide <= 390, "nothing is wider than a phone", wide)
        visit.page.wait_for_timeout(900)
        visit.page.tap("#clear")
        box = visit.page.query_selector("#map").bounding_box()
        visit.page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        check(visit.page.inner_text("#pane-word h2") == "sweden", "a finger chooses the word in the middle",
              visit.page.inner_text("#pane-word"))
        check_access(visit, "phone")
        visit.end("phone")
        check_column(chromium)
        check_space(chromium)
        check_served(chromium, check_access)
        for scheme in ("light", "dark"):
            picture(chromium, page, f"whole-{scheme}", scheme=scheme)
            picture(chromium, page, f"word-{scheme}", scheme=scheme, fragment="#q=sweden")
            picture(chromium, page, f"phone-{scheme}", scheme=scheme, fragment="#q=sweden", **phone)

        visit = Visit(chromium, page, "#points=canvas")
        check(visit.page.get_attribute("#map", "data-renderer") == "canvas", "a canvas draws when it is to")
        check_frames(visit, "canvas")
        visit.end("canvas")
        chromium.close()

        chromium = browser(playwright, graphics=False)
        visit = Visit(chromium, page, "#q=sweden")
        check(visit.page.get_attribute("#map", "data-renderer") == "canvas", "without WebGL a canvas draws")
        check(visit.answers[0][0] != "", "and the page answers")
        visit.end("no WebGL")
        chromium.close()
    print(f"{len(passed)} checks passed, {len(failures)} failed")
    sys.exit(bool(failures))


main()
