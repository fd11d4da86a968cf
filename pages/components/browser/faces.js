/* A row of small pictures; how many more there are stands behind them. */

const rows = new WeakMap();

export default function ({ parentElement, data }) {
  let row = rows.get(parentElement);
  if (!row) {
    row = element("div", { class: "faces" });
    parentElement.append(row);
    rows.set(parentElement, row);
  }
  const more = data.more ? element("span", { class: "more" }, `+ ${data.more.toLocaleString("en")}`) : null;
  row.replaceChildren(...data.faces.map(face), ...(more ? [more] : []));
}

function face({ sha256, name }) {
  return element("img", { src: `/api/thumb/${sha256}.webp`, alt: name, title: name, loading: "lazy", decoding: "async" });
}
