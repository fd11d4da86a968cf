/* What the pictures cover: a row for each axis, a cell for each kind of picture; a click on one shows those pictures. */

const tables = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) {
    table = element("div", { class: "coverage" });
    parentElement.append(table);
    tables.set(parentElement, table);
  }
  const choose = (query) => setTriggerValue("cell", query);
  table.replaceChildren(...data.axes.map((axis) => axisElement(axis, choose)));
}

function axisElement({ title, advice, cells }, choose) {
  const words = element("div", { class: "axis" }, element("div", { class: "title" }, title), element("div", { class: "advice" }, advice || "all there"));
  return element("section", { "aria-label": title }, words, element("div", { class: "cells" }, ...cells.map((cell) => cellElement(cell, choose))));
}

function cellElement({ name, pictures, wanted, missing, query, faces }, choose) {
  const number = element("span", { class: "number" }, pictures.toLocaleString("en"), missing ? element("span", { class: "wanted" }, ` of ${wanted}`) : null);
  const strip = element("span", { class: "faces" }, ...faces.map((sha256) => element("img", { src: `/api/thumb/${sha256}.webp`, alt: "", loading: "lazy" })));
  const state = missing ? "short" : pictures ? "" : "nobody";
  const label = `${name}: ${pictures}${missing ? `, ${missing} more wanted` : ""}`;
  return element(
    "button",
    { type: "button", class: `cell ${state}`, "aria-label": label, title: label, disabled: !query, onclick: () => choose(query) },
    element("span", { class: "head" }, element("span", { class: "name" }, name), number),
    strip,
  );
}
