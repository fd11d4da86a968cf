/* Captions before and after an edit, side by side, the changed words marked. */

export default function (component) {
  const { data, parentElement } = component;
  let root = parentElement.querySelector(".differences");
  if (!root) {
    root = element("div", { class: "differences" });
    parentElement.append(root);
  }
  const head = element(
    "div",
    { class: "row head" },
    element("div", {}, ""),
    element("div", {}, "Before"),
    element("div", {}, "After"),
  );
  root.replaceChildren(head, ...data.rows.map(rowElement));
}

function rowElement(row) {
  const picture = row.sha256
    ? element("img", { src: thumbnail(row.sha256), alt: "", loading: "lazy" })
    : element("div", { class: "gone-picture" });
  const name = element("div", { class: "name", title: row.name }, row.name);
  return element(
    "div",
    { class: "row" },
    element("div", { class: "who" }, picture, name),
    element("div", { class: "text before" }, ...piecesElement(row.before, "del")),
    element("div", { class: "text after" }, ...piecesElement(row.after, "ins")),
  );
}

function piecesElement(pieces, mark) {
  if (!pieces.length) return [element("span", { class: "none" }, "(nothing)")];
  return pieces.map(([text, isChanged]) => element(isChanged ? mark : "span", {}, text));
}
