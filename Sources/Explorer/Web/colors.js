// Colours of words: by group, by frequency, or by the column that came with the page.

/** OKLCH (Ottosson 2020) to sRGB, 0 ... 255, cut to what screens show. */
function oklch(lightness, chroma, hue) {
  const angle = hue * Math.PI / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((value) => {
    const cut = Math.max(0, Math.min(1, value));
    return Math.round(255 * (cut <= 0.0031308 ? 12.92 * cut : 1.055 * cut ** (1 / 2.4) - 0.055));
  });
}

const css = (color) => `rgb(${color[0]} ${color[1]} ${color[2]})`;

/** More labels than this share one grey: nobody tells more colours apart. */
const mostColors = 30;

/** Colours for `count` kinds: hues by the golden angle, so that the first few differ most. */
function palette(count, isDark) {
  return Array.from({ length: Math.min(count, mostColors) }, (_, index) => {
    const ring = index % 3;
    const lightness = isDark ? [0.76, 0.68, 0.84][ring] : [0.58, 0.48, 0.66][ring];
    return oklch(lightness, isDark ? 0.13 : 0.15, (255 + 137.508 * index) % 360);
  });
}

/** A scale from little to much, 0 ... 1. */
function scaleColor(share, isDark) {
  const hue = 265 - 225 * share;
  return isDark
    ? oklch(0.42 + 0.46 * share, 0.07 + 0.07 * share, hue)
    : oklch(0.84 - 0.42 * share, 0.07 + 0.09 * Math.sin(Math.PI * share), 90 + 190 * share);
}

const grey = (isDark) => isDark ? [110, 116, 127] : [168, 171, 178];

/** How words can be coloured: `{ id, name }`, and what a legend shows of it. */
const colorings = [
  {
    id: "group", name: "Groups", labels: facts.groups, sizes: groupSizes,
    indexOf: (row) => groups[row],
  },
  {
    id: "frequency", name: "Frequency", share: (row) => frequency[row],
    ends: facts.counts
      ? [readable(facts.counts[byFrequency[wordCount - 1]]), readable(facts.counts[byFrequency[0]])]
      : ["rare", "frequent"],
  },
];

if (facts.column && facts.column.labels) {
  const sizes = facts.column.labels.map(() => 0);
  for (const index of facts.column.indices) if (index !== null) sizes[index] += 1;
  colorings.push({
    id: "column", name: facts.column.name, labels: facts.column.labels, sizes,
    indexOf: (row) => facts.column.indices[row],
  });
} else if (facts.column) {
  const numbers = facts.column.numbers;
  let low = Infinity;
  let high = -Infinity;
  for (const number of numbers) {
    if (number === null) continue;
    low = Math.min(low, number);
    high = Math.max(high, number);
  }
  colorings.push({
    id: "column", name: facts.column.name, ends: [readable(low), readable(high)],
    share: (row) => numbers[row] === null ? null : high > low ? (numbers[row] - low) / (high - low) : 1,
  });
}

/** The value of the column for a word, as text; empty where it has none. */
function columnText(row) {
  const column = facts.column;
  if (!column) return "";
  if (column.labels) return column.indices[row] === null ? "" : column.labels[column.indices[row]];
  return column.numbers[row] === null ? "" : readable(column.numbers[row]);
}

/** The colours of a coloring's labels. */
function labelColors(coloring, isDark) {
  const colors = palette(coloring.labels.length, isDark);
  return coloring.labels.map((_, index) => colors[index] || grey(isDark));
}

/** [words, 3]: red, green and blue of each word. */
function wordColors(coloring, isDark) {
  const colors = new Uint8Array(3 * wordCount);
  const own = coloring.labels && labelColors(coloring, isDark);
  const scale = Array.from({ length: 65 }, (_, step) => scaleColor(step / 64, isDark));
  for (let row = 0; row < wordCount; row += 1) {
    let color = grey(isDark);
    if (own) {
      const index = coloring.indexOf(row);
      if (index !== null) color = own[index];
    } else {
      const share = coloring.share(row);
      if (share !== null) color = scale[Math.round(64 * share)];
    }
    colors.set(color, 3 * row);
  }
  return colors;
}
