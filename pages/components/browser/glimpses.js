/* What a look has found, as small pictures with a few words each; what would stay out is dimmed, and says why. */

export default function (component) {
  const { data, parentElement } = component;
  let root = parentElement.querySelector(".glimpses");
  if (!root) {
    root = element("div", { class: "glimpses", role: "list" });
    parentElement.append(root);
  }
  root.replaceChildren(...data.tiles.map(tile));
}

function tile({ src, name, facts, words, reason }) {
  const picture = src
    ? element("img", { src, alt: "", loading: "lazy" })
    : element("div", { class: "missing" }, "no thumbnail");
  return element(
    "figure",
    { class: reason ? "out" : "", role: "listitem", title: words || name },
    picture,
    element(
      "figcaption",
      {},
      element("div", { class: "name", title: name }, name),
      facts ? element("div", { class: "facts" }, facts) : null,
      reason ? element("div", { class: "reason" }, reason) : element("div", { class: "words" }, words),
    ),
  );
}
