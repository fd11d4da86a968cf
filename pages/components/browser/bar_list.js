/* Bars under their names. A click is shown at once; Python hears all clicks since it drew them last, so none is lost. */

const AHEAD_MS = 250;

class BarList {
  constructor(root) {
    this.root = root;
    this.clicked = [];
  }

  update(data, { setStateValue }) {
    this.setStateValue = setStateValue;
    if (this.data?.q !== data.q) this.clicked = [];
    this.data = data;
    this.draw();
  }

  draw() {
    const focused = this.root.querySelector("button:focus")?.dataset.name;
    const most = Math.max(...this.data.rows.map(({ pictures }) => pictures));
    this.root.setAttribute("aria-label", this.data.label);
    this.root.replaceChildren(...this.data.rows.map((row) => this.bar(row, most)));
    if (focused !== undefined) [...this.root.children].find((bar) => bar.dataset.name === focused)?.focus();
  }

  bar({ name, pictures: number, active }, most) {
    const isActive = this.clicked.includes(name) !== active;
    const fill = element("span", { class: "fill" });
    fill.style.width = `${(100 * number) / most}%`;
    const traits = { class: "bar", type: "button", "data-name": name, "aria-pressed": String(isActive), "aria-label": `${name}, ${pictures(number)}`, title: name };
    return element("button", { ...traits, onclick: () => this.click(name) }, fill, element("span", { class: "name" }, name), element("span", { class: "number" }, spokenNumber.format(number)));
  }

  /** A gallery on this page shows the pictures first; Python, which counts for longer, would hold them up. */
  async click(name) {
    this.clicked = this.clicked.includes(name) ? this.clicked.filter((one) => one !== name) : [...this.clicked, name];
    this.draw();
    const said = (this.said = { q: this.data.q, names: this.clicked, last: name, number: Date.now() });
    const detail = { q: said.q, toggle: said.names, read: null };
    window.dispatchEvent(new CustomEvent("dscore-filtered", { detail }));
    await Promise.race([detail.read, new Promise((resolve) => setTimeout(resolve, AHEAD_MS))]);
    if (this.said === said) this.setStateValue("clicked", said);
  }
}

const lists = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".bars");
  if (!lists.has(root)) lists.set(root, new BarList(root));
  lists.get(root).update(data, { setStateValue });
}
