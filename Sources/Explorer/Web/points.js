// Words as dots: by WebGL, or on a plain canvas where there is none.

/** Few words have room for larger dots. */
const sparseness = Math.max(1, Math.min(1.9, (20000 / wordCount) ** 0.25));

/** The width of a word's dot in pixels at a zoom of 1: frequent words are larger. */
const baseSize = (row) => sparseness * (2.4 + 3.6 * frequency[row] ** 2);

/** By what dots grow with the zoom: more slowly than the map, so that it opens up. */
const growth = (zoom) => Math.max(0.9, Math.min(3.2, zoom ** 0.38));

/** Whether WebGL is drawn by a graphics card: tried on a canvas of its own, which can be thrown away. */
const hasGraphicsCard = (() => {
  const gl = document.createElement("canvas").getContext("webgl", { failIfMajorPerformanceCaveat: true });
  if (!gl) return false;
  const names = gl.getExtension("WEBGL_debug_renderer_info");
  const name = gl.getParameter(names ? names.UNMASKED_RENDERER_WEBGL : gl.RENDERER);
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name);
})();

/**
 * How canvases are asked for. Without a card they are to lie in plain memory, which is what this option means:
 * some browsers would go through a card that is not there, at 50 times the time.
 */
const canvasOptions = { willReadFrequently: !hasGraphicsCard };

/** Dots by WebGL: one call draws them all. Rare words are drawn first. */
class GraphicsPoints {
  static vertexSource = `
    attribute vec3 place;
    attribute vec4 color;
    attribute float size;
    uniform mat4 matrix;
    uniform float factor;
    uniform float eye;
    varying vec4 shade;
    void main() {
      gl_Position = matrix * vec4(place, 1.0);
      gl_PointSize = size * factor * (eye > 0.0 ? eye / gl_Position.w : 1.0);
      shade = color;
    }`;

  static fragmentSource = `
    precision mediump float;
    varying vec4 shade;
    void main() {
      vec2 off = gl_PointCoord - 0.5;
      float distance = dot(off, off);
      if (distance > 0.25) discard;
      gl_FragColor = vec4(shade.rgb * shade.a, shade.a) * smoothstep(0.25, 0.17, distance);
    }`;

  /** Null where the browser has no WebGL. */
  static on(canvas) {
    const options = { alpha: true, antialias: false, depth: false, premultipliedAlpha: true };
    const gl = canvas.getContext("webgl", options);
    return gl && new GraphicsPoints(canvas, gl);
  }

  constructor(canvas, gl) {
    this.canvas = canvas;
    this.gl = gl;
    this.isLost = false;
    canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.isLost = true;
    });
    canvas.addEventListener("webglcontextrestored", () => {
      this.prepare();
      this.isLost = false;
      if (this.axes) this.setPlaces(this.source, this.axes);
      if (this.colors) this.setColors(this.colors);
      this.onRestored?.();
    });
    this.prepare();
  }

  prepare() {
    const gl = this.gl;
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, GraphicsPoints.vertexSource], [gl.FRAGMENT_SHADER, GraphicsPoints.fragmentSource],
    ]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    this.uniforms = {};
    for (const name of ["matrix", "factor", "eye"]) {
      this.uniforms[name] = gl.getUniformLocation(program, name);
    }
    this.attributes = {};
    this.buffers = {};
    for (const name of ["place", "color", "size"]) {
      this.attributes[name] = gl.getAttribLocation(program, name);
      this.buffers[name] = gl.createBuffer();
      gl.enableVertexAttribArray(this.attributes[name]);
    }
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    this.fill("size", Float32Array.from(byFrequency, baseSize).reverse(), 1, gl.FLOAT, false);
  }

  fill(name, values, count, type, isNormalized) {
    const gl = this.gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.buffers[name]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.vertexAttribPointer(this.attributes[name], count, type, isNormalized, 0, 0);
  }

  setPlaces(source, axes) {
    this.source = source;
    this.axes = axes;
    const values = new Float32Array(3 * wordCount);
    for (let at = 0; at < wordCount; at += 1) {
      const row = byFrequency[wordCount - 1 - at];
      for (let axis = 0; axis < axes; axis += 1) values[3 * at + axis] = source[axes * row + axis];
    }
    this.fill("place", values, 3, this.gl.FLOAT, false);
  }

  /** [words, 4]. */
  setColors(colors) {
    this.colors = colors;
    const values = new Uint8Array(4 * wordCount);
    for (let at = 0; at < wordCount; at += 1) {
      const row = byFrequency[wordCount - 1 - at];
      for (let part = 0; part < 4; part += 1) values[4 * at + part] = colors[4 * row + part];
    }
    this.fill("color", values, 4, this.gl.UNSIGNED_BYTE, true);
  }

  draw(view, ratio) {
    if (this.isLost) return;
    const gl = this.gl;
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniformMatrix4fv(this.uniforms.matrix, false, view.matrix());
    gl.uniform1f(this.uniforms.factor, growth(view.zoom) * ratio);
    gl.uniform1f(this.uniforms.eye, view.isSolid ? view.eye : 0);
    gl.drawArrays(gl.POINTS, 0, wordCount);
  }
}

/** So many dots on the screen are drawn as squares, which are quicker than circles and look alike when small. */
const manyDots = 8000;

/** Dots on a plain canvas, colour by colour. */
class CanvasPoints {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d", canvasOptions);
  }

  setPlaces() {}

  /** Sorts words by colour, so that it is set seldom. */
  setColors(colors) {
    const kinds = new Map();
    for (let at = wordCount - 1; at >= 0; at -= 1) {
      const row = byFrequency[at];
      const [r, g, b, a] = colors.subarray(4 * row, 4 * row + 4);
      const name = `rgb(${r} ${g} ${b} / ${(a / 255).toFixed(3)})`;
      const found = kinds.get(name);
      if (found) found.rows.push(row);
      else kinds.set(name, { alpha: a, rows: [row] });
    }
    this.kinds = [...kinds].sort((one, other) => one[1].alpha - other[1].alpha);
  }

  draw(view, ratio) {
    const context = this.context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    const factor = 0.95 * growth(view.zoom);
    let seen = 0;
    for (let row = 0; row < wordCount; row += 1) if (view.sees(row, -8)) seen += 1;
    const isRound = seen < manyDots;
    for (const [color, { rows: own }] of this.kinds || []) {
      context.fillStyle = color;
      for (const row of own) {
        if (!view.sees(row, -8)) continue;
        const near = view.isSolid ? view.eye / (view.eye + view.depth[row]) : 1;
        const size = baseSize(row) * factor * near;
        const [x, y] = [view.x[row], view.y[row]];
        if (isRound) {
          context.beginPath();
          context.arc(x, y, size / 2, 0, 2 * Math.PI);
          context.fill();
        } else {
          context.fillRect(x - size / 2, y - size / 2, size, size);
        }
      }
    }
  }
}
