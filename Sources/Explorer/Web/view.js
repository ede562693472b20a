// Where the reader stands: the part of the plane, or the turn of the space, that is seen, and where
// each word is on the screen then.

class View {
  constructor() {
    this.width = 1;
    this.height = 1;
    this.isSolid = false;
    /** Words on the screen, in CSS pixels; `depth` is above 0 for those behind the middle of the space. */
    this.x = new Float32Array(wordCount);
    this.y = new Float32Array(wordCount);
    this.depth = new Float32Array(wordCount);
    this.reset();
  }

  /** The whole map. */
  reset() {
    this.centerX = 0;
    this.centerY = 0;
    this.zoom = 1;
    this.yaw = 0.6;
    this.pitch = -0.35;
  }

  /** Pixels for one unit of the map, at the middle of the space. */
  get scale() { return 0.46 * Math.min(this.width, this.height) * this.zoom * (this.isSolid ? 0.8 : 1); }

  /** The rotation of the space, row by row. */
  get rotation() {
    const [cy, sy] = [Math.cos(this.yaw), Math.sin(this.yaw)];
    const [cp, sp] = [Math.cos(this.pitch), Math.sin(this.pitch)];
    return [cy, 0, sy, sy * sp, cp, -cy * sp, -sy * cp, sp, cy * cp];
  }

  /** The eye's distance to the middle of the space, in units of the map. */
  get eye() { return 3; }

  /** From places to WebGL's clip space, column by column; what `project` does on the processor. */
  matrix() {
    const [h, v] = [2 * this.scale / this.width, 2 * this.scale / this.height];
    if (!this.isSolid) {
      return new Float32Array([
        h, 0, 0, 0, 0, v, 0, 0, 0, 0, 0, 0, -h * this.centerX, -v * this.centerY, 0, 1,
      ]);
    }
    const r = this.rotation;
    const e = this.eye;
    const column = (axis) => [h * r[axis] * e, v * r[3 + axis] * e, -0.5 * r[6 + axis], -r[6 + axis]];
    return new Float32Array([
      ...column(0), ...column(1), ...column(2), -h * this.centerX * e, -v * this.centerY * e, 0, e,
    ]);
  }

  /** Finds where words are on the screen. */
  project() {
    const { scale, centerX, centerY, x, y, depth } = this;
    const [middleX, middleY] = [this.width / 2, this.height / 2];
    if (!this.isSolid) {
      for (let row = 0; row < wordCount; row += 1) {
        x[row] = middleX + (plane[2 * row] - centerX) * scale;
        y[row] = middleY - (plane[2 * row + 1] - centerY) * scale;
      }
      return;
    }
    const r = this.rotation;
    const e = this.eye;
    for (let row = 0; row < wordCount; row += 1) {
      const [a, b, c] = [space[3 * row], space[3 * row + 1], space[3 * row + 2]];
      const z = r[6] * a + r[7] * b + r[8] * c;
      const near = e / (e - z);
      x[row] = middleX + (r[0] * a + r[1] * b + r[2] * c - centerX) * scale * near;
      y[row] = middleY - (r[3] * a + r[4] * b + r[5] * c - centerY) * scale * near;
      depth[row] = -z;
    }
  }

  /** Where a place of the plane, or of the space, is on the screen, and its depth. */
  screenPlace(place) {
    const { scale, centerX, centerY } = this;
    const [middleX, middleY] = [this.width / 2, this.height / 2];
    if (!this.isSolid) {
      return [middleX + (place[0] - centerX) * scale, middleY - (place[1] - centerY) * scale, 0];
    }
    const r = this.rotation;
    const turned = [0, 3, 6].map((row) => r[row] * place[0] + r[row + 1] * place[1] + r[row + 2] * place[2]);
    const near = this.eye / (this.eye - turned[2]);
    return [
      middleX + (turned[0] - centerX) * scale * near, middleY - (turned[1] - centerY) * scale * near, -turned[2],
    ];
  }

  /** A place on the screen in units of the plane. */
  toPlane(x, y) {
    return [
      this.centerX + (x - this.width / 2) / this.scale,
      this.centerY - (y - this.height / 2) / this.scale,
    ];
  }

  /** Whether a word is on the screen. */
  sees(row, margin = 0) {
    return this.x[row] >= margin && this.x[row] <= this.width - margin
      && this.y[row] >= margin && this.y[row] <= this.height - margin;
  }

  /** Moves the map by so many pixels; the space is turned. */
  drag(dx, dy) {
    if (this.isSolid) {
      this.yaw = (this.yaw + dx / 180) % (2 * Math.PI);
      this.pitch = Math.max(-1.55, Math.min(1.55, this.pitch + dy / 180));
    } else {
      this.centerX = Math.max(-1.2, Math.min(1.2, this.centerX - dx / this.scale));
      this.centerY = Math.max(-1.2, Math.min(1.2, this.centerY + dy / this.scale));
    }
  }

  /** Zooms by a factor; what is under a place of the screen stays there. */
  zoomBy(factor, x = this.width / 2, y = this.height / 2) {
    const [beforeX, beforeY] = this.toPlane(x, y);
    this.zoom = Math.max(0.5, Math.min(this.isSolid ? 20 : 400, this.zoom * factor));
    if (this.isSolid) return;
    const [afterX, afterY] = this.toPlane(x, y);
    this.centerX += beforeX - afterX;
    this.centerY += beforeY - afterY;
  }

  /** The word drawn nearest to a place of the screen, at most `reach` pixels from it, or -1. */
  wordAt(x, y, reach, isAllowed = () => true) {
    let best = -1;
    let least = reach * reach;
    for (let row = 0; row < wordCount; row += 1) {
      const dx = this.x[row] - x;
      const dy = this.y[row] - y;
      const square = dx * dx + dy * dy + (this.isSolid ? 40 * Math.max(0, this.depth[row]) : 0);
      if (square < least && isAllowed(row)) {
        least = square;
        best = row;
      }
    }
    return best;
  }
}
