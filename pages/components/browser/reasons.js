/* A score and what it is made of: a bar for each reason, its sentence, and a way to the pictures that it is about. */

const roots = new WeakMap();

export default function ({ parentElement, data, setTriggerValue }) {
  let root = roots.get(parentElement);
  if (!root) {
    root = element("div", { class: "ready" });
    parentElement.append(root);
    roots.set(parentElement, root);
  }
  const score = element("div", { class: "score" }, element("span", { class: "number" }, String(data.score)), element("span", { class: "of" }, "of 100"));
  const head = element("div", { class: "head" }, element("div", { class: "label" }, data.label), score, element("div", { class: "note" }, data.note));
  const see = (query) => setTriggerValue("see", query);
  root.replaceChildren(head, element("div", { class: "reasons" }, ...data.reasons.map((reason) => reasonElement(reason, see))));
}

function reasonElement({ title, points, most, words, query }, see) {
  const bar = element("span", { class: "bar", "aria-hidden": "true" }, element("span", { class: "filled" }));
  bar.firstChild.style.width = `${(100 * points) / most}%`;
  return element(
    "div",
    { class: points < most ? "reason" : "reason whole" },
    element("span", { class: "title" }, title),
    element("span", { class: "points" }, bar, `${Math.floor(points)} of ${most}`),
    element("span", { class: "words" }, words),
    query ? element("button", { type: "button", class: "see", "aria-label": `See the pictures: ${title}`, onclick: () => see(query) }, "See them") : element("span"),
  );
}
