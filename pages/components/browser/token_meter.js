/* How many tokens the caption has that is being typed, against what trainers let through. */

const TYPING_MS = 150;

class TokenMeter {
  /** `dataset()` its id; `onCaption(text)` hears the caption as it would be. */
  constructor({ dataset, onCaption }) {
    Object.assign(this, { dataset, onCaption });
    this.fill = element("div", { class: "fill" });
    this.scale = element("div", { class: "scale", "aria-hidden": "true" }, this.fill);
    this.words = element("p", { class: "token-words", role: "status" });
    this.element = element("div", { class: "token-meter" }, this.scale, this.words);
    this.asked = 0;
  }

  /** Soon, where more may be typed; an answer that was overtaken is dropped. */
  ask(item, prose, { soon = false } = {}) {
    const number = ++this.asked;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(number, item, prose), soon ? TYPING_MS : 0);
  }

  async fetch(number, item, prose) {
    const body = JSON.stringify({ dataset: this.dataset(), item, prose });
    const answer = await fetch("/api/caption", { method: "POST", headers: { "Content-Type": "application/json" }, body }).catch(() => null);
    if (number !== this.asked || !answer?.ok) return;
    const { caption, tokens, limits } = await answer.json();
    if (number !== this.asked) return;
    this.draw(tokens, limits);
    this.onCaption(caption);
  }

  draw(tokens, limits) {
    const end = Math.max(limits.at(-1), tokens) * 1.12; // room for the last number
    const at = (number) => `${(100 * number) / end}%`;
    const marks = limits.map((limit) => {
      const mark = element("span", { class: "limit" }, String(limit));
      mark.style.left = at(limit);
      return mark;
    });
    this.fill.style.width = at(tokens);
    this.scale.replaceChildren(this.fill, ...marks);
    const fits = limits.find((limit) => tokens <= limit);
    const over = fits ? `fits in ${fits}` : `${spokenNumber.format(tokens - limits.at(-1))} more than any trainer reads`;
    this.words.textContent = `${spokenNumber.format(tokens)} ${tokens === 1 ? "token" : "tokens"}, ${over}`;
  }

  stop() {
    this.asked += 1;
    clearTimeout(this.timer);
  }
}
