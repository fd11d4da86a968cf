/* Models as cards, of which one is chosen: a group of radio buttons for the keyboard and for screen readers. */

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  let root = parentElement.querySelector(".cards");
  if (!root) {
    root = element("div", { class: "cards" });
    parentElement.append(root);
  }
  const open = root.querySelector("details")?.open ?? false;
  const all = [...data.first, ...data.older];
  const choose = (name) => {
    mark(root, name);
    setStateValue("chosen", name);
  };
  const cards = new Map(all.map((card) => [card.name, cardElement(card, choose)]));
  const first = element("div", { class: "grid" }, ...data.first.map((card) => cards.get(card.name)));
  const older = element(
    "details",
    { open: open || data.older.some((card) => card.name === data.chosen) },
    element("summary", {}, data.olderTitle),
    element("div", { class: "grid" }, ...data.older.map((card) => cards.get(card.name))),
  );
  const label = { role: "radiogroup", "aria-label": data.label };
  root.replaceChildren(element("div", label, first, data.older.length ? older : null));
  mark(root, data.chosen);
  root.onkeydown = (event) => move(event, root, choose);
}

function cardElement(card, choose) {
  return element(
    "div",
    { class: "card", role: "radio", "data-name": card.name, onclick: () => choose(card.name) },
    element("div", { class: "name" }, card.title),
    element("div", { class: "for" }, card.goodFor),
    element("div", { class: "facts" }, ...card.facts.map((fact) => element("span", { class: fact.kind }, fact.text))),
    ...(card.pinned ? [element("div", { class: "pinned" }, card.pinned)] : []),
  );
}

function mark(root, chosen) {
  for (const card of root.querySelectorAll(".card")) {
    const isChosen = card.dataset.name === chosen;
    card.setAttribute("aria-checked", String(isChosen));
    card.tabIndex = isChosen ? 0 : -1;
  }
}

function move(event, root, choose) {
  const cards = [...root.querySelectorAll(".card")].filter((card) => card.offsetParent !== null);
  const at = cards.findIndex((card) => card.getAttribute("aria-checked") === "true");
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!step || !event.target.classList.contains("card")) return;
  event.preventDefault();
  event.stopPropagation();
  const next = cards[(at + step + cards.length) % cards.length];
  next.focus();
  choose(next.dataset.name);
}
