// Words to directions, and the words nearest to a direction.

const rowOf = new Map(words.map((word, row) => [word, row]));

/** The length of each row of bytes. */
const lengths = (() => {
  const values = new Float64Array(wordCount);
  for (let row = 0; row < wordCount; row += 1) {
    let sum = 0;
    for (let at = row * dimension; at < (row + 1) * dimension; at += 1) sum += rows[at] * rows[at];
    values[row] = Math.sqrt(sum);
  }
  return values;
})();

/** The form that a word has in the vocabulary. */
function folded(word) {
  const text = facts.form ? word.normalize(facts.form) : word;
  return facts.lowercase ? text.toLowerCase() : text;
}

/** The row of a word with every sign it has, or undefined. */
function exactRow(word) {
  const row = rowOf.get(word);
  return row === undefined ? rowOf.get(folded(word)) : row;
}

/** The rows that a word as it was typed stands for: its own, or those of its parts; empty for none. */
function rowsOf(word) {
  for (const spelling of [word, word.replaceAll("’", "'")]) {
    const row = exactRow(spelling);
    if (row !== undefined) return [row];
  }
  const parts = word.match(/[\p{L}\p{M}\p{N}'’]+/gu) || [];
  if (parts.length === 1) {
    const row = exactRow(parts[0]);
    return row === undefined ? [] : [row];
  }
  const found = parts.map(exactRow);
  return found.includes(undefined) ? [] : found;
}

/** Adds rows, each of length 1 times a factor, as one word of length 1. */
function addWord(sum, found, factor) {
  const own = new Float64Array(dimension);
  for (const row of found) {
    const scale = lengths[row] > 0 ? 1 / lengths[row] : 0;
    for (let axis = 0; axis < dimension; axis += 1) own[axis] += rows[row * dimension + axis] * scale;
  }
  const length = found.length > 1 ? Math.hypot(...own) : 1;
  for (let axis = 0; axis < dimension; axis += 1) sum[axis] += factor * own[axis] / length;
}

/** How many changes lead from one word to another; `most + 1` for more than `most`. */
function changes(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i += 1) {
    const now = [i];
    let least = i;
    for (let j = 1; j <= other.length; j += 1) {
      now[j] = Math.min(
        before[j] + 1, now[j - 1] + 1, before[j - 1] + (one[i - 1] === other[j - 1] ? 0 : 1));
      least = Math.min(least, now[j]);
    }
    if (least > most) return most + 1;
    before = now;
  }
  return before[other.length];
}

/** Up to three words that are spelled nearly so, the most frequent first. */
function nearSpellings(word) {
  const text = folded(word);
  const found = [[], []];
  for (const row of byFrequency) {
    const count = changes(text, words[row], text.length > 3 ? 2 : 1);
    if (count === 1 || count === 2) found[count - 1].push(words[row]);
    if (found[0].length >= 3) break;
  }
  return [...found[0], ...found[1]].slice(0, 3);
}

/**
 * A question as it was typed: a word, several (their mean), or an expression.
 *
 * `row` is that of a single word. `missing` are words that are not here, of which at least one other is
 * left when `direction` is there. `problem` says why there is no answer.
 */
function ask(text) {
  const question = { text: text.trim().replace(/\s+/g, " "), row: null, missing: [], problem: null };
  const parts = question.text.split(" ");
  let terms;
  try {
    if (exactRow(question.text) !== undefined) terms = [{ factor: 1, word: question.text }];
    else if (isExpression(parts)) {
      terms = expressionTerms(question.text, (word) => exactRow(word) !== undefined);
    } else {
      const phrase = parts.length > 1 ? exactRow(parts.join("_")) : undefined;
      terms = phrase === undefined
        ? parts.map((word) => ({ factor: 1, word })) : [{ factor: 1, word: words[phrase] }];
    }
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error;
    question.problem = error.message;
    return question;
  }
  const sum = new Float64Array(dimension);
  let scale = 0;
  question.excluded = [];
  for (const { factor, word } of terms) {
    const found = rowsOf(word);
    if (!found.length) question.missing.push(word);
    else addWord(sum, found, factor);
    question.excluded.push(...found);
    scale += Math.abs(factor);
  }
  const length = Math.hypot(...sum);
  if (question.missing.length && (isExpression(parts) || !question.excluded.length)) {
    question.problem = `“${question.missing[0]}” is not among the words of this page.`;
  } else if (!(length > 1e-6 * scale)) {
    question.problem = "The terms add up to nothing.";
  } else {
    question.direction = sum.map((value) => value / length);
    const isOne = terms.length === 1 && question.excluded.length === 1 && terms[0].factor > 0;
    if (isOne) question.row = question.excluded[0];
  }
  return question;
}

/** The `count` words with the greatest cosine to a direction of length 1, best first: `{ row, word, score }`. */
function nearest(direction, count, excluded) {
  const out = new Set(excluded);
  const best = [];
  for (let row = 0; row < wordCount; row += 1) {
    let product = 0;
    const start = row * dimension;
    for (let axis = 0; axis < dimension; axis += 1) product += direction[axis] * rows[start + axis];
    const score = product / lengths[row];
    if (best.length === count && !(score > best[count - 1].score)) continue;
    if (out.has(row)) continue;
    let place = best.length < count ? best.length : count - 1;
    while (place > 0 && best[place - 1].score < score) {
      best[place] = best[place - 1];
      place -= 1;
    }
    best[place] = { row, word: words[row], score };
  }
  return best;
}
