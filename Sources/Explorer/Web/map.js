// The map: what is shown of the words, drawn whenever something has changed.

/** What the reader has chosen. */
const state = {
  /** The question of `ask` with its `answers`, or null. */
  question: null,
  coloring: colorings[0],
  /** The label of the coloring that is picked out, or null. */
  label: null,
  /** `{ rows, polygon }` of a selection, or null; the polygon is in units of the plane. */
  selection: null,
  names: true,
  density: true,
  theme: "auto",
  /** The word under the pointer, and the one that the keys have come to; -1 for none. */
  hover: -1,
  cursor: -1,
};

const darkQuery = matchMedia("(prefers-color-scheme: dark)");
const stillQuery = matchMedia("(prefers-reduced-motion: reduce)");
const isDark = () => state.theme === "dark" || (state.theme === "auto" && darkQuery.matches);

class WordMap {
  constructor() {
    this.holder = element("map");
    this.view = new View();
    this.ground = element("ground").getContext("2d", canvasOptions);
    this.ink = element("ink").getContext("2d", canvasOptions);
    this.labels = new Labels(this.ink);
    // The address may say that the plain canvas draws, where WebGL has faults: #points=canvas.
    this.isPlain = new URLSearchParams(location.hash.slice(1)).get("points") === "canvas";
    this.points = (!this.isPlain && GraphicsPoints.on(element("points"))) || new CanvasPoints(element("points"));
    this.points.onRestored = () => this.request();
    this.points.setPlaces(plane, 2);
    this.holder.dataset.renderer = this.points instanceof GraphicsPoints ? "webgl" : "canvas";
    /** The polygon that is being drawn, in pixels. */
    this.outline = [];
    this.isDue = false;
    this.flight = null;
    this.onMoved = () => {};
    new ResizeObserver(() => this.resize()).observe(this.holder);
    this.restyle();
    this.resize();
  }

  /** Takes the size of its place. */
  resize() {
    const box = this.holder.getBoundingClientRect();
    this.view.width = Math.max(1, box.width);
    this.view.height = Math.max(1, box.height);
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    for (const canvas of this.holder.querySelectorAll("canvas")) {
      canvas.width = Math.round(this.view.width * this.ratio);
      canvas.height = Math.round(this.view.height * this.ratio);
    }
    this.request();
  }

  /** Reads the colours of the style sheet and makes what depends on them. */
  restyle() {
    const style = getComputedStyle(document.documentElement);
    const dark = isDark();
    /** A colour of the style sheet, where it stands as light-dark(one, other). */
    const value = (name) =>
      style.getPropertyValue("--" + name).match(/\((\S+), (\S+)\)/)[dark ? 2 : 1];
    this.look = {
      ground: value("ground"), ink: value("ink"), quiet: value("quiet"), accent: value("accent"),
      line: dark ? "rgb(255 255 255 / 13%)" : "rgb(30 36 60 / 13%)",
      picture: densityPicture(dark ? [150, 170, 215] : [120, 135, 175]),
      groupInks: palette(facts.groups.length, dark).map((color) =>
        css(color.map((part) => Math.round(dark ? part + (255 - part) * 0.35 : part * 0.72)))),
    };
    // Names of groups have colours where the points have them.
    if (state.coloring.id !== "group") this.look.groupInks.fill(this.look.ink);
    this.recolor();
  }

  /** Colours words anew; those that nothing is asked about step back. */
  recolor() {
    const colors = wordColors(state.coloring, isDark());
    const shades = new Uint8Array(4 * wordCount);
    const isOpen = this.openness();
    const marked = new Set(this.marked);
    const isFaint = marked.size > 0;
    const dense = state.density && this.view.isSolid ? spaceDensity : null;
    for (let row = 0; row < wordCount; row += 1) {
      shades.set(colors.subarray(3 * row, 3 * row + 3), 4 * row);
      // In few steps: a plain canvas draws colour by colour.
      const usual = dense ? 60 + 24 * Math.round(8 * Math.sqrt(dense[row])) : 205;
      shades[4 * row + 3] = marked.has(row) ? 255 : !isOpen(row) ? 26 : isFaint ? 70 : usual;
    }
    this.points.setColors(shades);
    this.request();
  }

  /** Whether a word belongs to what is selected or picked out in the legend. */
  openness() {
    const selected = state.selection && new Set(state.selection.rows);
    const { label, coloring } = state;
    return (row) =>
      (!selected || selected.has(row)) && (label === null || coloring.indexOf(row) === label);
  }

  /** The words that stand out: those of the question, and its answers. */
  get marked() {
    const question = state.question;
    if (!question || !question.answers) return [];
    const rows = question.answers.map(({ row }) => row).filter((row) => row !== null);
    return [...new Set([...question.excluded, ...rows])];
  }

  /** Sees to it that the next frame is drawn. */
  request() {
    if (this.isDue) return;
    this.isDue = true;
    requestAnimationFrame((time) => {
      this.isDue = false;
      this.fly(time);
      this.draw();
    });
  }

  draw() {
    const { view, ratio, ground, ink } = this;
    view.project();
    ground.setTransform(1, 0, 0, 1, 0, 0);
    ground.clearRect(0, 0, ground.canvas.width, ground.canvas.height);
    if (state.density && !view.isSolid) drawDensity(ground, view, ratio, this.look);
    this.points.draw(view, ratio);
    ink.setTransform(ratio, 0, 0, ratio, 0, 0);
    ink.clearRect(0, 0, view.width, view.height);
    const marked = this.marked;
    this.drawLines(ink);
    const reached = state.cursor >= 0 ? [state.cursor] : [];
    this.labels.draw(view, this.look, {
      marked: [...new Set([...reached, ...marked])], isFaint: marked.length > 0, isOpen: this.openness(),
      showsOthers: state.names,
    });
    this.drawRings(ink);
    this.drawOutline(ink);
  }

  /** From the word asked for to its answers. */
  drawLines(ink) {
    const question = state.question;
    if (!question || !question.answers || question.row === null) return;
    const { x, y } = this.view;
    ink.strokeStyle = this.look.quiet;
    ink.globalAlpha = 0.5;
    ink.lineWidth = 1;
    ink.beginPath();
    for (const { row } of question.answers) {
      if (row === null) continue;
      ink.moveTo(x[question.row], y[question.row]);
      ink.lineTo(x[row], y[row]);
    }
    ink.stroke();
    ink.globalAlpha = 1;
  }

  drawRings(ink) {
    const { x, y } = this.view;
    const asked = state.question && state.question.answers ? state.question.excluded : [];
    for (const [rows, color, radius] of [
      [asked, this.look.accent, 6], [[state.cursor], this.look.accent, 9], [[state.hover], this.look.ink, 6],
    ]) {
      ink.strokeStyle = color;
      ink.lineWidth = 2;
      for (const row of rows) {
        if (row < 0) continue;
        ink.beginPath();
        ink.arc(x[row], y[row], radius, 0, 2 * Math.PI);
        ink.stroke();
      }
    }
  }

  /** The line around a selection. */
  drawOutline(ink) {
    let corners = this.outline;
    if (!corners.length && state.selection && state.selection.polygon && !this.view.isSolid) {
      const { view } = this;
      corners = state.selection.polygon.map(([px, py]) => [
        view.width / 2 + (px - view.centerX) * view.scale,
        view.height / 2 - (py - view.centerY) * view.scale,
      ]);
    }
    if (corners.length < 2) return;
    ink.beginPath();
    for (const [px, py] of corners) ink.lineTo(px, py);
    ink.closePath();
    ink.strokeStyle = this.look.accent;
    ink.lineWidth = 1.5;
    ink.setLineDash([5, 4]);
    ink.stroke();
    ink.setLineDash([]);
    ink.globalAlpha = 0.06;
    ink.fillStyle = this.look.accent;
    ink.fill();
    ink.globalAlpha = 1;
  }

  /** The reader has moved: draws, and tells those who depend on it. */
  moved() {
    this.flight = null;
    this.request();
    this.onMoved();
  }

  /** Goes to a word so that it is in the middle, and half of some others in the room around it. */
  goTo(row, others) {
    const { view } = this;
    if (view.isSolid) {
      const [a, b, c] = [space[3 * row], space[3 * row + 1], space[3 * row + 2]];
      const aside = Math.hypot(a, c);
      this.travel({ yaw: Math.atan2(-a, c), pitch: Math.atan2(b, aside), zoom: Math.max(1.6, view.zoom) });
    } else {
      const distances = others.map((other) =>
        Math.hypot(plane[2 * other] - plane[2 * row], plane[2 * other + 1] - plane[2 * row + 1]));
      const middle = distances.sort((a, b) => a - b)[distances.length >> 1] || 0.1;
      const zoom = Math.max(3, Math.min(60, 0.5 / middle));
      this.travel({ centerX: plane[2 * row], centerY: plane[2 * row + 1], zoom });
    }
  }

  /** Shows the whole map. */
  fit() {
    const start = new View();
    const { centerX, centerY, zoom, yaw, pitch } = start;
    this.travel(this.view.isSolid ? { yaw, pitch, zoom } : { centerX, centerY, zoom });
  }

  /** Moves to a place in a moment, or at once where the reader wants no motion. */
  travel(target) {
    if (stillQuery.matches) {
      Object.assign(this.view, target);
      this.moved();
      return;
    }
    const start = Object.fromEntries(Object.keys(target).map((key) => [key, this.view[key]]));
    if ("yaw" in target) {
      // The shorter way round.
      const turn = 2 * Math.PI;
      target.yaw = start.yaw + ((target.yaw - start.yaw) % turn + 1.5 * turn) % turn - turn / 2;
    }
    this.flight = { start, target, begin: null };
    this.request();
  }

  fly(time) {
    const flight = this.flight;
    if (!flight) return;
    flight.begin ??= time;
    const share = Math.min(1, (time - flight.begin) / 420);
    const eased = 1 - (1 - share) ** 3;
    for (const [key, end] of Object.entries(flight.target)) {
      const begin = flight.start[key];
      this.view[key] = key === "zoom"
        ? begin * (end / begin) ** eased : begin + (end - begin) * eased;
    }
    if (share < 1) {
      this.request();
    } else {
      this.flight = null;
      this.onMoved();
    }
  }

  /** Changes between the plane and the space. */
  setSolid(isSolid) {
    this.view.isSolid = isSolid && space !== null;
    this.flight = null;
    this.view.reset();
    this.points.setPlaces(...(this.view.isSolid ? [space, 3] : [plane, 2]));
    this.recolor();
  }
}
