/* The gallery: what a key or a click does happens here, within the frame; Python hears of it afterwards. */

const TELL_MS = 150;

class Gallery {
  constructor(root) {
    this.root = root;
    this.cards = new Map();
    this.selection = new Selection();
    this.asked = this.foreseeing = this.foreseen = null; // a page, a filter, and what it will be called, until Python has heard of them
    this.wishes = new Wishes((wish) => this.setTriggerValue("ask", wish));
    const dataset = () => this.data.dataset;
    this.edits = new Edits({
      dataset,
      cards: this.cards,
      redraw: (id) => this.redraw(id),
      say: (sentence, options) => this.bar.say(sentence, options),
      onSettled: () => this.send("count"),
    });
    this.tiles = new Tiles({ onRemove: (id, tag) => this.edits.edit(id, { remove: [tag] }) });
    this.back = new BackStep();
    this.patience = new PatientBack({
      isUnheard: () => [this.asked, this.foreseeing, this.foreseen].some((one) => one !== null),
      onStep: () => this.unsay(),
    });
    this.large = new LargeView({
      dataset,
      back: this.back,
      onEdit: (id, edit) => this.edits.edit(id, edit),
      onStep: (by) => this.step(by),
      onKey: (event) => this.onShared(event),
      onClose: () => this.tiles.rove(this.current, { focus: true }),
    });
    this.ahead = new Ahead();
    this.compare = new Compare({
      back: this.back,
      onKeep: (kept, rejected) => this.edits.markEach([[kept, "keep"], [rejected, "reject"]]),
      onClose: () => this.tiles.rove(this.current, { focus: true }),
    });
    this.keys = keySheet();
    this.toolbar = new Toolbar({
      onPage: (by) => this.turn(this.page + by),
      onView: (view) => this.tiles.view(view),
      onKeys: () => this.keys.showModal(),
    });
    this.bar = new SelectionBar({
      dataset,
      onAdd: (names) => this.editChosen("add", names),
      onRemove: (names) => this.editChosen("remove", names),
      onMark: (mark) => this.mark(mark),
      onCompare: () => this.comparePair(),
      onTrash: () => this.ask("trash"),
      onRestore: () => this.ask("restore"),
      onEdit: () => this.ask("edit"),
      onNothing: () => this.choose(() => this.selection.only([])),
    });
    this.scroller = element("div", { class: "scroller" }, this.tiles.grid, (this.empty = element("p", { class: "empty" })));
    root.replaceChildren(this.toolbar.element, this.scroller, this.bar.element, this.large.dialog, this.compare.dialog, this.edits.conflict.dialog, this.keys);
    this.commands = this.allCommands();
    this.listen();
    this.toolbar.apply();
  }

  listen() {
    const { grid } = this.tiles;
    grid.onclick = (event) => this.onClick(event);
    grid.ondblclick = (event) => this.tiles.at(event) !== null && this.open();
    grid.onkeydown = (event) => this.onKey(event);
    grid.oncopy = (event) => this.onCopy(event);
    grid.onpaste = (event) => this.onPaste(event);
    this.root.onkeydown = (event) => {
      if (isTyping(event) && event.key === "Escape") this.focusCurrent();
      if (!isTyping(event) || isUndoing(event)) this.onShared(event);
      // A letter never leaves the gallery: Streamlit has keys of its own, which run the page again.
      if (isTyping(event) || event.key.length === 1) event.stopPropagation();
    };
    // Undo and redo work wherever on the page nothing is typed.
    this.onAnywhere = (event) => {
      const what = { "Ctrl+z": "undo", "Ctrl+y": "redo", "Ctrl+Shift+z": "redo" }[chord(event)];
      if (!what || event.defaultPrevented || event.composedPath()[0].matches?.("input, textarea, [contenteditable]")) return;
      event.preventDefault();
      this.ask(what);
    };
    document.addEventListener("keydown", this.onAnywhere);
    window.addEventListener("dscore-filtered", (this.onFiltered = ({ detail }) => this.foresee(detail)));
  }

  /** New words from Python: another filter begins anew; a page that was asked for here is known already. */
  update(data, { setStateValue, setTriggerValue }) {
    Object.assign(this, { setStateValue, setTriggerValue });
    const before = this.data;
    this.data = this.heard = data;
    if (!before || before.dataset !== data.dataset || before.q !== data.q) {
      this.beginAnew(data.selection);
      this.load(data.page);
    } else this.follow(data, { isChanged: String(before.refresh) !== String(data.refresh) });
    if (this.foreseen === data.q) this.confirm();
    if (before && data.answer && before.answer?.number !== data.answer.number) this.hear(data.answer);
    this.paint();
  }

  /** Under the same filter: another page, or other words on the same one. */
  follow(data, { isChanged }) {
    if (isChanged) this.ahead.forget();
    if (this.asked === data.page) this.asked = null;
    if (this.asked === null && data.page !== this.page) this.load(data.page);
    else if (isChanged) this.load(this.page, { inPlace: true });
  }

  beginAnew(selection) {
    clearTimeout(this.telling);
    this.selection = new Selection(selection);
    this.asked = this.foreseeing = this.foreseen = null;
    this.cards.clear();
  }

  /** Another filter is asked for on this page: its first pictures are shown, and the URL says so, while Python still counts. */
  async foresee(detail) {
    const { dataset, limit } = this.data;
    const begun = (this.foreseeing = {});
    this.loading?.abort();
    this.root.classList.add("loading");
    const asked = new URLSearchParams({ dataset, q: detail.q, limit });
    detail.toggle.forEach((tag) => asked.append("toggle", tag));
    detail.read = fetch(`/api/items?${asked}`).then((response) => (response.ok ? response.json() : null)).catch(() => null);
    const answer = await detail.read;
    if (this.foreseeing !== begun) return; // another click, or Python, was quicker
    this.foreseeing = null;
    if (answer === null || answer.q === this.data.q) this.load(this.data.page);
    else this.foretell(answer);
  }

  foretell(answer) {
    pushAddress({ q: answer.q, page: "" });
    this.beginAnew({ items: [], everything: false });
    this.data = { ...this.data, q: answer.q, count: answer.count, starts: [0], page: 1 };
    this.foreseen = answer.q;
    this.page = 1;
    this.show(answer, {});
  }

  /** Back was quicker than Python: what was to come is not shown any more, since Python may have nothing new to say. */
  unsay() {
    this.asked = null;
    if (this.foreseeing === null && this.foreseen === null) return;
    this.data = this.heard;
    this.beginAnew({ items: [], everything: false });
    this.load(this.data.page);
  }

  /** What was foreseen, Python says too: now all pages are known, and Python may hear what was chosen meanwhile. */
  confirm() {
    this.foreseen = null;
    this.showPlace();
    this.lookAhead();
    if (this.selection.count(this.count)) this.choose(() => {});
  }

  /** What Python made of a wish. */
  hear({ number, sentence, cleared }) {
    if (sentence) this.bar.say(sentence);
    if (cleared) this.selection.only([]);
    this.wishes.answered(number);
  }

  get pages() {
    return Math.max(1, this.data.starts.length);
  }

  /** Show a page; the last of several quick calls wins. One that was read ahead is there at once, and is read again behind it. */
  async load(page, { inPlace = false } = {}) {
    this.page = Math.min(Math.max(1, page), this.pages);
    this.loading?.abort();
    const seen = this.ahead.take(this.address(this.page));
    const loading = (this.loading = new AbortController());
    if (seen) this.show(seen, { inPlace });
    else this.root.classList.add("loading");
    const read = this.read(loading.signal, seen, { inPlace });
    if (!seen) await read;
  }

  async read(signal, seen, { inPlace }) {
    const answer = await fetched(this.address(this.page), { signal, say: (...said) => this.bar.say(...said) });
    if (signal.aborted || answer === null) return;
    if (JSON.stringify(answer) !== JSON.stringify(seen)) this.show(answer, { inPlace: inPlace || seen !== null });
  }

  show({ items, count }, { inPlace }) {
    this.fill(items, count);
    if (!inPlace) this.scroller.scrollTop = 0;
    this.lookAhead();
  }

  lookAhead() {
    if (this.page < this.pages) this.ahead.look(this.address(this.page + 1));
  }

  address(page) {
    const { dataset, q, starts, limit } = this.data;
    return `/api/items?${new URLSearchParams({ dataset, q, after: starts[page - 1] ?? 0, limit })}`;
  }

  fill(items, count) {
    const hadFocus = this.tiles.grid.matches(":focus-within");
    for (const card of items) this.cards.set(card.id, card);
    this.count = count;
    const ids = items.map((card) => card.id);
    if (!ids.includes(this.current)) this.current = ids[0] ?? null;
    this.tiles.fill(items.map((card) => this.edits.seen(card)));
    this.root.classList.remove("loading");
    this.empty.textContent = count || !this.data.q ? "" : "No picture matches this filter.";
    this.tiles.rove(this.current, { focus: hadFocus });
    this.showPlace();
    this.paint();
    if (this.large.isOpen && this.current !== null) this.showLarge();
  }

  showPlace() {
    const first = (this.page - 1) * this.data.limit;
    this.toolbar.show({ page: this.page, pages: this.pages, first: first + 1, last: first + this.tiles.order.length, count: this.count });
  }

  /** Go to a page from here; Python hears of it, so that the URL has it. */
  async turn(page) {
    if (page < 1 || page > this.pages || page === this.page) return;
    this.asked = page;
    this.selection.anchor = null;
    await this.load(page);
    if (this.page === page) this.setStateValue("page", { number: page, at: Date.now() });
  }

  // What is chosen.

  choose(change) {
    change();
    this.paint();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.setStateValue("selection", { ...this.selection.plain, of: this.data.q }), TELL_MS);
  }

  paint() {
    this.tiles.paint(this.selection);
    const chosen = [...this.tiles.parts.values()].filter(({ card }) => card && this.selection.has(card.id));
    const trashed = chosen.length > 0 && chosen.every(({ card }) => card.trashed);
    this.bar.show(this.selection.count(this.count ?? this.data.count), { trashed });
  }

  onClick(event) {
    const id = this.tiles.at(event);
    if (id === null) return;
    const onMark = event.target.closest(".mark") !== null;
    this.choose(() => this.pick(id, { range: event.shiftKey, more: onMark || event.ctrlKey || event.metaKey }));
    this.tiles.rove(id, { focus: true });
  }

  pick(id, how = {}) {
    this.current = id;
    this.selection.pick(id, this.tiles.order, how);
  }

  // Keys.

  allCommands() {
    const places = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -this.tiles.columns, ArrowDown: () => this.tiles.columns, Home: () => -Infinity, End: () => Infinity };
    const moves = Object.entries(places).flatMap(([key, by]) => [
      [key, () => this.move(by(), {})],
      [`Shift+${key}`, () => this.move(by(), { range: true })],
      [`Ctrl+${key}`, () => this.move(by(), { keep: true })],
    ]);
    return {
      ...Object.fromEntries(moves),
      " ": () => this.choose(() => this.pick(this.current, { more: true })),
      Enter: () => this.open(),
      "Ctrl+a": () => this.choose(() => this.selection.all()),
      "Ctrl+i": () => this.choose(() => this.selection.invert()),
      Escape: () => this.choose(() => this.selection.only([])),
      Delete: () => this.ask("trash"),
    };
  }

  /** Keys that do the same in the gallery's bars and in the large picture. */
  onShared(event) {
    const commands = {
      PageUp: () => this.turn(this.page - 1),
      PageDown: () => this.turn(this.page + 1),
      "Ctrl+z": () => this.ask("undo"),
      "Ctrl+y": () => this.ask("redo"),
      "Ctrl+Shift+z": () => this.ask("redo"),
      "Ctrl+j": () => this.toUntagged(),
      "?": () => this.keys.showModal(),
      t: () => this.bar.adding.input.focus(),
      "Alt+a": () => this.bar.adding.input.focus(),
      "-": () => this.bar.removing.input.focus(),
      l: () => this.toolbar.choose({ chips: !this.toolbar.view.chips }),
      1: () => this.toolbar.choose({ size: "S", table: false }),
      2: () => this.toolbar.choose({ size: "M", table: false }),
      3: () => this.toolbar.choose({ size: "L", table: false }),
      4: () => this.toolbar.choose({ table: true }),
      c: () => this.comparePair(),
      ...markKeys((mark) => this.mark(mark)),
      "/": () => window.dispatchEvent(new Event("dscore-filter")),
      "Alt+s": () => window.dispatchEvent(new Event("dscore-filter")),
    };
    this.run(commands, event);
  }

  onKey(event) {
    if (this.tiles.at(event) !== null && this.current !== null) this.run(this.commands, event);
  }

  run(commands, event) {
    const key = chord(event);
    if (!(key in commands)) return;
    event.preventDefault();
    event.stopPropagation();
    commands[key]();
  }

  move(by, { range = false, keep = false }) {
    const { order } = this.tiles;
    const here = order.indexOf(this.current);
    const there = Math.min(order.length - 1, Math.max(0, here + by));
    if (Math.abs(by) > 1 && Number.isFinite(by) && Math.abs(there - here) !== Math.abs(by)) return;
    if (keep) this.current = order[there];
    else this.choose(() => this.pick(order[there], { range }));
    this.tiles.rove(this.current, { focus: true });
  }

  focusCurrent() {
    this.tiles.rove(this.current, { focus: true });
  }

  async toUntagged() {
    const q = this.data.q ? `( ${this.data.q} ) is:untagged` : "is:untagged";
    const answer = await fetch(`/api/items?${new URLSearchParams({ dataset: this.data.dataset, q, limit: 1 })}`).then((response) => response.json()).catch(() => ({}));
    const card = answer.items?.[0];
    if (!card) return this.bar.say("Every picture here has a tag.");
    await this.turn(Math.max(1, this.data.starts.filter((start) => start < card.id).length));
    this.choose(() => this.pick(card.id));
    this.tiles.rove(card.id, { focus: true });
    if (this.large.isOpen) this.showLarge();
  }

  // The large picture.

  open() {
    if (this.current !== null) this.showLarge();
  }

  showLarge() {
    const place = this.tiles.order.indexOf(this.current);
    const number = (this.page - 1) * this.data.limit + place + 1;
    this.large.open(this.edits.seen(this.cards.get(this.current)), `${spokenNumber.format(number)} of ${spokenNumber.format(this.count)}`);
    for (const by of [1, -1]) this.large.preload(this.cards.get(this.tiles.order[place + by]));
  }

  async step(by) {
    const there = this.tiles.order[this.tiles.order.indexOf(this.current) + by];
    if (there === undefined) {
      if (this.page + by < 1 || this.page + by > this.pages) return;
      await this.turn(this.page + by);
      this.current = this.tiles.order.at(by > 0 ? 0 : -1);
    } else this.current = there;
    this.choose(() => this.pick(this.current));
    this.tiles.rove(this.current);
    this.showLarge();
  }

  // Edits.

  /** Tags to or from all that are chosen: from here where all of them are known here, else by Python. */
  editChosen(kind, names) {
    const ids = [...this.selection.items];
    const isHere = !this.selection.everything && ids.every((id) => this.cards.has(id)) && !names.some((name) => name.includes("*"));
    if (isHere && this.edits.editAll(ids, kind, names)) return;
    this.ask(kind, names.join(", "));
  }

  /** A mark for the large picture, or for all that are chosen. */
  mark(mark) {
    const ids = this.large.isOpen ? [this.current] : [...this.selection.items];
    const isHere = this.large.isOpen || (!this.selection.everything && ids.every((id) => this.cards.has(id)));
    if (isHere && this.edits.markAll(ids, mark)) return;
    this.ask(mark[0], String(mark[1]));
  }

  comparePair() {
    const cards = [...this.selection.items].map((id) => this.cards.get(id)).filter(Boolean);
    if (this.selection.everything || this.selection.items.size !== 2 || cards.length !== 2 || this.large.isOpen)
      return this.bar.say("Choose two pictures, and they are shown side by side.");
    this.compare.open(cards.map((card) => this.edits.seen(card)));
  }

  redraw(id) {
    const card = this.cards.get(id);
    if (!card) return;
    const seen = this.edits.seen(card);
    this.tiles.update(seen);
    if (this.large.isOpen && id === this.current) this.large.update(seen);
    if (this.compare.shows(id)) this.compare.show(this.compare.ids.map((one) => this.edits.seen(this.cards.get(one))));
  }

  /** What Python does: it needs every edit to be there first. */
  async ask(what, text = "") {
    const isForChosen = ["add", "remove", "trash", "restore", "mark", "stars"].includes(what);
    if (isForChosen && !this.selection.count(this.count)) return;
    clearTimeout(this.telling);
    await this.edits.settled();
    this.send(what, text);
  }

  send(what, text = "") {
    this.wishes.send({ what, text, selection: { ...this.selection.plain, of: this.data.q } });
  }

  onCopy(event) {
    const card = this.cards.get(this.current);
    if (!card) return;
    event.clipboardData.setData("text/plain", this.edits.seen(card).tags.map(([name]) => name).join(", "));
    event.preventDefault();
    this.bar.say(`Copied the tags of “${card.name}”.`);
  }

  onPaste(event) {
    const names = event.clipboardData.getData("text/plain").split(/[,\n]/).map((name) => name.trim()).filter(Boolean);
    event.preventDefault();
    if (names.length && !this.selection.count(this.count)) this.bar.say("Choose the pictures first that these tags are for.");
    else if (names.length) this.editChosen("add", [...new Set(names)]);
  }

  close() {
    document.removeEventListener("keydown", this.onAnywhere);
    window.removeEventListener("dscore-filtered", this.onFiltered);
    clearTimeout(this.telling);
    this.loading?.abort();
    this.ahead.forget();
    this.large.close();
    this.back.close();
    this.patience.close();
    this.edits.close();
  }
}

const galleries = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const root = parentElement.querySelector(".gallery");
  if (!galleries.has(root)) galleries.set(root, new Gallery(root));
  const gallery = galleries.get(root);
  gallery.update(data, { setStateValue, setTriggerValue });
  return () => gallery.close();
}
