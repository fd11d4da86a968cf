/* Pictures that are alike, side by side; by a click it is chosen which one stays, and whose caption it gets. */

const rows = new WeakMap();

export default function ({ parentElement, data, setStateValue }) {
  let row = rows.get(parentElement);
  if (!row) {
    row = element("div", { class: "alike", role: "radiogroup", "aria-label": "Which one stays" });
    parentElement.append(row);
    rows.set(parentElement, row);
  }
  const keep = (item) => {
    for (const picture of row.querySelectorAll(".picture")) picture.setAttribute("aria-checked", String(Number(picture.dataset.item) === item));
    setStateValue("keep", item); // Merge, clicked at once, brings it along, where a trigger may be lost
  };
  const say = (item) => {
    for (const words of row.querySelectorAll(".words")) words.setAttribute("aria-pressed", String(Number(words.dataset.item) === item));
    setStateValue("words", item);
  };
  row.replaceChildren(...data.pictures.map((picture) => cardElement(picture, data, keep, say)));
}

function cardElement(picture, { kept, words }, keep, say) {
  const toggle = element("button", {
    class: "words", type: "button", "data-item": String(picture.item), "aria-pressed": String(picture.item === words),
    title: "The one that stays gets this caption. Click again for the choice above.",
    onclick: () => say(toggle.getAttribute("aria-pressed") === "true" ? 0 : picture.item),
  }, "Use this caption");
  return element("div", { class: "card" }, pictureElement(picture, kept, keep), picture.caption ? toggle : "");
}

function pictureElement({ item, sha256, name, facts, caption }, kept, keep) {
  const traits = { class: "picture", type: "button", role: "radio", "data-item": String(item), "aria-checked": String(item === kept) };
  return element(
    "button",
    { ...traits, title: caption, onclick: () => keep(item) },
    element("img", { src: `/api/thumb/${sha256}.webp`, alt: "", loading: "lazy" }),
    element("span", { class: "name" }, name),
    element("span", { class: "facts" }, facts),
    element("span", { class: "caption" }, caption || "no caption"),
    element("span", { class: "fate keep" }, "stays"),
    element("span", { class: "fate go" }, "to the trash"),
  );
}
