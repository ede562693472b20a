// Puts the parts together.

const answerCount = 10;

const map = new WordMap();
const answers = new AnswerPane((text, options) => askText(text, options));
const legend = new LegendPane((label) => pickLabel(label));
const table = new TablePane({ onAsk: (text) => askText(text), onSelect: select, rowsInView });
const tabs = new Tabs((shown) => {
  if (shown === "tab-table") table.show();
  if (shown === "tab-legend") legend.show();
});
const search = new Search({ submit: (text) => askText(text), clear: () => askText("") });
const address = new Address(map, restore);
const pointer = new Pointer(map, { onAsk: (row) => askText(words[row], { moves: false }), onSelect: select });

/** The words on the screen that are not passed over, the most frequent first. */
function rowsInView() {
  map.view.project();
  const isOpen = map.openness();
  return byFrequency.filter((row) => map.view.sees(row) && isOpen(row));
}

/** How often something was asked: what the server answers to an earlier question comes too late. */
let askedCount = 0;

/**
 * Asks a question and shows the answer; an empty one ends it.
 *
 * The page answers by itself. Words that it has not are asked of the server that it came from, if it came from
 * one, and so is any question with `isServed`.
 */
function askText(text, { moves = true, isServed = false } = {}) {
  askedCount += 1;
  if (!text.trim()) {
    const hadQuestion = state.question !== null;
    state.question = null;
    search.set("");
    answers.show(null);
    if (hadQuestion) announce("No question.");
  } else {
    const question = ask(text);
    if (question.direction) question.answers = nearest(question.direction, answerCount, question.excluded);
    question.isAwaited = Boolean(server?.hasMore && (isServed || question.missing.length));
    search.set(question.text);
    showQuestion(question, moves);
    if (question.isAwaited) askServer(question, moves);
  }
  map.recolor();
  address.note();
}

/** Shows a question with what answers it has. */
function showQuestion(question, moves) {
  state.question = question;
  answers.show(question);
  tabs.show("tab-word");
  const found = question.answers ?? [];
  const rows = found.map(({ row }) => row).filter((row) => row !== null);
  if (moves && rows.length) map.goTo(question.row ?? rows[0], rows);
  if (found.length) {
    announce(`${question.isServed ? "From the server, nearest" : "Nearest"} to ${question.text}: `
      + found.map(({ word, score }) => `${word} ${score.toFixed(2)}`).join(", "));
  } else {
    announce(question.isAwaited ? "The server is asked." : question.problem || "Nothing is near.");
  }
}

/** Asks the server, and shows its answer unless something else was asked meanwhile. */
async function askServer(question, moves) {
  const number = askedCount;
  const answer = await server.answer(question);
  if (number !== askedCount) return;
  showQuestion({ ...answer, isAwaited: false }, moves);
  map.recolor();
  address.note();
}

/** Selects words, or none with null. */
function select(selection) {
  if (selection && !selection.polygon && !map.view.isSolid) {
    const { width, height } = map.view;
    const corners = [[0, 0], [width, 0], [width, height], [0, height]];
    selection.polygon = corners.map(([x, y]) => map.view.toPlane(x, y));
  }
  state.selection = selection;
  setLasso(false);
  table.shownCount = tablePage;
  if (selection) tabs.show("tab-table");
  else if (tabs.shown === "tab-table") table.show();
  announce(selection ? `${grouped.format(selection.rows.length)} words selected.` : "No selection.");
  map.recolor();
  address.note();
}

/** Picks out the words of a label of the legend, or none with null. */
function pickLabel(label) {
  state.label = label;
  legend.show();
  if (label !== null) {
    announce(`${state.coloring.labels[label]}: ${grouped.format(state.coloring.sizes[label])} words.`);
  }
  if (tabs.shown === "tab-table") table.show();
  map.recolor();
  address.note();
}

function setColoring(coloring) {
  state.coloring = coloring;
  state.label = null;
  element("color").value = coloring.id;
  legend.show();
  map.restyle();
  address.note();
}

function setTheme(theme) {
  state.theme = theme;
  element("theme").value = theme;
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  restyle();
  address.note();
}

function restyle() {
  map.restyle();
  legend.show();
  answers.show(state.question);
}

function setSolid(isSolid) {
  if (!space) return;
  map.setSolid(isSolid);
  element("solid").setAttribute("aria-pressed", String(isSolid));
  announce(isSolid ? "The map in space." : "The map in the plane.");
  map.onMoved();
}

function setLasso(isOn) {
  pointer.isLasso = isOn;
  pointer.look();
  element("lasso").setAttribute("aria-pressed", String(isOn));
}

/** Sets a switch of the state that has a button of the same name. */
function setSwitch(name, isOn) {
  state[name] = isOn;
  element(name).setAttribute("aria-pressed", String(isOn));
  // In the space density is a matter of colours.
  map.recolor();
  address.note();
}

function zoom(factor) {
  map.view.zoomBy(factor);
  map.moved();
}

/** Ends one thing: the lasso, the question, the selection, the label. */
function escape() {
  if (pointer.isLasso) setLasso(false);
  else if (state.question) askText("");
  else if (state.selection) select(null);
  else if (state.label !== null) pickLabel(null);
}

/** Shows what an address says. */
function restore(wanted) {
  setTheme(wanted.theme);
  setSwitch("names", wanted.names);
  setSwitch("density", wanted.density);
  setColoring(wanted.coloring);
  const labels = wanted.coloring.labels;
  state.label = labels && wanted.label !== null && wanted.label < labels.length ? wanted.label : null;
  if (map.view.isSolid !== Boolean(wanted.space && space)) setSolid(Boolean(wanted.space));
  state.selection = null;
  if (wanted.polygon) {
    const rows = byFrequency.filter((row) => isInside(plane[2 * row], plane[2 * row + 1], wanted.polygon));
    if (rows.length) select({ rows, polygon: wanted.polygon });
  }
  const place = map.view.isSolid ? wanted.space : wanted.at;
  askText(wanted.question, { moves: !place, isServed: wanted.isServed });
  if (place && place.length === 3) {
    const cut = (value, most) => Math.max(-most, Math.min(most, value));
    if (map.view.isSolid) Object.assign(map.view, { yaw: place[0], pitch: cut(place[1], 1.55) });
    else Object.assign(map.view, { centerX: cut(place[0], 1.2), centerY: cut(place[1], 1.2) });
    map.view.zoom = Math.max(0.5, Math.min(400, place[2]));
  } else if (!wanted.question) {
    const { isSolid } = map.view;
    map.view.reset();
    map.view.isSolid = isSolid;
  }
  legend.show();
  map.recolor();
}

element("title").textContent = facts.title;
element("about").textContent =
  `${grouped.format(wordCount)} words${facts.allWords > wordCount ? ` of ${grouped.format(facts.allWords)}` : ""}`
  + ` · ${dimension} dimensions · ${facts.caption}`;
if (facts.licence) element("about").title = facts.licence;
element("color").replaceChildren(
  ...colorings.map(({ id, name }) => make("option", { value: id }, name)));
element("color").addEventListener("change", (event) => {
  setColoring(colorings.find(({ id }) => id === event.target.value));
  tabs.show("tab-legend");
});
element("solid").hidden = !space;
element("solid").addEventListener("click", () => setSolid(!map.view.isSolid));
element("lasso").addEventListener("click", () => setLasso(!pointer.isLasso));
for (const name of ["names", "density"]) {
  element(name).addEventListener("click", () => setSwitch(name, !state[name]));
}
element("theme").addEventListener("change", (event) => setTheme(event.target.value));
element("zoom-in").addEventListener("click", () => zoom(1.5));
element("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
element("fit").addEventListener("click", () => map.fit());
darkQuery.addEventListener("change", restyle);

let tableTimer = 0;
map.onMoved = () => {
  address.note();
  clearTimeout(tableTimer);
  if (tabs.shown === "tab-table" && !state.selection) tableTimer = setTimeout(() => table.show(), 300);
};

new Keys(map, {
  ask: (row) => askText(words[row], { moves: false }),
  zoom, escape,
  fit: () => map.fit(),
  search: () => element("query").focus(),
  select: () => select({ rows: rowsInView(), polygon: null }),
  solid: () => setSolid(!map.view.isSolid),
  names: () => setSwitch("names", !state.names),
  density: () => setSwitch("density", !state.density),
  help: () => element("keys").showModal(),
});

address.read();
