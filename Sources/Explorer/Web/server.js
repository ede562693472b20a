// Words that are not on the page: the server that it comes from is asked, and no other.

/** Milliseconds without an answer after which the server counts as gone. */
const serverPatience = 15000;
/** How many words that begin so are looked through for those that are not on the page. */
const serverCompletions = 50;

const server = {
  /** Whether it has words that the page has not. */
  hasMore: facts.allWords > wordCount,

  /** What a route answers, and what it notes beside that; `QuestionError` where there is no answer. */
  async get(route, parameters, signal = AbortSignal.timeout(serverPatience)) {
    let response;
    let document;
    try {
      response = await fetch(`api/${route}?${new URLSearchParams(parameters)}`, {
        signal, credentials: "omit", cache: "no-store", redirect: "error",
      });
      document = await response.json();
    } catch {
      throw new QuestionError("The server does not answer: it may have ended.");
    }
    if (!response.ok) throw new QuestionError(sentenceOf(document.error));
    return { document, notes: JSON.parse(response.headers.get("Wordtool-Notes") || "[]") };
  },

  /** The first words that begin so and are not on the page; none where the server does not tell. */
  async wordsBeginning(prefix, signal) {
    try {
      const { document } = await this.get("words", { prefix, k: serverCompletions }, signal);
      return document.words.filter((word) => !rowOf.has(word));
    } catch (error) {
      if (!(error instanceof QuestionError)) throw error;
      return [];
    }
  },

  /** A question of `ask` with the answers among all words; `row` is null for those not on the page. */
  async answer(question) {
    const asked = { ...question, isServed: true, problem: null, notes: [], excluded: question.excluded ?? [] };
    try {
      const { document, notes } = await this.get("nearest", { q: question.text });
      asked.answers = document[0].neighbors.map(({ word, similarity }) =>
        ({ word, score: similarity, row: rowOf.get(word) ?? null }));
      asked.missing = [];
      asked.notes = notes;
    } catch (error) {
      if (!(error instanceof QuestionError)) throw error;
      asked.answers = [];
      asked.problem = error.message;
    }
    return asked;
  },
};

/** What the server says is wrong, as a sentence. */
function sentenceOf({ found, remedy }) {
  const text = found + (remedy ? `; ${remedy}` : "");
  return text.slice(0, 1).toUpperCase() + text.slice(1) + ".";
}
