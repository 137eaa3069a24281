"""Every page that a source, contract, script or document cites is there, and
has the section that is cited: "protocol.md, 3 and 5", "data.md, Linking"."""
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Of these kinds, and scripts without an ending.
ENDINGS = {".cc", ".h", ".in", ".proto", ".py", ".md", ".txt", ".cmake",
           ".yaml", ".json", ""}
PAGE = r"[A-Za-z0-9_./-]*[A-Za-z0-9_-]\.md\b"
CITATION = re.compile(r"(?<![\w./-])(" + PAGE + r")(#[a-z0-9-]+)?")
NUMBERS = re.compile(r"\d+(?:(?:, | and | to )\d+)*\b")
WORDS = re.compile(r"[A-Z][a-z]+(?: [a-z]+)*")
BREAK = "\v"
LINK = re.compile(r"\[[^\]]*\]\(([^)\s#]*\.md)(#[a-z0-9-]+)?\)")


class Page:
    """Headings of a document, by their numbers, words and anchors."""

    def __init__(self, text):
        self.numbers, self.titles, self.anchors = set(), [], set()
        fenced = False
        for line in text.split("\n"):
            if line.startswith("```"):
                fenced = not fenced
            heading = re.match(r"#{1,6} (.*)", line)
            if fenced or not heading:
                continue
            title = heading[1].replace("`", "").strip()
            number = re.match(r"(\d+)\. (.*)", title)
            if number:
                self.numbers.add(int(number[1]))
            self.titles.append(number[2] if number else title)
            anchor = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
            self.anchors.add(anchor)

    def has_words(self, words):
        """`words` begins with a title; what follows is the sentence's own."""
        return any(words == title or words.startswith(title + " ")
                   for title in self.titles)


def unwrapped(text, ending):
    """Joins a comment or text that ends with a page and goes on in the next
    line, so that a citation which is cut in two is read. The line's end becomes
    a BREAK, which is counted as a line."""
    if ending == ".md":
        return re.sub(r"(\.md\)?,)\n", r"\1" + BREAK, text)
    return re.sub(r"(\.md,) ?\"?\n[ \t]*(?://|#|\")?[ \t]*", r"\1" + BREAK,
                  text)


def section_faults(page, rest):
    """What `rest`, the text behind a page's name, cites and the page lacks."""
    if not rest.startswith((", ", "," + BREAK)):
        return []
    rest = rest[2:].removeprefix("section ")
    numbers = NUMBERS.match(rest)
    if numbers:
        # "2 to 4 and 7" is 2, 3, 4, 7.
        cited = set()
        for part in re.split(", | and ", numbers[0]):
            first, _, last = part.partition(" to ")
            cited.update(range(int(first), int(last or first) + 1))
        return [str(n) for n in sorted(cited - page.numbers)]
    words = WORDS.match(rest)
    if words and not page.has_words(words[0]):
        return [words[0]]
    return []


class Checker:

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.pages = {}

    def page_at(self, path):
        if path not in self.pages:
            self.pages[path] = Page(path.read_text("utf-8"))
        return self.pages[path]

    def find(self, cited, citing):
        """The file that is meant: beside the citing one, from the root, or a
        page of docs/."""
        for folder in (citing.parent, self.root, self.root / "docs"):
            path = (folder / cited).resolve()
            if path.is_file():
                return path
        return None

    def faults(self, path):
        text = path.read_text("utf-8", "replace")
        text = unwrapped(text, path.suffix)
        is_page = path.suffix == ".md"
        links = {match.start(1): match for match in LINK.finditer(text)}
        for match in CITATION.finditer(text):
            before = text[:match.start()]
            line = before.count("\n") + before.count(BREAK) + 1
            where = f"{path.relative_to(self.root)}:{line}"
            cited = match[1].lstrip("/")
            target = self.find(cited, path)
            if target is None:
                yield f"{where}: {cited} is not there"
                continue
            page = self.page_at(target)
            anchor = (match[2] or "#")[1:]
            if anchor and anchor not in page.anchors:
                yield f"{where}: {cited} has no #{anchor}"
            end = match.end()
            # "[protocol.md](protocol.md), 3": behind the link.
            if match.start() in links:
                end += 1
            elif is_page and text[end:end + 2] == "](":
                continue
            rest = text[end:end + 120].removeprefix("`")
            for section in section_faults(page, rest):
                yield f"{where}: {cited} has no section {section}"

    def all_faults(self, files):
        return [fault for path in files for fault in self.faults(path)]


def sources():
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others",
         "--exclude-standard"], capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode().split("\0")
        paths = [ROOT / name for name in names if name]
    else:  # an archive of the sources
        paths = [path for path in ROOT.rglob("*")
                 if "build" not in path.relative_to(ROOT).parts]
    own = pathlib.Path(__file__).resolve()
    return sorted(path for path in paths
                  if path.is_file() and path.suffix in ENDINGS
                  and path.resolve() != own)


class CitationsTest(unittest.TestCase):

    def test_what_is_cited_is_there(self):
        files = sources()
        self.assertGreater(len(files), 300)
        faults = Checker(ROOT).all_faults(files)
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_pages_that_the_code_cites_most_are_read(self):
        pages = Checker(ROOT)
        protocol = pages.page_at(ROOT / "docs/protocol.md")
        self.assertEqual(protocol.numbers, set(range(1, 11)))
        self.assertTrue(
            pages.page_at(ROOT / "docs/data.md").has_words("Linking"))


class ControlTest(unittest.TestCase):
    """Each line is wrong in one way, beside one that is right."""

    GOOD = [
        "// As protocol.md, 1 says.",
        "// As docs/protocol.md, 1 and 3 say.",
        "// Steps (protocol.md, 1 to 3).",
        "// As protocol.md,\n// 3 says.",
        "\"look into protocol.md, \"\n    \"Linking, for it\"",
        "// In data of protocol.md, section 2, and elsewhere.",
        "// Weights: protocol.md, Linking.",
        "// Weights: protocol.md, Linking and more.",
        "// Whatever protocol.md says.",
    ]
    BAD = {
        "// As protcol.md, 1 says.": "protcol.md is not there",
        "// As docs/protocol.md, 1 and 4 say.": "no section 4",
        "// Steps (protocol.md, 1 to 3, 9).": "no section 9",
        "// Steps (protocol.md, 2 to 4).": "no section 4",
        "// As protocol.md,\n// 7 says.": "no section 7",
        "\"look into protocol.md, \"\n    \"Linkage\"": "no section Linkage",
        "// In data of protocol.md, section 5.": "no section 5",
        "// Weights: protocol.md, Linkage.": "no section Linkage",
    }

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        (self.root / "docs").mkdir()
        (self.root / "docs/protocol.md").write_text(
            "# Protocol\n## 1. One\n## 2. Two\n## 3. Three\n### Linking\n"
            "```\n## 4. In a listing\n```\n")

    def faults(self, name, text):
        (self.root / name).write_text(text + "\n")
        return Checker(self.root).all_faults([self.root / name])

    def test_good_ones_pass(self):
        for text in self.GOOD:
            self.assertEqual(self.faults("a.h", text), [], text)

    def test_bad_ones_are_named(self):
        for text, fault in self.BAD.items():
            found = self.faults("a.h", text)
            self.assertEqual(len(found), 1, f"{text}: {found}")
            self.assertIn(fault, found[0])
            self.assertTrue(found[0].startswith("a.h:1: "), found)

    def test_links_of_a_page(self):
        self.assertEqual(self.faults(
            "docs/b.md", "[protocol.md](protocol.md), 3; "
            "[it](protocol.md#linking) and [up](../docs/protocol.md)"), [])
        for text in ("[protocol.md](protocol.md), 4",
                     "[it](protocol.md#linkage)", "[it](protcol.md)"):
            self.assertEqual(len(self.faults("docs/b.md", text)), 1, text)


if __name__ == "__main__":
    sys.exit(unittest.main())
