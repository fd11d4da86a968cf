/* Pictures with the tags that a run would leave them: new ones marked, those that go struck through. */

const SIGNS = { new: "+", gone: "−", kept: "" };
const WORDS = { new: "new", gone: "goes", kept: "is there already and stays" };

export default function (component) {
  const { data, parentElement } = component;
  let root = parentElement.querySelector(".samples");
  if (!root) {
    root = element("div", { class: "samples" });
    parentElement.append(root);
  }
  root.replaceChildren(...data.samples.map(sampleElement));
}

function sampleElement(sample) {
  const tags = sample.tags.length
    ? sample.tags.map(tagElement)
    : [element("span", { class: "none" }, "no tag reaches the threshold")];
  return element(
    "figure",
    {},
    element("img", { src: thumbnail(sample.sha256), alt: "", loading: "lazy" }),
    element("figcaption", {}, element("div", { class: "name", title: sample.name }, sample.name), element("div", { class: "tags" }, ...tags)),
  );
}

function tagElement(tag) {
  const score = tag.score === null ? "" : ` · ${tag.score.toFixed(2)}`;
  return element(
    "span",
    { class: `tag ${tag.fate}`, "data-category": tag.category, title: `${tag.category} · ${WORDS[tag.fate]}${score}` },
    element("span", { class: "sign" }, SIGNS[tag.fate]),
    tag.name,
    tag.score === null ? null : element("span", { class: "score" }, tag.score.toFixed(2).replace(/^0/, "")),
  );
}
