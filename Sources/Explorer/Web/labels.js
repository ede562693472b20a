// Names beside their points. In the plane each level of zoom has its set of names, chosen once for the whole
// map: names that are apart at a zoom are apart at any greater one, so that nothing overlaps in between and
// nothing flickers while the map is moved.

const labelFont = '"DejaVu Sans", "Noto Sans", system-ui, sans-serif';
const levelStep = 1.25;
/** Names of groups are shown up to this zoom. */
const groupZoom = 3.2;
const longestLabel = 28;
/** In the space names stand in the front half, and a little behind the middle. */
const deepestName = 0.15;

/** Boxes that must not overlap, found by the cells they lie in. */
class Occupied {
  constructor() {
    this.cells = new Map();
  }

  cellsOf(box) {
    const found = [];
    for (let line = Math.floor(box.top / 32); line <= Math.floor(box.bottom / 32); line += 1) {
      for (let column = Math.floor(box.left / 96); column <= Math.floor(box.right / 96); column += 1) {
        found.push(line * 65536 + column);
      }
    }
    return found;
  }

  /** Takes a box unless another is in its way. */
  take(box) {
    const cells = this.cellsOf(box);
    for (const cell of cells) {
      for (const other of this.cells.get(cell) || []) {
        if (box.left < other.right && other.left < box.right
          && box.top < other.bottom && other.top < box.bottom) return false;
      }
    }
    for (const cell of cells) {
      const found = this.cells.get(cell);
      if (found) found.push(box);
      else this.cells.set(cell, [box]);
    }
    return true;
  }
}

class Labels {
  constructor(context) {
    this.context = context;
    this.levels = new Map();
    this.widths = new Map();
    /** The words that were named when last drawn. */
    this.named = [];
  }

  /** Names shorter than a line of text. */
  text(row) {
    const word = words[row];
    return word.length > longestLabel ? word.slice(0, longestLabel - 1) + "…" : word;
  }

  fontSize(row) { return Math.round(11 + 3 * frequency[row] ** 2); }

  width(text, font) {
    const key = font + text;
    let width = this.widths.get(key);
    if (width === undefined) {
      this.context.font = font;
      width = this.context.measureText(text).width;
      this.widths.set(key, width);
    }
    return width;
  }

  /** The room that a word's name needs around a point: above it. */
  box(row, x, y, weight = "") {
    const size = this.fontSize(row) + (weight ? 1 : 0);
    const font = `${weight}${size}px ${labelFont}`;
    const half = this.width(this.text(row), font) / 2 + 3;
    return { left: x - half, right: x + half, top: y - size - 8, bottom: y - 4, font, size };
  }

  groupBox(group, x, y) {
    const font = `600 13px ${labelFont}`;
    const half = this.width(facts.groups[group], font) / 2 + 6;
    return { left: x - half, right: x + half, top: y - 11, bottom: y + 11, font };
  }

  /** The names for a level of zoom, `{ row }` or `{ group }`, in the order of their importance. */
  level(view) {
    const scale = view.scale;
    const number = Math.floor(Math.log(scale) / Math.log(levelStep));
    const hasGroups = view.zoom < groupZoom;
    const key = number + (hasGroups ? "g" : "");
    const known = this.levels.get(key);
    if (known) return known;
    const own = levelStep ** number;
    const taken = new Occupied();
    const found = [];
    if (hasGroups) {
      facts.groups.forEach((_, group) => {
        const [x, y] = groupPlaces[group];
        if (taken.take(this.groupBox(group, x * own, -y * own))) found.push({ group });
      });
    }
    for (const row of byFrequency) {
      if (taken.take(this.box(row, plane[2 * row] * own, -plane[2 * row + 1] * own))) {
        found.push({ row });
      }
    }
    if (this.levels.size > 24) this.levels.clear();
    this.levels.set(key, found);
    return found;
  }

  /** Groups and words that may be named in the space: those in front, the most frequent words first. */
  *solid(view) {
    if (view.zoom < groupZoom) for (let group = 0; group < facts.groups.length; group += 1) yield { group };
    let count = 0;
    for (const row of byFrequency) {
      if (view.depth[row] > deepestName || !view.sees(row)) continue;
      yield { row };
      count += 1;
      if (count > 1500) return;
    }
  }

  /**
   * Draws names.
   *
   * `marked` are rows that stand out and come first; `isFaint` says whether all others step back; `isOpen`
   * which words may be named at all.
   */
  draw(view, look, { marked, isFaint, isOpen, showsOthers }) {
    const taken = new Occupied();
    const drawn = [];
    const markedRows = new Set(marked);
    for (const row of marked) {
      if (!view.sees(row, -20)) continue;
      const [x, y] = [view.x[row], view.y[row]];
      const box = this.box(row, x, y, "600 ");
      // Above the point, below it, to the right, to the left.
      const half = (box.right - box.left) / 2;
      for (const [dx, dy] of [[0, 0], [0, box.size + 14], [half + 6, box.size / 2 + 7], [-half - 6, box.size / 2 + 7]]) {
        const moved = {
          ...box, left: box.left + dx, right: box.right + dx, top: box.top + dy, bottom: box.bottom + dy,
        };
        if (!taken.take(moved)) continue;
        drawn.push({ row, box: moved, isMarked: true });
        break;
      }
    }
    if (showsOthers) {
      for (const { row, group } of view.isSolid ? this.solid(view) : this.level(view)) {
        if (group !== undefined) {
          const [x, y, depth] = view.screenPlace((view.isSolid ? groupSpots : groupPlaces)[group]);
          const box = this.groupBox(group, x, y);
          const isShown = !isFaint && depth <= deepestName && this.isOn(view, box);
          if (isShown && taken.take(box)) drawn.push({ group, box });
        } else if (!markedRows.has(row) && isOpen(row) && view.sees(row, -60)) {
          const box = this.box(row, view.x[row], view.y[row]);
          if (this.isOn(view, box) && taken.take(box)) drawn.push({ row, box });
        }
        if (view.isSolid && drawn.length > 90) break;
      }
    }
    this.named = drawn.filter(({ row }) => row !== undefined).map(({ row }) => row);
    this.paint(drawn, look, isFaint);
  }

  isOn(view, box) {
    return box.right > 0 && box.left < view.width && box.bottom > 0 && box.top < view.height;
  }

  paint(drawn, look, isFaint) {
    const context = this.context;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    // What matters most is drawn last.
    for (const { row, group, box, isMarked } of drawn.reverse()) {
      const text = group === undefined ? this.text(row) : facts.groups[group];
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      context.font = box.font;
      context.globalAlpha = isFaint && !isMarked ? 0.5 : 1;
      context.lineWidth = group === undefined ? 3 : 4;
      context.strokeStyle = look.ground;
      context.strokeText(text, x, y);
      context.fillStyle = group === undefined ? look.ink : look.groupInks[group];
      context.fillText(text, x, y);
    }
    context.globalAlpha = 1;
  }
}
