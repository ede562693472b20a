// The side of the page: tabs, the answer to a question, and the legend.

class Tabs {
  constructor(onShown) {
    this.tabs = [...document.querySelectorAll('[role="tab"]')];
    this.onShown = onShown;
    for (const tab of this.tabs) {
      tab.addEventListener("click", () => this.show(tab));
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const next = this.tabs[(this.tabs.indexOf(tab) + step + this.tabs.length) % this.tabs.length];
        this.show(next);
        next.focus();
      });
    }
  }

  get shown() { return this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true").id; }

  show(shown) {
    const chosen = typeof shown === "string" ? element(shown) : shown;
    for (const tab of this.tabs) {
      const isShown = tab === chosen;
      tab.setAttribute("aria-selected", String(isShown));
      tab.tabIndex = isShown ? 0 : -1;
      element(tab.getAttribute("aria-controls")).hidden = !isShown;
    }
    this.onShown(chosen.id);
  }
}

/** A dot in the colour of a word, as an image without a text of its own. */
function chip(color) {
  const dot = make("span", { class: "chip" });
  dot.style.backgroundColor = css(color);
  return dot;
}

/** Expressions that can be tried, of words that are there. */
const examples = [
  "king - man + woman", "paris - france + italy", "walking - walk + swim", "bigger - big + small",
].filter((text) => text.split(/ [-+] /).every((word) => rowOf.has(word))).slice(0, 3);

/** The pane of a question and its answers. */
class AnswerPane {
  constructor(onAsk) {
    this.pane = element("pane-word");
    this.onAsk = onAsk;
  }

  /** A button that asks a question. */
  asking(text, label = text) {
    const button = make("button", { type: "button" }, isolated(label));
    button.addEventListener("click", () => this.onAsk(text));
    return button;
  }

  show(question) {
    this.pane.replaceChildren(...(question ? this.answer(question) : this.welcome()));
    this.pane.scrollTop = 0;
  }

  welcome() {
    const parts = [
      make("p", null, "Each point is a word; words that are used alike lie together."),
      ...(server?.hasMore ? [make("p", { class: "quiet" },
        `Words that are not on the map, ${grouped.format(facts.allWords - wordCount)} more, are asked of the `
          + "server that this page comes from.")] : []),
      make("p", { class: "quiet" },
        "Choose one on the map or in the field above to see what is nearest to it, or add words up:"),
    ];
    // A word of a group's name, but not `the`.
    const names = facts.groups.map((name) => name.split(" ")[0]);
    const word = names.find((name) => rowOf.get(name) >= Math.min(300, wordCount / 4)) ?? words[0];
    const tries = [word, ...examples];
    parts.push(make("div", { class: "examples" }, ...tries.map((text) => this.asking(text))));
    return parts;
  }

  answer(question) {
    const parts = [make("h2", null, isolated(question.row === null ? question.text : words[question.row]))];
    if (question.isAwaited) parts.push(make("p", { class: "quiet" }, "The server is asked …"));
    if (question.isAwaited && question.problem) return parts;
    if (question.problem) {
      const notice = make("div", { class: "notice" }, make("p", null, question.problem));
      for (const word of question.missing.slice(0, 1).flatMap(nearSpellings)) {
        notice.append(this.asking(
          question.text === question.missing[0] ? word : question.text.replace(question.missing[0], word), word));
      }
      return [...parts, notice];
    }
    if (question.row !== null) parts.push(this.factsOf(question.row));
    if (question.missing.length) {
      parts.push(make("p", { class: "quiet" }, `Not on this page: ${question.missing.join(", ")}.`));
    }
    for (const note of question.notes ?? []) parts.push(make("p", { class: "quiet" }, note));
    parts.push(make("h3", null, "Nearest, by cosine"));
    const list = make("ol", { class: "answers" });
    for (const { row, word, score } of question.answers) {
      const name = make("span", null, isolated(word));
      if (row === null) name.append(make("small", { class: "beyond" }, " not on the map"));
      const button = make("button", { type: "button" },
        name, make("span", { class: "score" }, score.toFixed(3)), this.bar(score));
      button.addEventListener("click", () => this.onAsk(word));
      list.append(make("li", null, button));
    }
    return [...parts, list, ...this.sourceOf(question)];
  }

  /** Who answered, where there is more than the page that can; and a way to the other. */
  sourceOf(question) {
    if (!server?.hasMore || question.isAwaited) return [];
    const all = `all ${grouped.format(facts.allWords)} words`;
    if (question.isServed) {
      return [make("p", { class: "quiet", id: "source" }, `Answered by the server, among ${all}.`)];
    }
    const button = make("button", { type: "button", id: "among-all" }, `Ask the server, among ${all}`);
    button.addEventListener("click", () => this.onAsk(question.text, { isServed: true }));
    return [
      make("p", { class: "quiet", id: "source" },
        `Answered by this page, among its ${grouped.format(wordCount)} words.`),
      make("div", { class: "examples" }, button),
    ];
  }

  factsOf(row) {
    const colors = labelColors(colorings[0], isDark());
    const items = [make("span", null, `No. ${grouped.format(row + 1)}`)];
    if (facts.counts) items.push(make("span", null, `${grouped.format(facts.counts[row])} times`));
    if (facts.column && columnText(row)) {
      items.push(make("span", null, `${facts.column.name}: `, isolated(columnText(row))));
    }
    items.push(make("span", null, chip(colors[groups[row]]), isolated(facts.groups[groups[row]])));
    return make("div", { class: "facts" }, ...items);
  }

  bar(score) {
    const ns = "http://www.w3.org/2000/svg";
    const picture = document.createElementNS(ns, "svg");
    picture.setAttribute("aria-hidden", "true");
    const bar = document.createElementNS(ns, "rect");
    bar.setAttribute("height", "3");
    bar.setAttribute("rx", "1.5");
    bar.setAttribute("width", `${Math.max(0, 100 * score).toFixed(1)}%`);
    picture.append(bar);
    return picture;
  }
}

/** The pane that says what colours mean; a label picks its words out. */
class LegendPane {
  constructor(onPick) {
    this.pane = element("pane-legend");
    this.onPick = onPick;
  }

  show() {
    const { coloring } = state;
    const parts = [make("h2", { class: "unseen" }, `Colours: ${coloring.name}`)];
    if (coloring.labels) {
      const colors = labelColors(coloring, isDark());
      const list = make("ul", { class: "legend" });
      coloring.labels.forEach((label, index) => {
        const button = make("button", { type: "button", "aria-pressed": String(state.label === index) },
          chip(colors[index]), isolated(label), make("span", { class: "count" }, grouped.format(coloring.sizes[index])));
        button.addEventListener("click", () => {
          this.onPick(state.label === index ? null : index);
          list.children[index].firstChild.focus();
        });
        list.append(make("li", null, button));
      });
      parts.push(list);
    } else {
      parts.push(make("p", null, coloring.name), this.scale(coloring));
    }
    const held = this.pane.scrollTop;
    const place = [...this.pane.querySelectorAll("button")].indexOf(document.activeElement);
    this.pane.replaceChildren(...parts);
    this.pane.scrollTop = held;
    if (place >= 0) this.pane.querySelectorAll("button")[place]?.focus();
  }

  scale(coloring) {
    const canvas = make("canvas", { "aria-hidden": "true" });
    canvas.width = 256;
    canvas.height = 1;
    const context = canvas.getContext("2d");
    for (let at = 0; at < 256; at += 1) {
      context.fillStyle = css(scaleColor(at / 255, isDark()));
      context.fillRect(at, 0, 1, 1);
    }
    return make("div", { class: "scale" }, canvas,
      make("div", null, make("span", null, coloring.ends[0]), make("span", null, coloring.ends[1])));
  }
}
