// What the page holds: words and numbers, read once out of the elements they stand in.

const element = (id) => document.getElementById(id);

/** Facts in words; see PageFacts.swift. */
const facts = JSON.parse(element("facts").textContent);

/** The bytes of a block of the page, or null; the element is dropped to free its text. */
function block(name) {
  const holder = element("data-" + name);
  if (!holder) return null;
  const text = atob(holder.textContent);
  holder.remove();
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** 16-bit numbers, little-endian in the page, as -1 ... 1. */
function places(bytes) {
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(bytes.length / 2);
  for (let at = 0; at < values.length; at += 1) values[at] = view.getInt16(2 * at, true) / 32767;
  return values;
}

const words = facts.words;
const wordCount = words.length;
const dimension = facts.dimension;
/** [words, dimension]: directions, each times a factor of its own. */
const rows = new Int8Array(block("rows").buffer);
/** [words, 2]. */
const plane = places(block("plane"));
/** [words, 3], or null. */
const space = (() => {
  const bytes = block("space");
  return bytes && places(bytes);
})();
/** The group of each word, 0 for the largest. */
const groups = block("groups");
/** The rows of a group. */
const groupSizes = facts.groups.map(() => 0);
for (const group of groups) groupSizes[group] += 1;

/** How frequent a word is, 0 ... 1: by the logarithm of its count, or of its place where there are none. */
const frequency = (() => {
  const values = new Float32Array(wordCount);
  const logs = words.map((_, row) =>
    facts.counts ? Math.log(1 + facts.counts[row]) : -Math.log(1 + row));
  let low = Infinity;
  let high = -Infinity;
  for (const log of logs) {
    low = Math.min(low, log);
    high = Math.max(high, log);
  }
  for (let row = 0; row < wordCount; row += 1) {
    values[row] = high > low ? (logs[row] - low) / (high - low) : 1;
  }
  return values;
})();

/** Rows, the most frequent first. */
const byFrequency = (() => {
  const order = Array.from({ length: wordCount }, (_, row) => row);
  return order.sort((a, b) => frequency[b] - frequency[a] || a - b);
})();

const grouped = new Intl.NumberFormat("en");

/** A number for readers: 1,234 or 0.1235. */
function readable(value) {
  return Number.isInteger(value) ? grouped.format(value) : String(Number(value.toPrecision(4)));
}

/** A new element with text and attributes. */
function make(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key in made && typeof value !== "string") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/** Text of the vectors: words may be written from right to left. */
const isolated = (text) => make("bdi", null, text);

/** Tells those who listen. */
function announce(text) {
  element("status").textContent = text;
}
