// Mouse, pen and fingers on the map: drag moves, wheel and pinch zoom, a press chooses a word, and with the
// lasso, or Shift held, a line is drawn around words.

/** How far from a point a press still means it, in pixels. */
const pressReach = 18;

/** Whether a place lies inside a polygon (even-odd rule). */
function isInside(x, y, polygon) {
  let isIn = false;
  for (let at = 0, before = polygon.length - 1; at < polygon.length; before = at, at += 1) {
    const [ax, ay] = polygon[at];
    const [bx, by] = polygon[before];
    if ((ay > y) !== (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax) isIn = !isIn;
  }
  return isIn;
}

class Pointer {
  constructor(map, { onAsk, onSelect }) {
    this.map = map;
    this.onAsk = onAsk;
    this.onSelect = onSelect;
    this.isLasso = false;
    /** Where each pressed pointer is. */
    this.pressed = new Map();
    this.travelled = 0;
    const { holder } = map;
    holder.addEventListener("pointerdown", (event) => this.down(event));
    holder.addEventListener("pointermove", (event) => this.move(event));
    holder.addEventListener("pointerup", (event) => this.up(event));
    holder.addEventListener("pointercancel", (event) => this.cancel(event));
    holder.addEventListener("pointerleave", () => this.hover(-1));
    holder.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    holder.addEventListener("dblclick", (event) => {
      const [x, y] = this.at(event);
      map.view.zoomBy(event.shiftKey ? 0.5 : 2, x, y);
      map.moved();
    });
  }

  at(event) {
    const box = this.map.holder.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  down(event) {
    if (event.button !== 0) return;
    this.map.holder.setPointerCapture(event.pointerId);
    this.pressed.set(event.pointerId, this.at(event));
    if (this.pressed.size === 1) {
      this.travelled = 0;
      this.isDrawing = this.isLasso || event.shiftKey;
      this.map.outline = this.isDrawing ? [this.at(event)] : [];
    } else {
      this.isDrawing = false;
      this.map.outline = [];
      this.travelled = Infinity;
    }
    this.look();
  }

  move(event) {
    const place = this.at(event);
    const before = this.pressed.get(event.pointerId);
    if (!before) {
      this.hover(event.pointerType === "touch" ? -1 : this.wordAt(place), place);
      return;
    }
    const [dx, dy] = [place[0] - before[0], place[1] - before[1]];
    this.travelled += Math.abs(dx) + Math.abs(dy);
    if (this.isDrawing) {
      this.map.outline.push(place);
      this.map.request();
    } else if (this.pressed.size === 2) {
      this.pinch(event.pointerId, before, place);
    } else if (this.travelled > 4) {
      this.hover(-1);
      this.map.view.drag(dx, dy);
      this.map.moved();
    } else {
      // Less than this is a hand that is not still.
      return;
    }
    this.pressed.set(event.pointerId, place);
    this.look();
  }

  /** One of two fingers moves: the map follows both. */
  pinch(pointer, before, place) {
    const other = [...this.pressed].find(([id]) => id !== pointer)[1];
    const spread = (a) => Math.max(10, Math.hypot(a[0] - other[0], a[1] - other[1]));
    const { view } = this.map;
    view.drag((place[0] - before[0]) / 2, (place[1] - before[1]) / 2);
    view.zoomBy(spread(place) / spread(before), (place[0] + other[0]) / 2, (place[1] + other[1]) / 2);
    this.map.moved();
  }

  up(event) {
    if (!this.pressed.delete(event.pointerId)) return;
    if (this.isDrawing) {
      const corners = this.map.outline;
      this.map.outline = [];
      this.isDrawing = false;
      if (corners.length > 8) this.select(corners);
      this.map.request();
    } else if (this.travelled <= 4 && !this.pressed.size) {
      const row = this.wordAt(this.at(event));
      if (row >= 0) this.onAsk(row);
    }
    this.look();
  }

  cancel(event) {
    this.pressed.delete(event.pointerId);
    this.map.outline = [];
    this.isDrawing = false;
    this.look();
    this.map.request();
  }

  wheel(event) {
    event.preventDefault();
    const [x, y] = this.at(event);
    // Lines and pages of old wheels as pixels; a pinch on a touch pad comes with Ctrl, in small steps.
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
    const speed = event.ctrlKey ? 0.01 : 0.0018;
    this.map.view.zoomBy(Math.exp(-Math.max(-240, Math.min(240, event.deltaY * unit)) * speed), x, y);
    this.map.moved();
    this.hover(-1);
  }

  wordAt([x, y]) {
    return this.map.view.wordAt(x, y, pressReach, this.map.openness());
  }

  hover(row, place) {
    const tip = element("tip");
    if (row !== state.hover) {
      state.hover = row;
      tip.hidden = row < 0;
      if (row >= 0) {
        const more = columnText(row) || (facts.counts ? `${grouped.format(facts.counts[row])} times` : "");
        tip.replaceChildren(isolated(words[row]), make("small", null, more));
      }
      this.look();
      this.map.request();
    }
    if (row >= 0) {
      const { width } = this.map.view;
      const x = Math.max(4, Math.min(width - tip.offsetWidth - 4, place[0] + 14));
      tip.style.transform = `translate(${Math.round(x)}px, ${Math.round(place[1] + 16)}px)`;
    }
  }

  /** The words inside a line on the screen. */
  select(corners) {
    const { view } = this.map;
    const isOpen = this.map.openness();
    const rows = byFrequency.filter((row) => isOpen(row) && isInside(view.x[row], view.y[row], corners));
    if (!rows.length) {
      announce("No words inside the line.");
      return;
    }
    // A few hundred corners say as much as thousands, and fit into an address.
    const step = Math.ceil(corners.length / 80);
    const polygon = view.isSolid
      ? null : corners.filter((_, at) => at % step === 0).map(([x, y]) => view.toPlane(x, y));
    this.onSelect({ rows, polygon });
  }

  look() {
    const { classList } = this.map.holder;
    classList.toggle("is-drawing", this.isLasso || Boolean(this.isDrawing));
    classList.toggle("is-moving", this.pressed.size > 0 && this.travelled > 4);
    classList.toggle("is-pointing", state.hover >= 0 && !this.pressed.size);
  }
}
