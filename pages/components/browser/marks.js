/* Marks: keep, reject and stars, by key or button, to sort a heap of pictures out. */

const MARKS = { keep: "marked to keep", reject: "rejected" };
const MOST_STARS = 5;

/** What is said of a card's marks; "" where it has none. */
function spokenMarks({ mark, stars }) {
  return [MARKS[mark], stars ? `${stars} ${stars === 1 ? "star" : "stars"}` : ""].filter(Boolean).join(", ");
}

/** The same as signs. */
function markSigns({ mark, stars }) {
  return [{ keep: "✓", reject: "✕" }[mark] ?? "", "★".repeat(stars)].filter(Boolean).join(" ");
}

/** The edits that give these cards a mark; where all of them have it already, they take it away, unless it is for `always`. */
function markEdits(cards, [part, value], { always = false } = {}) {
  const none = part === "mark" ? "none" : 0;
  const wanted = !always && cards.every((card) => card[part] === value) ? none : value;
  return cards.filter((card) => card[part] !== wanted).map((card) => ({ item: card.id, rev: card.rev, [part]: wanted }));
}

/** Keys of all that can be marked, as chords; `onMark([part, value])`. */
function markKeys(onMark) {
  const stars = [...Array(MOST_STARS + 1).keys()].map((number) => [`Shift+${number}`, () => onMark(["stars", number])]);
  return { k: () => onMark(["mark", "keep"]), x: () => onMark(["mark", "reject"]), ...Object.fromEntries(stars) };
}

class MarkButtons {
  constructor({ onMark }) {
    this.keep = iconButton("keep", "Mark to keep", () => onMark(["mark", "keep"]), { key: "K" });
    this.reject = iconButton("reject", "Mark as rejected", () => onMark(["mark", "reject"]), { key: "X" });
    this.stars = [...Array(MOST_STARS).keys()].map((number) => {
      const label = `${number + 1} ${number ? "stars" : "star"}`;
      return element("button", { type: "button", "aria-label": label, title: `${label} (Shift+${number + 1})`, onclick: () => onMark(["stars", number + 1]) }, "★");
    });
    this.element = element("span", { class: "marks", role: "group", "aria-label": "Marks" }, this.keep, this.reject, element("span", { class: "stars" }, ...this.stars));
  }

  get buttons() {
    return [this.keep, this.reject, ...this.stars];
  }
}
