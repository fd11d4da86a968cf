/* The keys, as users of TagGUI have them in their fingers; those that browsers keep for themselves have others here. */

const KEYS = [
  ["In the gallery", [
    ["← → ↑ ↓", "go to a picture and choose it"],
    ["Ctrl+← → ↑ ↓", "go there, keep what is chosen"],
    ["Shift+← → ↑ ↓, Shift+click", "choose all from here to there"],
    ["Ctrl+click, Space", "choose one more, or let it go"],
    ["Home, End", "first, last of this page"],
    ["Page Up, Page Down", "page before, next page"],
    ["Ctrl+A", "choose all that the filter finds"],
    ["Ctrl+I", "choose just the others"],
    ["Esc", "choose nothing"],
    ["Ctrl+J", "go to the first picture without tags"],
    ["Enter, double click", "large picture"],
    ["Delete", "put into the trash"],
    ["L", "tags under the pictures"],
    ["1, 2, 3, 4", "small, medium, large thumbnails, table"],
    ["C", "compare the two that are chosen; 1, 2 keep one"],
    ["K, X", "mark to keep, as rejected; again takes the mark away"],
    ["Shift+1 to 5, Shift+0", "stars, none"],
  ]],
  ["Tags", [
    ["T, Alt+A", "add a tag to all that are chosen"],
    ["−", "remove a tag from all that are chosen"],
    ["Tab, Enter", "take the proposed tag"],
    ["Ctrl+C, Ctrl+V", "copy a picture's tags, paste them to others"],
    ["Ctrl+Z, Ctrl+Y", "undo, redo"],
    ["/, Alt+S", "go to the filter"],
  ]],
  ["In the large picture", [
    ["← →, Ctrl+↑ ↓", "picture before, next; with Ctrl also while typing"],
    ["Wheel, +, −", "zoom; drag to move"],
    ["0", "whole picture"],
    ["Delete on a tag", "remove it"],
    ["Esc, the browser's Back", "back to the gallery"],
  ]],
];

/** A key event as one word: "Ctrl+Shift+ArrowLeft", "t", "?". On a Mac, Command is Ctrl. */
function chord(event) {
  const letter = event.altKey && /^Key[A-Z]$/.test(event.code) ? event.code[3].toLowerCase() : event.key;
  const key = letter.length === 1 ? letter.toLowerCase() : letter;
  // With Shift a digit's key types another sign, unless it is a keyboard that needs Shift for digits.
  const digit = event.shiftKey && /^Digit[0-5]$/.test(event.code) && !/^[0-9]$/.test(key) ? event.code[5] : null;
  const shift = event.shiftKey && (digit !== null || key.length > 1 || /[a-z]/.test(key));
  return [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", shift && "Shift", digit ?? key].filter(Boolean).join("+");
}

/** Whether the event comes from a field in which letters are text. */
function isTyping(event) {
  return event.target.matches?.("input, textarea") ?? false;
}

/** Undo or redo pressed in a tag field with nothing in it: the latest edit is meant, often the one just made there. */
function isUndoing(event) {
  return Boolean(event.target.matches?.(".tag-box")) && !event.target.value && /^Ctrl\+(z|y|Shift\+z)$/.test(chord(event));
}

/** The list of keys, shown by `?`. */
function keySheet() {
  const groups = KEYS.map(([title, keys]) =>
    element(
      "section",
      {},
      element("h3", {}, title),
      element("dl", {}, ...keys.flatMap(([key, does]) => [element("dt", {}, key), element("dd", {}, does)])),
    ),
  );
  const close = iconButton("close", "Close", () => dialog.close());
  const dialog = element("dialog", { class: "keys", "aria-label": "Keys" }, element("header", {}, element("h2", {}, "Keys"), close), element("div", { class: "columns" }, ...groups));
  dialog.onclick = (event) => event.target === dialog && dialog.close();
  dialog.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key === "?") dialog.close();
  };
  return dialog;
}
