// What is seen, in the fragment of the address: it can be kept and sent, and no server hears of it.

class Address {
  /** `restore` is called with what an address says, whenever it says something else than the page. */
  constructor(map, restore) {
    this.map = map;
    this.restore = restore;
    this.timer = 0;
    this.written = "";
    window.addEventListener("hashchange", () => {
      if (location.hash !== this.written) this.read();
    });
  }

  /** Writes soon: browsers count how often an address changes. */
  note() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.write(), 250);
  }

  write() {
    const { view } = this.map;
    const parts = new Map();
    const short = (value) => String(Number(value.toFixed(4)));
    if (state.question) parts.set("q", state.question.text);
    if (state.question?.isServed) parts.set("among", "all");
    const place = view.isSolid ? [view.yaw, view.pitch, view.zoom] : [view.centerX, view.centerY, view.zoom];
    const home = new View();
    const start = view.isSolid ? [home.yaw, home.pitch, 1] : [0, 0, 1];
    if (view.isSolid || place.some((value, at) => short(value) !== short(start[at]))) {
      parts.set(view.isSolid ? "space" : "at", place.map(short).join(","));
    }
    if (state.coloring !== colorings[0]) parts.set("color", state.coloring.id);
    if (state.label !== null) parts.set("only", String(state.label));
    if (state.selection && state.selection.polygon) {
      parts.set("lasso", state.selection.polygon.flat().map((value) => short(value)).join(","));
    }
    if (!state.names) parts.set("names", "off");
    if (!state.density) parts.set("density", "off");
    if (this.map.isPlain) parts.set("points", "canvas");
    if (state.theme !== "auto") parts.set("theme", state.theme);
    const text = [...parts].map(([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%20", "+")}`);
    this.written = text.length ? "#" + text.join("&") : "";
    if (location.hash !== this.written) {
      history.replaceState(null, "", this.written || location.pathname + location.search);
    }
    this.written = location.hash;
  }

  /** Reads the address; whatever in it makes no sense is passed over. */
  read() {
    const parts = new URLSearchParams(location.hash.slice(1));
    const numbers = (key) => {
      const values = (parts.get(key) || "").split(",").map(Number);
      return parts.get(key) && values.every(Number.isFinite) ? values : null;
    };
    const only = parts.get("only");
    const corners = numbers("lasso");
    this.restore({
      question: parts.get("q") || "",
      isServed: parts.get("among") === "all",
      at: numbers("at"),
      space: numbers("space"),
      coloring: colorings.find((coloring) => coloring.id === parts.get("color")) || colorings[0],
      label: only !== null && /^\d+$/.test(only) ? Number(only) : null,
      polygon: corners && corners.length >= 6 && corners.length % 2 === 0
        ? Array.from({ length: corners.length / 2 }, (_, at) => [corners[2 * at], corners[2 * at + 1]]) : null,
      names: parts.get("names") !== "off",
      density: parts.get("density") !== "off",
      theme: ["light", "dark"].includes(parts.get("theme")) ? parts.get("theme") : "auto",
    });
    this.written = location.hash;
  }
}
