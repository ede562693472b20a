"""The page of `wordtool serve` in Chromium: it asks its server for words that are not on it, and says so."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request

from visits import PICTURES, VECTORS, WORDTOOL, Visit, check, wordtool

# So many words are on the page; the shipped vectors have 30,000.
TOP = 2000


def told(question):
    """The neighbours by the command."""
    return json.loads(wordtool("nearest", "--json", "-v", VECTORS, question))[0]["neighbors"]


def check_answer(visit, question, name):
    """What is shown is the command's answer among all words."""
    found, wanted = visit.answers, told(question)
    check([word for word, _ in found] == [n["word"] for n in wanted]
          and all(abs(score - n["similarity"]) < 0.0006 for (_, score), n in zip(found, wanted)), name,
          (found, wanted))


def ends(visit, name, address):
    """Nothing was said, and nobody but the server was asked."""
    check(not visit.said, f"{name}: nothing on the console", visit.said)
    check(all(url.startswith(address) or url == "data:," for url in visit.asked),
          f"{name}: the server alone was asked", visit.asked)
    visit.context.close()


def await_page(address):
    """Until the page is made the server answers 503."""
    while True:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.HTTPError as error:
            if error.code != 503:
                raise
            time.sleep(1)


def check_page(chromium, address, check_access):
    await_page(address)
    visit = Visit(chromium, address)
    page = visit.page

    def asked():
        return [url[len(address):] for url in visit.asked if "/api/" in url]

    check("more, are asked of the server" in page.inner_text("#pane-word").replace("\n", " "),
          "the page says that there are more words")
    visit.ask("king")
    check(not asked(), "for words of its own it asks nobody", asked())
    check("by this page" in page.inner_text("#source"), "and says so")
    page.click("#among-all")
    page.wait_for_selector("#source:has-text('by the server')")
    check_answer(visit, "king", "the server is asked among all words")
    check("among=all" in visit.fragment, "which the address keeps", visit.fragment)
    visit.ask("uppsala")
    page.wait_for_selector("#source:has-text('by the server')")
    check_answer(visit, "uppsala", "a word that is not on the map is answered")
    check(visit.status.startswith("From the server, nearest to uppsala"), "and announced", visit.status)
    check("not on the map" in page.inner_text(".answers"), "words that are not on the map are marked")
    visit.ask("uppsala - sweden + norway")
    page.wait_for_selector("#source:has-text('by the server')")
    check_answer(visit, "uppsala - sweden + norway", "so is an expression")
    page.fill("#query", "")
    page.type("#query", "uppsa")
    page.wait_for_selector("#completions li")
    check("uppsala" in page.inner_text("#completions"), "its words are completed",
          page.inner_text("#completions"))
    check("not on the map" in page.inner_text("#completions"), "and marked")
    page.press("#query", "ArrowDown")
    page.press("#query", "Enter")
    page.wait_for_selector("#source:has-text('by the server')")
    check(page.inner_text("#pane-word h2") == "uppsala", "and taken", page.inner_text("#pane-word h2"))
    check_access(visit, "served")
    page.click("#tab-word")
    if PICTURES:
        page.wait_for_timeout(700)
        page.screenshot(path=PICTURES / "served.png")
    visit.said.clear()
    visit.ask("zzyzzx")
    page.wait_for_selector(".notice")
    check("not in the vocabulary" in page.inner_text(".notice"), "a word that nobody has is told",
          page.inner_text(".notice"))
    # Browsers note answers of 404.
    visit.said = [text for text in visit.said if "404" not in text]
    ends(visit, "served", address)
    visit = Visit(chromium, address, "#q=uppsala")
    visit.page.wait_for_selector("#source:has-text('by the server')")
    check_answer(visit, "uppsala", "an address leads to words of the server")
    return visit


def check_served(chromium, check_access):
    server = subprocess.Popen(
        [WORDTOOL, "serve", "-v", VECTORS, "--port", "0", "--top", str(TOP)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "NO_COLOR": "1"})
    try:
        address = server.stdout.readline().strip()
        visit = check_page(chromium, address, check_access)
        server.send_signal(signal.SIGTERM)
        check(server.wait() == 0, "the server ends with exit code 0")
        visit.ask("malmö")
        visit.page.wait_for_selector(".notice")
        check("does not answer" in visit.page.inner_text(".notice"), "a server that has ended is told",
              visit.page.inner_text(".notice"))
        visit.ask("king")
        check(visit.answers, "what is on the page is answered without it")
        visit.context.close()
    finally:
        server.kill()
