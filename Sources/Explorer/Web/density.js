// Where words lie close together: a soft ground and lines of equal density under the points of the plane. In space
// equal density is a surface, whose outline would change with every turn and lie over the words; there the points
// themselves are fuller where they are dense.

const densityGrid = 160;
/** How far beyond the map the grid reaches, so that lines close. */
const densityReach = 1.12;
/** The shares of the highest density at which lines stand. */
const densityLevels = [0.04, 0.1, 0.2, 0.35, 0.55];

/** The density of words on a grid, smoothed by three box filters, which are nearly a Gaussian. */
const densityValues = (() => {
  const n = densityGrid;
  let values = new Float32Array(n * n);
  for (let row = 0; row < wordCount; row += 1) {
    const column = Math.floor((plane[2 * row] / densityReach + 1) / 2 * n);
    const line = Math.floor((plane[2 * row + 1] / densityReach + 1) / 2 * n);
    values[Math.min(n - 1, line) * n + Math.min(n - 1, column)] += 1;
  }
  const radius = wordCount > 5000 ? 2 : 4;
  for (let pass = 0; pass < 6; pass += 1) {
    const [step, stride] = pass % 2 ? [1, n] : [n, 1];
    const next = new Float32Array(n * n);
    for (let line = 0; line < n; line += 1) {
      for (let at = 0; at < n; at += 1) {
        let sum = 0;
        for (let near = Math.max(0, at - radius); near <= Math.min(n - 1, at + radius); near += 1) {
          sum += values[line * stride + near * step];
        }
        next[line * stride + at * step] = sum / (2 * radius + 1);
      }
    }
    values = next;
  }
  return values;
})();

const densityTop = densityValues.reduce((top, value) => Math.max(top, value), 1e-9);

/** Lines of one density, in units of the plane (marching squares). */
function densityLine(level) {
  const n = densityGrid;
  const path = new Path2D();
  const at = (column, line) => densityValues[line * n + column] - level;
  const unit = (index) => ((index + 0.5) / n * 2 - 1) * densityReach;
  const between = (a, b) => a / (a - b);
  for (let line = 0; line + 1 < n; line += 1) {
    for (let column = 0; column + 1 < n; column += 1) {
      const [a, b] = [at(column, line), at(column + 1, line)];
      const [c, d] = [at(column + 1, line + 1), at(column, line + 1)];
      const kind = (a > 0) | (b > 0) << 1 | (c > 0) << 2 | (d > 0) << 3;
      if (kind === 0 || kind === 15) continue;
      // Where the line crosses each side of the square.
      const sides = [];
      if ((a > 0) !== (b > 0)) sides.push([column + between(a, b), line]);
      if ((b > 0) !== (c > 0)) sides.push([column + 1, line + between(b, c)]);
      if ((c > 0) !== (d > 0)) sides.push([column + between(d, c), line + 1]);
      if ((d > 0) !== (a > 0)) sides.push([column, line + between(a, d)]);
      for (let side = 0; side + 1 < sides.length; side += 2) {
        path.moveTo(unit(sides[side][0]), unit(sides[side][1]));
        path.lineTo(unit(sides[side + 1][0]), unit(sides[side + 1][1]));
      }
    }
  }
  return path;
}

const densityLines = densityLevels.map((share) => densityLine(share * densityTop));

/** The ground as a picture of one colour that is denser where words are. */
function densityPicture(color) {
  const n = densityGrid;
  const canvas = document.createElement("canvas");
  canvas.width = n;
  canvas.height = n;
  const context = canvas.getContext("2d", canvasOptions);
  const picture = context.createImageData(n, n);
  for (let place = 0; place < n * n; place += 1) {
    picture.data.set(color, 4 * place);
    picture.data[4 * place + 3] = 64 * Math.min(1, densityValues[place] / densityTop) ** 0.6;
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

/** Draws the ground of the plane. */
function drawDensity(context, view, ratio, look) {
  const scale = view.scale * ratio;
  context.setTransform(
    scale, 0, 0, -scale, (view.width / 2 - view.centerX * view.scale) * ratio,
    (view.height / 2 + view.centerY * view.scale) * ratio);
  context.imageSmoothingEnabled = true;
  context.drawImage(look.picture, -densityReach, -densityReach, 2 * densityReach, 2 * densityReach);
  // Seen from near, lines would be as coarse as the grid.
  context.globalAlpha = Math.max(0, Math.min(1, (10 - view.zoom) / 6));
  context.strokeStyle = look.line;
  context.lineWidth = ratio / scale;
  if (context.globalAlpha > 0) for (const line of densityLines) context.stroke(line);
  context.globalAlpha = 1;
  context.setTransform(1, 0, 0, 1, 0, 0);
}

const spaceGrid = 40;

/** How dense the words around each one are in space, 0 ... 1 for the densest place; null without a space. */
const spaceDensity = space && (() => {
  const n = spaceGrid;
  const cells = new Int32Array(wordCount);
  let values = new Float32Array(n ** 3);
  for (let row = 0; row < wordCount; row += 1) {
    for (let axis = 2; axis >= 0; axis -= 1) {
      cells[row] = cells[row] * n + Math.min(n - 1, Math.floor((space[3 * row + axis] + 1) / 2 * n));
    }
    values[cells[row]] += 1;
  }
  // A box filter along each axis, twice.
  for (const step of [1, n, n * n, 1, n, n * n]) {
    const next = new Float32Array(n ** 3);
    for (let cell = 0; cell < next.length; cell += 1) {
      const at = Math.floor(cell / step) % n;
      next[cell] = values[cell] + (at > 0 ? values[cell - step] : 0) + (at < n - 1 ? values[cell + step] : 0);
    }
    values = next;
  }
  const top = values.reduce((most, value) => Math.max(most, value), 1e-9);
  return Float32Array.from(cells, (cell) => values[cell] / top);
})();

/** Where the words of each group lie densest: the middle of the cell, of `n` along an axis, with most around it. */
function densestPlaces(source, axes, n) {
  // A margin of a cell on each side, so that all cells have neighbours.
  const stride = Array.from({ length: axes }, (_, axis) => (n + 2) ** axis);
  let around = [0];
  for (const step of stride) around = around.flatMap((offset) => [offset - step, offset, offset + step]);
  const counts = facts.groups.map(() => new Map());
  for (let row = 0; row < wordCount; row += 1) {
    let cell = 0;
    for (let axis = 0; axis < axes; axis += 1) {
      cell += stride[axis] * (1 + Math.min(n - 1, Math.floor((source[axes * row + axis] + 1) / 2 * n)));
    }
    const own = counts[groups[row]];
    own.set(cell, (own.get(cell) || 0) + 1);
  }
  return counts.map((own) => {
    let best = 0;
    let place = 0;
    for (const cell of own.keys()) {
      const sum = around.reduce((total, offset) => total + (own.get(cell + offset) || 0), 0);
      if (sum > best || (sum === best && cell < place)) [best, place] = [sum, cell];
    }
    return stride.map((step) => (Math.floor(place / step) % (n + 2) - 0.5) / n * 2 - 1);
  });
}

/** Where the name of each group stands, in the plane and in space. */
const groupPlaces = densestPlaces(plane, 2, 48);
const groupSpots = space && densestPlaces(space, 3, 24);
