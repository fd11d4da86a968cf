/* The filter: one line, with tags proposed while somebody types, and what is wrong with it pointed at. */

const FIELD = /^(width|height|kb|tags|tokens|name|from|is)(>=|<=|[:=><])/i;
const PLAIN_TAG = /^[\p{L}\p{N}_][\p{L}\p{N}_()'!.&+~;@#%$^/\\-]*$/u;

/** The word of the filter in which the caret stands: where it is, and its text without quotes and minus; null between words. */
function wordAt(filter, caret) {
  for (const found of filter.matchAll(/"(?:[^"]|"")*"?|[^\s"][^\s]*/g)) {
    const [start, end] = [found.index, found.index + found[0].length];
    if (start >= caret || caret > end) continue;
    const minus = /^-*/.exec(found[0])[0].length;
    const text = found[0].slice(minus).replace(/^"|"$/g, "");
    const isTerm = text && !FIELD.test(text) && !/^(or|\(|\))$/i.test(text) && !text.includes("*");
    return isTerm ? { start: start + minus, end, text } : null;
  }
  return null;
}

/** A tag as the filter reads it: bare where it can be, else in quotes. */
function quotedTag(name) {
  const isPlain = PLAIN_TAG.test(name) && name.toLowerCase() !== "or" && !FIELD.test(name);
  return isPlain ? name : `"${name.replaceAll('"', '""')}"`;
}

class FilterBar {
  constructor(root) {
    this.input = element("input", {
      type: "text",
      placeholder: "Filter: long_hair -solo width>=1024",
      "aria-label": "Filter",
      "aria-describedby": "trouble",
      enterKeyHint: "search",
    });
    this.completion = new Completion(this.input, {
      dataset: () => this.data.dataset,
      word: () => this.word()?.text ?? null,
      take: (name) => this.take(name),
    });
    this.clear = iconButton("close", "Clear the filter", () => this.search(""));
    this.count = element("span", { class: "count", role: "status", "aria-live": "polite" });
    this.trouble = element("p", { class: "trouble", id: "trouble", role: "alert" });
    root.replaceChildren(
      element("div", { class: "line" }, icon("search"), this.input, this.clear, this.count, this.completion.list),
      this.trouble,
    );
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.search(this.input.value);
      event.stopPropagation();
    });
    this.input.addEventListener("change", () => this.search(this.input.value));
    window.addEventListener("dscore-filter", (this.onCall = () => this.input.select()));
  }

  word() {
    const { value, selectionStart, selectionEnd } = this.input;
    return selectionStart === selectionEnd ? wordAt(value, selectionStart) : null;
  }

  take(name) {
    const word = this.word() ?? { start: this.input.value.length, end: this.input.value.length };
    this.input.setRangeText(`${quotedTag(name)} `, word.start, word.end, "end");
    this.search(this.input.value);
  }

  search(text) {
    if (this.input.value !== text) this.input.value = text;
    if (text.trim() === (this.asked ?? this.data.q).trim()) return;
    this.asked = text;
    this.setTriggerValue("search", text);
  }

  update(data, { setTriggerValue }) {
    this.setTriggerValue = setTriggerValue;
    const isNew = !this.data || this.data.q !== data.q || this.data.dataset !== data.dataset;
    const isAnswer = this.asked !== undefined && this.asked.trim() === data.q.trim();
    this.data = data;
    if (isNew && !isAnswer) this.input.value = data.q;
    this.asked = undefined;
    this.count.textContent = data.trouble ? "" : `${spokenNumber.format(data.count)} of ${pictures(data.total)}`;
    this.clear.disabled = !data.q;
    this.point(data);
  }

  /** Say what is wrong, with the word marked. */
  point({ q, trouble }) {
    this.input.setAttribute("aria-invalid", String(Boolean(trouble)));
    if (!trouble) return this.trouble.replaceChildren();
    const characters = [...q]; // Python counts characters, not UTF-16 units
    const part = (from, to) => characters.slice(from, to).join("");
    const word = element("mark", {}, part(trouble.start, trouble.end));
    this.trouble.replaceChildren(
      element("span", { class: "where" }, part(Math.max(0, trouble.start - 40), trouble.start), word, part(trouble.end, trouble.end + 40)),
      element("span", {}, trouble.sentence),
    );
  }

  close() {
    window.removeEventListener("dscore-filter", this.onCall);
    this.completion.close();
  }
}

const bars = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".filter-bar");
  if (!bars.has(root)) bars.set(root, new FilterBar(root));
  const bar = bars.get(root);
  bar.update(data, { setTriggerValue });
  return () => bar.close();
}
