// Words as a table: those of a selection, or those that the map shows now. It says in text what the map says
// in points.

const tablePage = 100;

class TablePane {
  constructor({ onAsk, onSelect, rowsInView }) {
    this.pane = element("pane-table");
    this.onAsk = onAsk;
    this.onSelect = onSelect;
    this.rowsInView = rowsInView;
    this.shownCount = tablePage;
    this.order = { column: "frequency", isRising: false };
    this.columns = [
      { id: "word", name: "Word", text: (row) => words[row], value: (row) => words[row] },
      {
        id: "frequency", name: facts.counts ? "Count" : "No.", isNumber: true,
        text: (row) => facts.counts ? String(facts.counts[row]) : String(row + 1),
        value: (row) => frequency[row],
      },
      { id: "group", name: "Group", text: (row) => facts.groups[groups[row]], value: (row) => groups[row] },
    ];
    if (facts.column) {
      const numbers = facts.column.numbers;
      this.columns.push({
        id: "column", name: facts.column.name, isNumber: Boolean(numbers), text: columnText,
        value: (row) => numbers ? numbers[row] ?? -Infinity : columnText(row),
      });
    }
  }

  get rows() {
    const found = state.selection ? [...state.selection.rows] : this.rowsInView();
    const column = this.columns.find(({ id }) => id === this.order.column);
    const sign = this.order.isRising ? 1 : -1;
    return found.sort((a, b) => {
      const [one, other] = [column.value(a), column.value(b)];
      return one < other ? -sign : one > other ? sign : a - b;
    });
  }

  show() {
    const rows = this.rows;
    const name = state.selection ? "Selected words" : "Words in view";
    const tools = make("div", { class: "table-tools" });
    const add = (label, action) => {
      const button = make("button", { type: "button" }, label);
      button.addEventListener("click", action);
      tools.append(button);
    };
    if (state.selection) add("Clear selection", () => this.onSelect(null));
    else add("Select these", () => this.onSelect({ rows, polygon: null }));
    add("Copy", () => this.copy(rows));
    const table = make("table", null, make("caption", null, `${name}: ${grouped.format(rows.length)}`),
      make("thead", null, make("tr", null, ...this.columns.map((column) => this.header(column)))),
      make("tbody", null, ...rows.slice(0, this.shownCount).map((row) => this.line(row))));
    const parts = [tools, table];
    if (rows.length > this.shownCount) {
      const more = make("button", { type: "button" },
        `Show ${Math.min(tablePage, rows.length - this.shownCount)} more`);
      more.addEventListener("click", () => {
        this.shownCount += tablePage;
        this.show();
        this.pane.querySelector(`tbody tr:nth-child(${this.shownCount - tablePage + 1}) button`)?.focus();
      });
      parts.push(make("div", { class: "table-tools" }, more));
    }
    this.pane.replaceChildren(...parts);
  }

  header(column) {
    const isOrder = this.order.column === column.id;
    const mark = isOrder ? (this.order.isRising ? " ↑" : " ↓") : "";
    const button = make("button", { type: "button" }, column.name, make("span", { "aria-hidden": "true" }, mark));
    button.addEventListener("click", () => {
      this.order = { column: column.id, isRising: isOrder ? !this.order.isRising : column.id === "word" };
      this.shownCount = tablePage;
      this.show();
      [...this.pane.querySelectorAll("th button")][this.columns.indexOf(column)].focus();
    });
    return make("th", {
      scope: "col", class: column.isNumber ? "number" : "",
      "aria-sort": isOrder ? (this.order.isRising ? "ascending" : "descending") : "none",
    }, button);
  }

  line(row) {
    const ask = make("button", { type: "button" }, isolated(words[row]));
    ask.addEventListener("click", () => this.onAsk(words[row]));
    const line = make("tr", null, make("td", null, ask));
    for (const column of this.columns.slice(1)) {
      const number = column.isNumber ? Number(column.text(row)) : NaN;
      const text = Number.isFinite(number) && column.text(row) !== "" ? readable(number) : column.text(row);
      line.append(make("td", { class: column.isNumber ? "number" : "", title: text }, isolated(text)));
    }
    return line;
  }

  /** Copies all rows, parted by tabs. */
  async copy(rows) {
    const clean = (text) => text.replace(/[\t\r\n]+/g, " ");
    const lines = [this.columns.map((column) => clean(column.name)).join("\t")];
    for (const row of rows) lines.push(this.columns.map((column) => clean(column.text(row))).join("\t"));
    const text = lines.join("\n") + "\n";
    let isCopied = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Pages without a secure origin copy as they did of old: out of a field.
      const field = make("textarea", { class: "unseen", "aria-hidden": "true" });
      field.value = text;
      document.body.append(field);
      field.select();
      isCopied = document.execCommand("copy");
      field.remove();
    }
    announce(isCopied ? `${grouped.format(rows.length)} words copied.` : "The browser did not let the words be copied.");
  }
}
