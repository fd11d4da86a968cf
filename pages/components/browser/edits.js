/* Edits by hand: shown at once, sent, and where somebody else was quicker, decided. */

const SETTLED_MS = 1200;
const MOST_AT_ONCE = 500;

class Edits {
  /** `cards` are the pictures that are known, by id; `redraw(id)` shows one anew; `onSettled` when nothing has come for a while. */
  constructor({ dataset, cards, redraw, say, onSettled }) {
    Object.assign(this, { dataset, cards, redraw, say, onSettled });
    this.conflict = new ConflictDialog({
      onMine: (_id, edits) => this.again(edits),
      onTheirs: () => {},
    });
    this.outbox = new Outbox({
      onAnswer: (answered) => this.take(answered),
      onConflicts: (conflicts, edits) => this.meet(conflicts, edits),
      onRefusal: (sentence, edits) => this.refused(sentence, edits),
      onState: (waiting, failures) => this.showWaiting(waiting, failures),
    });
  }

  /** The card as its person has made it, answered or not. */
  seen(card) {
    return this.outbox.seen(card);
  }

  settled() {
    return this.outbox.settled();
  }

  push(edits) {
    this.outbox.push(this.dataset(), edits);
    edits.forEach((edit) => this.redraw(edit.item));
  }

  edit(id, change) {
    this.push([{ item: id, rev: this.cards.get(id).rev, ...change }]);
  }

  /** "add" or "remove" tags of all these; false where they are too many for one request. */
  editAll(ids, kind, names) {
    if (ids.length > MOST_AT_ONCE) return false;
    const edits = ids.map((id) => handEdit(this.seen(this.cards.get(id)), kind, names)).filter(Boolean);
    const same = ids.length - edits.length;
    const done = kind === "add" ? "Added" : "Removed";
    const rest = same ? ` ${spokenNumber.format(same)} ${kind === "add" ? "had it already." : "did not have it."}` : "";
    this.say(`${done} “${names.join(", ")}”: ${pictures(edits.length)} changed.${rest}`);
    if (edits.length) this.push(edits);
    return true;
  }

  /** A mark for all these, or off all these; false where they are too many for one request. */
  markAll(ids, mark) {
    if (ids.length > MOST_AT_ONCE) return false;
    const edits = markEdits(ids.map((id) => this.seen(this.cards.get(id))), mark);
    if (edits.length) this.push(edits);
    return true;
  }

  /** To each of these ids its mark. */
  markEach(pairs) {
    const edits = pairs.flatMap(([id, mark]) => markEdits([this.seen(this.cards.get(id))], ["mark", mark], { always: true }));
    if (edits.length) this.push(edits);
  }

  take(cards) {
    for (const card of cards) {
      this.cards.set(card.id, card);
      this.redraw(card.id);
    }
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.settled().then(this.onSettled), SETTLED_MS);
  }

  /** Tags that come and go do so on whatever is there now, as while a tagger works; what writes over a text, its person decides. */
  meet(conflicts, edits) {
    const there = conflicts.filter((conflict) => conflict.theirs);
    if (there.length < conflicts.length) this.say("One of these pictures is gone meanwhile; nothing was changed in it.");
    this.take(there.map((conflict) => conflict.theirs));
    const rewritten = new Set(edits.filter((edit) => edit.prose !== undefined || edit.order).map((edit) => edit.item));
    const again = edits.filter((edit) => !rewritten.has(edit.item) && there.some(({ item }) => item === edit.item));
    if (again.length) this.again(again);
    const unclear = there.filter(({ item }) => rewritten.has(item));
    if (unclear.length) this.conflict.ask(unclear, edits);
  }

  /** The same edits of what is there now. */
  again(edits) {
    this.push(edits.map((edit) => ({ ...edit, rev: this.cards.get(edit.item).rev })));
  }

  refused(sentence, edits) {
    this.say(sentence);
    edits.forEach((edit) => this.redraw(edit.item));
  }

  showWaiting(waiting, failures) {
    const isAway = failures > 1;
    if (isAway) this.say(`The server does not answer. ${waiting} of your edits wait here and go out as soon as it does.`, { lasting: true });
    else if (this.wasAway) this.say(waiting ? `${waiting} edits are on their way.` : "All edits are saved.");
    this.wasAway = isAway || (this.wasAway && waiting > 0);
  }

  close() {
    clearTimeout(this.settling);
    this.outbox.close();
  }
}

/** The edit of one card, or null where it is so already; tags are told apart as a search does. */
function handEdit(card, kind, names) {
  const key = (name) => name.toLowerCase().replaceAll("_", " ").trim();
  const wanted = new Set(names.map(key));
  const there = card.tags.map(([name]) => name).filter((name) => wanted.has(key(name)));
  const known = new Set(there.map(key));
  const change = kind === "remove" ? { remove: there } : { add: names.filter((name) => !known.has(key(name))) };
  return Object.values(change)[0].length ? { item: card.id, rev: card.rev, ...change } : null;
}
