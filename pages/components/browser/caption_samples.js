/* Pictures with what a captioner says of them: a remark where it is worth a look, and what a run would leave instead. */

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
  const said = element("div", { class: sample.isWritten ? "said" : "said out" }, sample.said);
  const remark = sample.remark ? element("div", { class: "remark" }, sample.remark) : null;
  const left = sample.left
    ? element("div", { class: "left", title: sample.left }, element("span", { class: "word" }, sample.isWritten ? "Then: " : "Stays: "), sample.left)
    : null;
  return element(
    "figure",
    {},
    element("img", { src: `/api/thumb/${sample.sha256}.webp`, alt: "", loading: "lazy" }),
    element("figcaption", {}, element("div", { class: "name", title: sample.name }, sample.name), said, remark, left),
  );
}
