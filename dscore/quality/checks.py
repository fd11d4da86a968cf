"""All checks there are, each with its code, how bad it is, and why, in plain words."""

from __future__ import annotations

from dscore.quality import captions, likeness, pictures, tags
from dscore.quality.findings import Check, Level
from dscore.quality.pictures import Pictures
from dscore.quality.subjects import Captions

ERROR, WARNING, HINT = Level

PICTURE_CHECKS: tuple[Check[Pictures], ...] = (
    Check(
        "narrow",
        ERROR,
        "Too narrow to train on",
        "A side has fewer than 64 pixels: kohya stops at such a picture.",
        pictures.narrow,
    ),
    Check(
        "below-1024",
        WARNING,
        "Below the training resolution",
        "SDXL trains at 1024: these would be enlarged by more than a tenth, and the LoRA learns their softness.",
        pictures.below_sdxl,
    ),
    Check(
        "below-512",
        WARNING,
        "Below the training resolution",
        "SD 1.5 trains at 512: these would be enlarged by more than a tenth, and the LoRA learns their softness.",
        pictures.below_sd15,
    ),
    Check(
        "odd-aspect",
        WARNING,
        "Very long or very wide",
        "One side is more than twice the other: a trainer crops much of it, or puts it alone into a bucket.",
        pictures.odd_aspect,
    ),
    Check(
        "blurred", WARNING, "Blurred", "There are hardly any sharp edges: the LoRA learns the blur.", pictures.blurred
    ),
    Check("dark", WARNING, "Too dark", "Even the lightest parts are dark.", pictures.dark),
    Check(
        "bright",
        WARNING,
        "Too bright",
        "Even the darkest parts are bright: washed out, or over-exposed.",
        pictures.bright,
    ),
    Check("flat", WARNING, "Hardly anything to see", "The picture is one colour, or nearly.", pictures.flat),
    Check(
        "duplicate",
        WARNING,
        "Duplicates",
        "One picture several times, saved again or resized: it counts for more than the others.",
        likeness.duplicates,
        mend="Put all but the best of each into the trash",
    ),
    Check(
        "near-duplicate",
        WARNING,
        "Near duplicates",
        "Nearly one picture: cropped, brightened, mirrored, with borders, or the next frame of a film.",
        likeness.near_duplicates,
    ),
    Check("heavy", HINT, "Very large files", "More than 20 MB: slow to read in every epoch.", pictures.heavy),
    Check(
        "light",
        HINT,
        "Very small files",
        "Few bytes for their size: squeezed hard, with the marks of it.",
        pictures.light,
    ),
    Check(
        "format",
        HINT,
        "Formats that not every trainer reads",
        "An export writes GIF, BMP and TIFF as PNG; the originals stay.",
        pictures.foreign,
    ),
    Check("frames", HINT, "Several frames", "Only the first frame of an animation is used.", pictures.several_frames),
    Check(
        "alpha",
        HINT,
        "See-through",
        "What is see-through becomes white, or black in some trainers.",
        pictures.see_through,
    ),
    Check("elsewhere", HINT, "Also in other datasets", "The same file, under its name there.", pictures.elsewhere),
)

CAPTION_CHECKS: tuple[Check[Captions], ...] = (
    Check(
        "missing",
        ERROR,
        "No caption",
        "A trainer learns such a picture with no words, or not at all.",
        captions.missing,
    ),
    Check("empty", ERROR, "Empty captions", "There is a caption, but a trainer would read nothing.", captions.empty),
    Check(
        "trigger-missing",
        WARNING,
        "No trigger word",
        "Without it there is no word that calls the LoRA.",
        captions.trigger_missing,
        mend="Give them the dataset's trigger word",
    ),
    Check(
        "trigger-misspelt",
        WARNING,
        "Trigger word misspelt",
        "Nearly the trigger word, but for a letter or two: the LoRA learns two words.",
        captions.trigger_misspelt,
        mend="Write it as the trigger word",
    ),
    Check(
        "trigger-doubled",
        WARNING,
        "Trigger word doubled",
        "The trigger word stands in the caption more than once.",
        captions.trigger_doubled,
        mend="Remove it as a tag",
    ),
    Check(
        "separator",
        WARNING,
        "Wrong separators",
        "Tags are parted by commas; here it is something else, or a full stop ends one.",
        tags.separators,
        mend="Part them by commas",
    ),
    Check(
        "doubled",
        WARNING,
        "Doubled tags",
        "One tag twice in a caption, written in two ways.",
        tags.doubled,
        mend="Leave the first of each",
    ),
    Check(
        "spelling",
        WARNING,
        "One tag in several spellings",
        "Capitals or underscores differ between captions: a trainer learns two tags.",
        tags.spellings,
        mend="Write each in one way",
    ),
    Check(
        "variant",
        WARNING,
        "One concept under several names",
        "Different words for the same thing share what could be learnt together.",
        tags.variants,
        mend="Use one name for each",
    ),
    Check(
        "contradiction",
        WARNING,
        "Tags that contradict",
        "Only one of them can be true of a picture.",
        tags.contradictions,
    ),
    Check(
        "loop",
        WARNING,
        "Sentences that repeat themselves",
        "A captioner got stuck, and said the same over and over.",
        captions.loops,
    ),
    Check(
        "markup",
        WARNING,
        "Leftover markup",
        "HTML, weights, wildcards or BREAK are for prompts and pages; a trainer learns them as words.",
        captions.left_markup,
    ),
    Check(
        "long",
        WARNING,
        "Long captions",
        "More than 200 tokens: most trainers cut, and attention is spread thin.",
        captions.long,
    ),
    Check(
        "short",
        HINT,
        "Short captions",
        "Fewer than 20 tokens: what is not said goes into the trigger word.",
        captions.short,
    ),
    Check(
        "contained",
        HINT,
        "Tags that another one contains",
        "“long hair” says “hair” already; the shorter tag only takes room.",
        tags.contained,
        mend="Remove the shorter tags",
    ),
    Check(
        "leaking",
        HINT,
        "Looks that stand in nearly every caption",
        "What each caption names is tied to that tag, not to the trigger word. Remove what should belong to the "
        "trigger; keep what you want to change in prompts.",
        tags.leaking,
        mend="Remove these tags",
    ),
    Check(
        "equal",
        HINT,
        "Equal captions",
        "Several pictures have one caption: what tells them apart is not said.",
        captions.equal,
    ),
)

CODES: tuple[str, ...] = (*(check.code for check in PICTURE_CHECKS), *(check.code for check in CAPTION_CHECKS))
