"""Joining a page's JavaScript modules into one."""

from __future__ import annotations

import re
import subprocess

import pytest

from rooms.base.modules import JoinError, join_modules


@pytest.fixture
def write(settings, tmp_path):
    """write("a.js", "…"): a static file."""
    settings.STATICFILES_DIRS = [tmp_path]

    def put(name, source):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)

    return put


def run(source):
    """What the module prints."""
    done = subprocess.run(
        ["node", "--input-type=module", "-"],
        input=source,
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    return done.stdout.split()


def test_joined_modules_do_what_the_separate_ones_do(write):
    write("lib/one.js", 'const own = "one";\nexport function say() {\n  return own;\n}\n')
    write(
        "lib/two.js",
        'import { say } from "./one.js";\nexport { say };\nexport const own = "two";\n'
        "export class Teller {\n  #word = `/* ${own} */ // kept`;\n  get word() {\n"
        '    return this.#word.split(" ")[1]; // import this\n  }\n}\n',
    )
    write(
        "join-test.js",
        'import { say } from "./lib/one.js";\n'
        'import {\n  Teller,\n  own as other,\n  say as again,\n} from "./lib/two.js";\n'
        'const own = "page";\nconsole.log(say(), other, again(), new Teller().word, own);\n',
    )

    assert run(join_modules("join-test.js")) == ["one", "two", "one", "two", "page"]


def test_lists_that_nobody_imports_are_left_out(write):
    write(
        "join-words.js",
        'export const UNUSED = Object.freeze([\n  "one",\n]);\n'
        'export const OWN = Object.freeze([\n  "two",\n]);\n'
        'export const OTHER = Object.freeze([\n  "three",\n]);\n'
        "export function say() {\n  return OWN[0];\n}\n",
    )
    write(
        "join-list.js",
        'import { OTHER, say } from "./join-words.js";\nconsole.log(say(), OTHER[0]);\n',
    )

    joined = join_modules("join-list.js")
    assert "UNUSED" not in joined
    assert run(joined) == ["two", "three"]


def test_comments_and_indentation_are_left_out(write):
    write(
        "join-small.js", "/** What it does. */\nexport function run() {\n    return 1; // one\n}\n"
    )

    assert "What it does" not in join_modules("join-small.js")
    assert "    " not in join_modules("join-small.js")


PRIVATE = """
export class One {
  #counted = 1;
  static #shared = 10;
  #form = "#form";
  get #double() {
    return this.#counted * 2;
  }
  async #later(other) {
    return other?.#counted + One.#shared + this.#double;
  }
  async run() {
    return [await this.#later(this), this.#form.length, Object.keys(this)];
  }
}
class Two {
  #later = 5;
  read = () => this.#later;
}
new One().run().then((all) => console.log(all.join(), new Two().read()));
"""


def test_private_members_get_short_names_and_work(write):
    write("join-private.js", PRIVATE)

    joined = join_modules("join-private.js")
    assert not re.search(r"\.#(counted|shared|form|double|later)\b", joined)
    assert run(joined) == run(PRIVATE) == ["13,5,", "5"]


def test_more_private_members_than_letters(write):
    names = [f"member{number}" for number in range(60)]
    write(
        "join-many.js",
        "export class Many {\n"
        + "".join(f"  #{name} = {number};\n" for number, name in enumerate(names))
        + f"  sum = () => {' + '.join(f'this.#{name}' for name in names)};\n}}\n"
        "console.log(new Many().sum());\n",
    )

    assert run(join_modules("join-many.js")) == [str(sum(range(60)))]


def test_a_private_member_used_in_an_unknown_way_stops_the_joining(write):
    write("join-in.js", "export class A {\n  #a = 1;\n  has = (one) => #a in one;\n}\n")

    with pytest.raises(JoinError, match=r"join-in.js: #a"):
        join_modules("join-in.js")


@pytest.mark.parametrize(
    "source",
    [
        'import * as all from "./x.js";',
        'import x from "./x.js";',
        'import "./x.js";',
        "export default 1;",
        'export * from "./x.js";',
        'export { a } from "./x.js";',
        "export let a = 1;",
        'const x = await import("./x.js");',
        "console.log(import.meta.url);",
    ],
)
def test_what_cannot_be_joined_stops_the_joining(write, source):
    write("join-odd.js", source + "\n")
    write("x.js", "export const a = 1;\n")

    with pytest.raises(JoinError, match="join-odd.js"):
        join_modules("join-odd.js")


def test_a_circle_of_imports_is_told(write):
    write("join-a.js", 'import { b } from "./join-b.js";\nexport const a = 1;\n')
    write("join-b.js", 'import { a } from "./join-a.js";\nexport const b = 1;\n')

    with pytest.raises(JoinError, match=r"join-a.js → join-b.js"):
        join_modules("join-a.js")


def test_a_missing_module_is_told(write):
    write("join-lost.js", 'import { a } from "./nowhere.js";\n')

    with pytest.raises(JoinError, match=r"nowhere.js"):
        join_modules("join-lost.js")
