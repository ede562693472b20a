// Sums of words with factors, read by the rule of `wordtool nearest`:
//   sum    := ["+" | "-"] term { ("+" | "-") term }
//   term   := factor { "*" factor }        at most one of them is not a number
//   factor := number | word | '"' word '"' | "(" sum ")" | "-" factor
// A stretch without blanks that is itself a known word (mother-in-law) is that word.

const operators = "+-*()";

/** What is wrong with a question, for its reader. */
class QuestionError extends Error {}

/** The number that a text is, or null. */
function numberOf(text) {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

/** Cuts a stretch without blanks; at each place the longest known word wins. */
function piecesOf(stretch, isWord) {
  const tokens = [];
  let rest = stretch;
  while (rest) {
    if (rest.length > 1 && isWord(rest)) {
      tokens.push({ word: rest });
      break;
    }
    if (operators.includes(rest[0])) {
      tokens.push({ symbol: rest[0] });
      rest = rest.slice(1);
      continue;
    }
    const ends = [];
    for (let at = 0; at < rest.length; at += 1) {
      // The exponent of a number is no operator: 1e-3*word.
      const isExponent = at > 1 && /e/i.test(rest[at - 1]) && numberOf(rest.slice(0, at - 1)) !== null;
      if (operators.includes(rest[at]) && !isExponent) ends.push(at);
    }
    const known = ends.filter((end) => isWord(rest.slice(0, end)));
    const end = known.length ? known[known.length - 1] : ends.length ? ends[0] : rest.length;
    tokens.push({ word: rest.slice(0, end) });
    rest = rest.slice(end);
  }
  return tokens;
}

function tokensOf(text, isWord) {
  const tokens = [];
  let rest = text.trimStart();
  while (rest) {
    if (rest[0] === '"') {
      const end = rest.indexOf('"', 1);
      if (end < 0) throw new QuestionError("A quotation mark has no partner.");
      tokens.push({ word: rest.slice(1, end) });
      rest = rest.slice(end + 1);
    } else {
      const end = rest.search(/[\s"]/);
      const stretch = end < 0 ? rest : rest.slice(0, end);
      tokens.push(...piecesOf(stretch, isWord));
      rest = rest.slice(stretch.length);
    }
    rest = rest.trimStart();
  }
  return tokens;
}

/** Reads tokens; each method leaves `position` behind what it read. */
class ExpressionParser {
  constructor(tokens) {
    this.tokens = tokens;
    this.position = 0;
  }

  get next() { return this.tokens[this.position] || {}; }

  failure() {
    const found = this.next.word || this.next.symbol;
    return new QuestionError(
      (found ? `“${found}” stands where it cannot be read` : "The expression ends too early")
        + "; words are joined by + and -, with factors such as 0.5*word.");
  }

  sum(depth) {
    if (depth > 64) throw this.failure();
    const terms = [];
    let sign = 1;
    if (this.next.symbol === "-" || this.next.symbol === "+") {
      sign = this.next.symbol === "-" ? -1 : 1;
      this.position += 1;
    }
    for (;;) {
      for (const term of this.term(depth)) terms.push({ factor: sign * term.factor, word: term.word });
      if (this.next.symbol !== "+" && this.next.symbol !== "-") return terms;
      sign = this.next.symbol === "-" ? -1 : 1;
      this.position += 1;
    }
  }

  term(depth) {
    const factors = [this.factor(depth)];
    while (this.next.symbol === "*") {
      this.position += 1;
      factors.push(this.factor(depth));
    }
    // A number that is not multiplied with anything is a word: 1990.
    if (factors.length === 1 && !factors[0].terms) return [{ factor: 1, word: factors[0].text }];
    const sums = factors.filter((factor) => factor.terms);
    if (sums.length !== 1) {
      throw new QuestionError(
        sums.length ? "A product of two words cannot be formed." : "A product needs a word.");
    }
    const scale = factors.reduce((product, factor) => product * (factor.terms ? 1 : factor.number), 1);
    return sums[0].terms.map((term) => ({ factor: scale * term.factor, word: term.word }));
  }

  factor(depth) {
    const token = this.next;
    if (token.word !== undefined) {
      this.position += 1;
      const number = numberOf(token.word);
      return number === null
        ? { terms: [{ factor: 1, word: token.word }] } : { number, text: token.word };
    }
    if (token.symbol === "(") {
      this.position += 1;
      const terms = this.sum(depth + 1);
      if (this.next.symbol !== ")") throw this.failure();
      this.position += 1;
      return { terms };
    }
    // A sign after an operator: 2*-king.
    if (token.symbol === "-" && this.position > 0 && depth < 64) {
      this.position += 1;
      const factor = this.factor(depth + 1);
      if (factor.terms) {
        return { terms: factor.terms.map((term) => ({ factor: -term.factor, word: term.word })) };
      }
      return { number: -factor.number, text: "-" + factor.text };
    }
    throw this.failure();
  }
}

/** The words of an expression with their factors, in the order of their first mention, each once. */
function expressionTerms(text, isWord) {
  const parser = new ExpressionParser(tokensOf(text, isWord));
  const terms = new Map();
  for (const { factor, word } of parser.sum(0)) terms.set(word, (terms.get(word) || 0) + factor);
  if (parser.position < parser.tokens.length) throw parser.failure();
  return [...terms].map(([word, factor]) => ({ factor, word }));
}

/** Whether the parts of a question are joined by signs, or one has a factor or a parenthesis. */
function isExpression(parts) {
  return parts.some((part) => part === "+" || part === "-" || (part.length > 1 && /[*+(]/.test(part)));
}
