/* Cards to choose a dataset from. */

const grids = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let grid = grids.get(parentElement);
  if (!grid) {
    grid = element("div", { class: "cards" });
    parentElement.append(grid);
    grids.set(parentElement, grid);
  }
  const choose = (name) => {
    for (const card of grid.children) card.setAttribute("aria-pressed", card.dataset.name === name);
    setTriggerValue("choose", name);
  };
  grid.replaceChildren(...data.cards.map((card) => drawn(card, card.name === data.chosen, choose)));
}

function drawn({ name, faces, facts }, isChosen, choose) {
  const strip = element("div", { class: "faces" }, ...[0, 1, 2, 3].map((place) => face(faces[place])));
  const lines = facts.map((fact) => element("div", { class: "fact" }, fact));
  const words = element("div", { class: "words" }, element("div", { class: "name" }, name), ...lines);
  const traits = { class: "card", type: "button", "data-name": name, "aria-pressed": String(isChosen) };
  return element("button", { ...traits, onclick: () => choose(name) }, strip, words);
}

function face(sha256) {
  return sha256 ? element("img", { alt: "", decoding: "async", src: thumbnail(sha256) }) : element("div");
}
