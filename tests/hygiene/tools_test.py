#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The checks themselves are checked: each is fed something bad and must say so.

A check that has gone blind would let every later fault through without a sound.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
TOOLS = TOP / "tools"
CXX = os.environ.get("CXX", "g++").split()[-1]
TAG = "// SPDX-License-Identifier: Apache-2.0\n"


def run(tool, *arguments):
    result = subprocess.run([sys.executable, TOOLS / tool, *map(str, arguments)],
                            capture_output=True, text=True, check=False)
    return result.returncode, result.stdout + result.stderr


class WithFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


class Layers(WithFolder):
    def setUp(self):
        super().setUp()
        for name in ("include/gssxx/bytes.h", "include/gssxx/name.h", "include/gssxx/ssh/wire.h",
                     "src/base/wipe.h", "src/gss/backend_interface.h", "src/ssh/wire/reader.h",
                     "backends/rfc2744/abi.h", "backends/mit/quirks.h", "src/realm/kdc.h"):
            self.write(name, TAG + "#pragma once\n")

    def put(self, name, *lines):
        pragma = "#pragma once\n" if name.endswith(".h") else ""
        self.write(name, TAG + pragma + "".join(line + "\n" for line in lines))
        return run("check_layers", self.folder)

    def assert_refused(self, name, line, *, because):
        status, text = self.put(name, line)
        self.assertEqual(status, 1, f"{name} may say: {line}")
        self.assertIn(name + ":", text)
        self.assertIn(because, text)

    def assert_taken(self, name, *lines):
        status, text = self.put(name, *lines)
        self.assertEqual(status, 0, text)

    def test_good_includes_pass(self):
        self.assert_taken("src/gss/name.cpp", "#include <gssxx/name.h>", '#include "wipe.h"',
                          '#include "backend_interface.h"', "#include <vector>")
        self.assert_taken("backends/mit/mit.cpp", '#include "abi.h"', '#include "quirks.h"')
        self.assert_taken("backends/rfc2744/loader.cpp", "#include <dlfcn.h>")
        self.assert_taken("tests/hygiene/abi.cpp", "#include <gssapi/gssapi.h>", '#include "abi.h"')
        self.assert_taken("src/crypto/hash.cpp", "#include <openssl/evp.h>")

    def test_rooms_keep_their_distance(self):
        for name, line in (
                ("src/base/x.cpp", '#include "backend_interface.h"'),
                ("src/base/x.cpp", "#include <gssxx/name.h>"),
                ("src/gss/x.cpp", '#include "abi.h"'),
                ("src/gss/x.cpp", '#include "reader.h"'),
                ("backends/heimdal/x.cpp", '#include "quirks.h"'),
                ("backends/rfc2744/x.cpp", '#include "quirks.h"'),
                ("backends/mit/x.cpp", '#include "reader.h"'),
                ("src/realm/x.cpp", '#include "backend_interface.h"'),
                ("src/realm/x.cpp", "#include <gssxx/name.h>"),
                ("src/ssh/wire/x.cpp", '#include "backend_interface.h"'),
                ("src/ssh/auth/x.cpp", "#include <gssxx/name.h>"),
                ("src/ssh/auth/x.cpp", "#include <chrono>"),
                ("src/programs/x.cpp", '#include "kdc.h"'),
                ("examples/x.cpp", '#include "wipe.h"'),
                ("include/gssxx/x.h", "#include <gssxx/ssh/wire.h>")):
            with self.subTest(file=name, line=line):
                self.assert_refused(name, line, because="must not include")
                (self.folder / name).unlink()

    def test_foreign_headers_stay_out(self):
        for header in ("gssapi/gssapi.h", "gssapi.h", "gssapi_krb5.h", "gssapi/gssapi_ext.h", "krb5.h",
                       "krb5/krb5.h", "sspi.h", "windows.h", "Windows.h", "openssl/evp.h"):
            for name in ("src/gss/x.cpp", "src/base/x.cpp", "src/realm/x.cpp", "backends/rfc2744/x.cpp",
                         "backends/mit/x.cpp", "include/gssxx/x.h", "tests/unit/x.cpp", "examples/x.cpp"):
                with self.subTest(file=name, header=header):
                    self.assert_refused(name, f"#include <{header}>", because="must not include")
                (self.folder / name).unlink()

    def test_operating_system_stays_out_of_the_core(self):
        for name in ("src/base/x.cpp", "src/gss/x.cpp", "backends/mit/x.cpp", "include/gssxx/x.h"):
            with self.subTest(file=name):
                self.assert_refused(name, "#include <unistd.h>", because="only the standard library")
            (self.folder / name).unlink()

    def test_paths_in_includes(self):
        for line, because in (('#include "../base/wipe.h"', "parent-relative"),
                              ('#include "/usr/include/stdio.h"', "no absolute"),
                              ('#include "base/wipe.h"', "bare file name"),
                              ('#include "gssxx/name.h"', "angle brackets"),
                              ('#include "nowhere.h"', "no header of this project"),
                              ("#include <gssxx/nowhere.h>", "does not exist"),
                              ("#  include <expected>", "missing from a compiler")):
            with self.subTest(line=line):
                self.assert_refused("src/gss/x.cpp", line, because=because)

    def test_environment_and_macros(self):
        self.assert_refused("src/gss/x.cpp", 'auto* p = std::getenv("HOME");', because="environment")
        self.assert_taken("src/gss/x.cpp", "// getenv(x) would be wrong here")
        self.assert_refused("include/gssxx/x.h", "#define GSSXX_FAST 1", because="macro")

    def test_file_heads_and_sizes(self):
        self.write("src/gss/a.cpp", "int a;\n")
        self.write("src/gss/b.h", TAG)
        self.write("src/gss/c.cpp", TAG + "\n" * 700)
        self.write("src/attic/d.cpp", TAG)
        text = run("check_layers", self.folder)[1]
        for wanted in ("src/gss/a.cpp:1: the first line", "src/gss/b.h:1: a header needs",
                       "src/gss/c.cpp:701: 701 lines", "src/attic/d.cpp:1: is in no room"):
            self.assertIn(wanted, text)

    def test_no_tree_is_no_success(self):
        with tempfile.TemporaryDirectory() as empty:
            self.assertEqual(run("check_layers", empty)[0], 1)


class Headers(WithFolder):
    def test_header_that_leans_on_another_is_refused(self):
        self.write("include/gssxx/good.h", "#pragma once\n#include <string>\ninline std::string f() { return {}; }\n")
        self.assertEqual(run("check_headers", "--tree", self.folder, CXX)[0], 0)
        self.write("include/gssxx/bad.h", "#pragma once\nstd::string g();\n")
        status, text = run("check_headers", "--tree", self.folder, CXX)
        self.assertEqual(status, 1)
        self.assertIn("bad.h does not compile alone", text)

    def test_header_without_guard_is_refused(self):
        self.write("include/gssxx/twice.h", "struct S {};\n")
        self.assertEqual(run("check_headers", "--tree", self.folder, CXX)[0], 1)


class Exports(WithFolder):
    GOOD = """
        struct Note { unsigned owner, size, type; char name[4]; char text[sizeof(JSON)]; };
        extern const Note note;
        __attribute__((used, section(".note.dlopen"), aligned(4)))
        const Note note = {4, sizeof(JSON), 0x407c0c0a, "FDO", JSON};
        namespace gss { inline namespace v0 {
        __attribute__((visibility("default"))) int kept() { return 1; }
        } }
    """
    JSON = r'[{\"feature\":\"f\",\"description\":\"d\",\"soname\":[\"libgssapi.so.3\"]}]'

    def build(self, extra="", *flags, json=JSON, soname="libx.so.0"):
        source = self.write("x.cpp", f'#define JSON "{json}"\n' + self.GOOD + extra)
        library = self.folder / "libx.so"
        subprocess.run([CXX, "-std=c++20", "-shared", "-fPIC", "-fvisibility=hidden", source,
                        f"-Wl,-soname,{soname}", *flags, "-o", library], check=True)
        return library

    def check(self, library, *arguments):
        return run("check_exports", library, "--list", self.folder / "list.txt", "--dlopen",
                   "libgssapi.so.3", *arguments)

    def setUp(self):
        super().setUp()
        self.assertEqual(self.check(self.build(), "--update")[0], 0)

    def assert_refused(self, library, because):
        status, text = self.check(library)
        self.assertEqual(status, 1, text)
        self.assertIn(because, text)

    def test_unchanged_library_passes(self):
        self.assertEqual(self.check(self.build())[0], 0)
        self.assertIn("gss::v0::kept()", (self.folder / "list.txt").read_text(encoding="utf-8"))

    def test_new_and_lost_symbols(self):
        new = "namespace gss::inline v0 { __attribute__((visibility(\"default\"))) int fresh() { return 2; } }"
        self.assert_refused(self.build(new), "newly exports gss::v0::fresh()")
        self.assertEqual(self.check(self.build(new), "--update")[0], 0)
        self.assert_refused(self.build(), "no longer exports gss::v0::fresh()")

    def test_symbols_outside_the_namespace(self):
        visible = '__attribute__((visibility("default"))) '
        self.assert_refused(self.build(f"namespace other {{ {visible} int h() {{ return 3; }} }}"),
                            "exports other::h(), which is not in gss::v0")
        self.assert_refused(self.build(f'extern "C" {visible} int plain() {{ return 3; }}'),
                            "exports plain, which")

    def test_linking_a_further_library(self):
        subprocess.run([CXX, "-shared", "-x", "c++", "/dev/null", "-Wl,-soname,libgssapi_krb5.so.2",
                        "-o", self.folder / "libneeded.so"], check=True)
        library = self.build("", "-Wl,--no-as-needed", f"-L{self.folder}", "-lneeded")
        self.assert_refused(library, "is linked against libgssapi_krb5.so.2")

    def test_soname_stack_and_note(self):
        self.assert_refused(self.build(soname="libx.so"), "has the SONAME libx.so, not libx.so.N")
        self.assert_refused(self.build("", "-Wl,-z,execstack"), "executable stack")
        self.assert_refused(self.build(json=self.JSON.replace(".so.3", ".so.2")),
                            "does not name libgssapi.so.3")
        self.assert_refused(self.build(json=self.JSON.replace("]", "")), "not the JSON")


class Report(WithFolder):
    def report(self, *records):
        log = self.write("log.json", "".join(json.dumps(record) + "\n" for record in records))
        counts = self.folder / "counts"
        status, text = run("test_report", log, "--counts", counts)
        return status, text, counts.read_text(encoding="utf-8").strip()

    @staticmethod
    def record(stdout="", result="OK", returncode=0):
        return {"name": "gssxx:unit / p", "stdout": stdout, "result": result, "duration": 1.5,
                "returncode": returncode}

    @staticmethod
    def cases(*verdicts):
        text = f"[==========] Running {len(verdicts)} tests from 1 test suite.\n"
        for number, verdict in enumerate(verdicts):
            text += f"[ RUN      ] S.c{number}\n"
            if verdict:
                text += f"[{verdict}] S.c{number} (7 ms)\n"
        return text + f"[==========] {len(verdicts)} tests from 1 test suite ran. (9 ms total)\n"

    def test_cases_are_counted(self):
        status, text, counts = self.report(self.record(self.cases("       OK ", "       OK ")), self.record())
        self.assertEqual((status, counts), (0, "3 0"))
        self.assertIn("unit (3 tests)", text)

    def test_nothing_run_is_a_failure(self):
        self.assertEqual(self.report()[::2], (1, "0 1"))
        self.assertEqual(self.report(self.record(self.cases()))[::2], (1, "0 1"))

    def test_every_other_end_is_a_failure(self):
        ok = "       OK "
        for stdout, result in ((self.cases(ok, "  FAILED  "), "FAIL"),
                               (self.cases(ok, "  SKIPPED "), "OK"),
                               (self.cases(ok, ""), "FAIL"),
                               (self.cases(ok) + "[ DISABLED ] S.DISABLED_x\n", "OK"),
                               (self.cases(ok), "FAIL")):
            with self.subTest(stdout=stdout, result=result):
                self.assertEqual(self.report(self.record(stdout, result))[::2], (1, "1 1"))
        for result in ("FAIL", "SKIP", "TIMEOUT", "ERROR", "INTERRUPT", "EXPECTEDFAIL"):
            with self.subTest(result=result):
                self.assertEqual(self.report(self.record("", result))[::2], (1, "0 1"))

    def test_missing_log_is_a_failure(self):
        self.assertEqual(run("test_report", self.folder / "none.json")[0], 1)


class Interop(WithFolder):
    """A table that is not what the tests run is noticed."""

    def check(self, change):
        for name in ("tools/interop", "tests/transport/programs/cells.py", "docs/interop.md"):
            self.write(name, change(name, (TOP / name).read_text(encoding="utf-8")))
        result = subprocess.run([sys.executable, self.folder / "tools/interop", "--check"],
                                capture_output=True, text=True, check=False)
        return result.returncode, result.stderr

    def test_what_is_there_is_fine(self):
        self.assertEqual(self.check(lambda name, text: text), (0, ""))

    def test_rows_that_changed(self):
        for name in ("tests/transport/programs/cells.py", "docs/interop.md"):
            status, text = self.check(lambda at, text, name=name: text.replace("nistp521", "nistp520")
                                      if at == name else text)
            self.assertEqual(status, 1)
            self.assertIn("out of date", text)

    def test_a_table_that_has_shrunk(self):
        status, text = self.check(lambda at, text: text.replace("tuple(_cells())", "tuple(_cells())[:29]"))
        self.assertEqual(status, 1)
        self.assertIn("58 logins are fewer than 60", text)


class WithTree(WithFolder):
    """A tool that looks at the tree it lies in, in a small tree of its own."""
    tool = ""

    def setUp(self):
        super().setUp()
        self.write("tools/" + self.tool, (TOOLS / self.tool).read_text(encoding="utf-8"))

    def run_tool(self, *arguments):
        result = subprocess.run([sys.executable, self.folder / "tools" / self.tool, *map(str, arguments)],
                                capture_output=True, text=True, check=False)
        return result.returncode, result.stdout + result.stderr

    def change(self, name, before, after):
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        self.assertIn(before, text)
        path.write_text(text.replace(before, after), encoding="utf-8")

    def assert_refused(self, *arguments, because):
        status, text = self.run_tool("--check", *arguments)
        self.assertEqual(status, 1, text)
        self.assertIn(because, text)


class PythonGssapiMap(WithTree):
    tool = "python_gssapi_map"

    def setUp(self):
        super().setUp()
        self.write("include/gssxx/name.h", """// class Ghost { void ghost(); };
namespace gss::inline v0 {
class GSSXX_EXPORT Name : public Base {
public:
    [[nodiscard]] Result<Buffer> export_name(const Oid& parameter = fallback()) const;
};
struct Shown { std::string text; Kind kind = Kind::local; };
enum class Kind : std::uint32_t { local = 1, null = 255 };
enum class ErrorClass { bad };
} // namespace gss::inline v0
namespace gss::inline v0::krb5 {
Result<Key> session_key(const Name& name);
} // namespace gss::inline v0::krb5
""")
        self.write("tests/conformance/a_test.cpp", """INSTANTIATE_TEST_SUITE_P(All, Names, testing::Values("mit", "heimdal"));
TEST_P(Names, AreExported) {}
TEST_P(Lost, NobodyRunsThis) {}
TEST(Absent, OnHeimdal) {}
""")
        self.write("tests/unit/b_test.cpp", "TEST(Fakes, SaySo) {}\n")
        names = ("function | export_name", "function | session_key", "class | Name", "record | Shown | name, type",
                 "exception | BadError", "address type | null")
        self.write("tests/coverage/python_gssapi_names.txt", "# names\n" + "\n".join(names) + "\n")
        self.write("tests/coverage/python_gssapi.txt", """# rows
function | export_name | `Name::export_name` | yes | yes | Names.AreExported
function | session_key | `krb5::session_key` | yes, once | no: it is not exported | Names.AreExported/mit,
  Absent.OnHeimdal/heimdal
class | Name | `Name` | yes | yes | Fakes.SaySo
record | Shown | `Shown`: name = `Shown::text`, type = `Shown::kind` | yes | yes | Names.AreExported
exception | BadError | `ErrorClass::bad` | yes | no: never seen | Names.AreExported/mit, Fakes.SaySo/heimdal
address type | null | `Kind::null` | yes | yes | Names.AreExported
""")
        self.write("tests/coverage/unreachable_errors.txt", "class bad | heimdal | nothing makes it\n")
        self.write("tests/coverage/mit_tests_names.txt", "t_a.py | one\nt_b.c | all\n")
        self.write("tests/coverage/mit_tests.txt", "t_a.py | one | exports | Names.AreExported\n"
                   "t_b.c | all | nothing | none: there is nothing\n")
        (self.folder / "docs").mkdir()
        status, text = self.run_tool("--update")
        self.assertEqual((status, text), (0, ""))
        self.assertEqual(self.run_tool("--check"), (0, ""))

    rows = "tests/coverage/python_gssapi.txt"

    def test_a_name_without_a_row(self):
        self.change("tests/coverage/python_gssapi_names.txt", "class | Name", "class | Name\nclass | Other")
        self.assert_refused(because="no row for class Other")

    def test_a_row_without_a_name(self):
        self.change("tests/coverage/python_gssapi_names.txt", "class | Name\n", "")
        self.assert_refused(because="class Name is not in python_gssapi_names.txt")

    def test_a_yes_and_a_no_without_a_test(self):
        self.change(self.rows, "Names.AreExported/mit,", "")
        self.assert_refused(because="session_key has no test on MIT")
        self.change(self.rows, "Absent.OnHeimdal/heimdal", "Absent.OnHeimdal/mit")
        self.assert_refused(because="session_key has no test on Heimdal")

    def test_a_no_without_a_reason_and_an_answer_that_is_none(self):
        self.change(self.rows, "no: it is not exported", "no")
        self.assert_refused(because="no reason for the no of Heimdal")
        self.change(self.rows, "| yes, once |", "| perhaps |")
        self.assert_refused(because="MIT is neither yes nor no")

    def test_a_test_that_is_not_there(self):
        self.change(self.rows, "| Fakes.SaySo", "| Fakes.SayNothing")
        self.assert_refused(because="there is no test Fakes.SayNothing")

    def test_a_test_with_parameters_that_nobody_gives(self):
        self.change(self.rows, "Names.AreExported/mit", "Lost.NobodyRunsThis/mit")
        self.assert_refused(because="there is no test Lost.NobodyRunsThis")

    def test_a_fake_in_place_of_a_library(self):
        self.change(self.rows, "yes | yes | Names.AreExported\nfunction", "yes | yes | Fakes.SaySo\nfunction")
        self.assert_refused(because="export_name has no test on the real Heimdal")

    def test_an_exception_that_the_tests_of_errors_see_otherwise(self):
        self.change("tests/coverage/unreachable_errors.txt", "heimdal", "mit")
        self.assert_refused(because="MIT says yes, and unreachable_errors.txt says otherwise of class bad")
        self.assert_refused(because="Heimdal says no, and unreachable_errors.txt says otherwise of class bad")

    def test_names_that_no_header_declares(self):
        for name in ("Name::import_name", "Ghost", "Name::parameter", "Name::fallback", "Kind::Kind", "session",
                     "ssh::session_key"):
            with self.subTest(name=name):
                before = (self.folder / self.rows).read_text(encoding="utf-8")
                self.change(self.rows, "`Name::export_name`", f"`{name}`")
                self.assert_refused(because=f"no public header declares `{name}`")
                (self.folder / self.rows).write_text(before, encoding="utf-8")

    def test_a_field_that_is_not_told(self):
        self.change(self.rows, ", type = `Shown::kind`", "")
        self.assert_refused(because="the field type is not told")

    def test_tables_that_are_out_of_date(self):
        for name in ("docs/python-gssapi-map.md", "docs/mit-test-map.md"):
            self.change(name, "Made by", "Written by")
            self.assert_refused(because=name + ": out of date")

    def test_groups_of_mit_without_a_row_a_test_or_a_reason(self):
        self.change("tests/coverage/mit_tests.txt", "none: there is nothing", "none")
        self.assert_refused(because="there is no test none")
        self.change("tests/coverage/mit_tests.txt", "| Names.AreExported", "| ")
        self.assert_refused(because="t_a.py one has neither a test nor")
        self.change("tests/coverage/mit_tests_names.txt", "t_b.c | all", "t_b.c | all\nt_c.c | all")
        self.assert_refused(because="no row for t_c.c all")


class Capabilities(WithTree):
    tool = "capabilities"

    def setUp(self):
        super().setUp()
        self.write("include/gssxx/capability.h", """enum class Capability : std::uint8_t {
    /// Works
    /// everywhere.
    contexts,
    /// Works here.
    storing,
};
""")
        self.begin = "<!-- what the backends report: tools/capabilities --update -->\n"
        self.write("README.md", f"before\n{self.begin}<!-- end of what the backends report -->\nafter\n")
        (self.folder / "docs").mkdir()
        self.program = self.write("program", """#!/bin/sh
for backend in mit heimdal; do echo "$backend krb5 contexts yes"; done
echo "mit krb5 storing yes"
echo "heimdal krb5 storing no"
""")
        self.program.chmod(0o755)
        self.assertEqual(self.run_tool("--update", self.program), (0, ""))
        self.assertEqual(self.run_tool("--check", self.program), (0, ""))

    def test_the_table_says_what_was_reported(self):
        readme = (self.folder / "README.md").read_text(encoding="utf-8")
        self.assertTrue(readme.startswith("before\n") and readme.endswith("\nafter\n"))
        self.assertIn("| `storing` | krb5 | no |", readme)
        self.assertIn("| `contexts` | krb5 | krb5 | Works everywhere. |",
                      (self.folder / "docs/capabilities.md").read_text(encoding="utf-8"))

    def test_a_backend_that_changed(self):
        self.change("program", "heimdal krb5 storing no", "heimdal krb5 storing yes")
        self.assert_refused(self.program, because="README.md is out of date")
        self.assert_refused(self.program, because="docs/capabilities.md is out of date")

    def test_a_capability_without_name_or_meaning(self):
        self.change("include/gssxx/capability.h", "    storing,", "    storing,\n    other,")
        self.assert_refused(self.program, because="capability.h does not say what other means")
        self.assert_refused(self.program, because="other is in capability.h, and no backend reports it")

    def test_a_readme_without_its_markers(self):
        self.change("README.md", self.begin, "")
        self.assert_refused(self.program, because="README.md lacks its markers")

    def test_a_program_that_fails(self):
        self.change("program", "#!/bin/sh", "#!/bin/sh\nexit 1")
        self.assert_refused(self.program, because="failed")


if __name__ == "__main__":
    unittest.main()
