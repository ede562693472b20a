// The field for questions: completes the word that is being written (ARIA's combobox with a list).

const mostCompletions = 8;
/** Milliseconds without a key after which the server is asked. */
const completionPause = 150;

class Search {
  /** `submit` is called with the question, `clear` when it is emptied. */
  constructor({ submit, clear }) {
    this.input = element("query");
    this.list = element("completions");
    this.submit = submit;
    this.clear = clear;
    /** `{ word, row }`, with a row of null for words of the server that are not on the page. */
    this.found = [];
    this.chosen = -1;
    /** Ends the question to the server about words that begin otherwise by now. */
    this.asking = null;
    element("search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.accept();
    });
    this.input.addEventListener("input", () => this.complete());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    element("clear").addEventListener("click", () => {
      this.set("");
      this.clear();
      this.input.focus();
    });
    // The field keeps the focus while a completion is pressed.
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const item = event.target.closest("li");
      if (item) this.take(Number(item.dataset.place));
    });
  }

  set(text) {
    this.input.value = text;
    element("clear").hidden = !text;
    this.close();
  }

  /** The word that ends where the caret is, and where it begins. */
  get part() {
    const end = this.input.selectionStart;
    const before = this.input.value.slice(0, end);
    const begin = before.search(/[^\s+*()"]*$/);
    return { begin, end, text: before.slice(begin) };
  }

  /** Words that begin as the part does, then words that hold it, frequent ones first. */
  complete() {
    element("clear").hidden = !this.input.value;
    const text = folded(this.part.text.replace(/^-/, ""));
    const [first, second] = [[], []];
    if (text) {
      for (const row of byFrequency) {
        const word = words[row];
        if (word.startsWith(text)) first.push(row);
        else if (second.length < mostCompletions && text.length > 2 && word.includes(text)) second.push(row);
        if (first.length >= mostCompletions) break;
      }
    }
    this.found = [...first, ...second].slice(0, mostCompletions).map((row) => ({ row, word: words[row] }));
    this.chosen = -1;
    this.show();
    this.completeFurther(text);
  }

  /** Fills the list up with words of the server, a moment after the last key. */
  completeFurther(text) {
    this.asking?.abort();
    this.asking = null;
    if (!server?.hasMore || text.length < 2 || this.found.length >= mostCompletions) return;
    const asking = new AbortController();
    this.asking = asking;
    setTimeout(async () => {
      if (asking.signal.aborted) return;
      const more = await server.wordsBeginning(text, asking.signal);
      if (asking.signal.aborted || !more.length) return;
      const rest = more.slice(0, mostCompletions - this.found.length);
      this.found.push(...rest.map((word) => ({ row: null, word })));
      this.show();
    }, completionPause);
  }

  show() {
    this.list.replaceChildren(...this.found.map(({ row, word }, place) => {
      const more = row === null ? "not on the map" : facts.counts ? readable(facts.counts[row]) : "";
      const item = make("li", {
        role: "option", id: "completion-" + place, "data-place": String(place),
        "aria-selected": place === this.chosen ? "true" : "false",
      }, isolated(word), make("span", null, more));
      return item;
    }));
    const isOpen = this.found.length > 0;
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
    if (this.chosen < 0) {
      this.input.removeAttribute("aria-activedescendant");
    } else {
      this.input.setAttribute("aria-activedescendant", "completion-" + this.chosen);
      this.list.children[this.chosen].scrollIntoView({ block: "nearest" });
    }
  }

  close() {
    this.asking?.abort();
    this.found = [];
    this.chosen = -1;
    this.show();
  }

  key(event) {
    const count = this.found.length;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!count) return this.complete();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.chosen = (this.chosen + step + count + (this.chosen < 0 && step < 0 ? 1 : 0)) % count;
      this.show();
    } else if (event.key === "Tab" && this.chosen >= 0) {
      event.preventDefault();
      this.insert(this.chosen);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (count) {
        this.close();
      } else {
        this.set("");
        this.clear();
      }
    }
  }

  /** Puts a completion where its beginning stands. */
  insert(place) {
    const { begin, end, text } = this.part;
    const word = (text.startsWith("-") ? "-" : "") + this.found[place].word;
    const value = this.input.value;
    this.set(value.slice(0, begin) + word + value.slice(end));
    this.input.setSelectionRange(begin + word.length, begin + word.length);
  }

  /** Takes a completion; a question of one word is asked at once. */
  take(place) {
    this.insert(place);
    if (!/[\s+*()]/.test(this.input.value.trim())) this.accept();
  }

  accept() {
    if (this.chosen >= 0) {
      this.insert(this.chosen);
      if (/[\s+*()]/.test(this.input.value.trim())) return;
    }
    this.close();
    if (this.input.value.trim()) this.submit(this.input.value);
    else this.clear();
  }
}
