// The map by keys. They count while the map has the focus, so that none is taken from elsewhere.

const keyNames = [
  ["Arrows", "to the next word in that direction"],
  ["Enter", "the nearest words of the word that is reached"],
  ["Shift + arrows", "move the map, or turn the space"],
  ["+ and -", "zoom"],
  ["0", "show the whole map"],
  ["/", "write a question"],
  ["S", "select the words in view; Esc ends it"],
  ["3", "between plane and space, where the page has both"],
  ["N, D", "names and density on or off"],
  ["?", "this list"],
];

class Keys {
  /** `actions` are what keys do, by name. */
  constructor(map, actions) {
    this.map = map;
    this.actions = actions;
    map.holder.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (this.press(event)) event.preventDefault();
    });
    map.holder.addEventListener("blur", () => {
      state.cursor = -1;
      map.request();
    });
    element("key-list").replaceChildren(
      ...keyNames.flatMap(([key, effect]) => [make("dt", null, key), make("dd", null, effect)]));
    const dialog = element("keys");
    element("help").addEventListener("click", () => dialog.showModal());
  }

  /** Whether a key did something. */
  press(event) {
    const direction = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    }[event.key];
    if (direction && event.shiftKey) {
      this.map.view.drag(-80 * direction[0], -80 * direction[1]);
      this.map.moved();
    } else if (direction) {
      this.step(direction);
    } else if (event.key === "Enter" || event.key === " ") {
      if (state.cursor >= 0) this.actions.ask(state.cursor);
    } else if (event.key === "+" || event.key === "=") {
      this.actions.zoom(1.5);
    } else if (event.key === "-" || event.key === "_") {
      this.actions.zoom(1 / 1.5);
    } else {
      const action = {
        "0": "fit", "/": "search", s: "select", "3": "solid", n: "names", d: "density", "?": "help",
        Escape: "escape",
      }[event.key];
      if (!action) return false;
      this.actions[action]();
    }
    return true;
  }

  /** Goes to the nearest named word in a direction; the map follows. */
  step([dx, dy]) {
    const { view, labels } = this.map;
    const start = state.cursor;
    const [x, y] = start >= 0 ? [view.x[start], view.y[start]] : [view.width / 2, view.height / 2];
    let best = -1;
    let least = Infinity;
    for (const row of labels.named.length ? labels.named : byFrequency.slice(0, 500)) {
      if (row === start) continue;
      const [ax, ay] = [view.x[row] - x, view.y[row] - y];
      const along = ax * dx + ay * dy;
      const aside = Math.abs(ax * dy) + Math.abs(ay * dx);
      if (start >= 0 && (along <= 0 || aside > along * 1.2)) continue;
      const cost = start >= 0 ? along + 2 * aside : Math.hypot(ax, ay);
      if (cost < least) {
        least = cost;
        best = row;
      }
    }
    if (best < 0) {
      view.drag(-80 * dx, -80 * dy);
      this.map.moved();
      announce("No named word further on; the map moved.");
      return;
    }
    state.cursor = best;
    if (!view.sees(best, 60) && !view.isSolid) {
      view.drag(view.width / 2 - view.x[best], view.height / 2 - view.y[best]);
      this.map.moved();
    }
    this.map.request();
    const count = facts.counts ? `, ${grouped.format(facts.counts[best])} times` : "";
    announce(`${words[best]}${count}, ${facts.groups[groups[best]]}`);
  }
}
