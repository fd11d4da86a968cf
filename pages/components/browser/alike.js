/* Pictures that are alike, side by side; the one that stays is chosen by a click. */

const rows = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let row = rows.get(parentElement);
  if (!row) {
    row = element("div", { class: "alike", role: "radiogroup", "aria-label": "Which one stays" });
    parentElement.append(row);
    rows.set(parentElement, row);
  }
  const keep = (item) => {
    for (const card of row.children) card.setAttribute("aria-checked", String(Number(card.dataset.item) === item));
    setTriggerValue("keep", item);
  };
  row.replaceChildren(...data.pictures.map((picture) => pictureElement(picture, data.kept, keep)));
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
