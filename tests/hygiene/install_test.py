#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `meson install` lays down can be used by a program of somebody else.

install_test.py BUILD PREFIX LIBDIR VERSION COMPILER ARGUMENT...

Installs into a staging folder, checks what lies there, and builds and runs a tiny outside program
twice: with pkg-config, and with CMake after the whole tree was moved elsewhere.
"""
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
OUTSIDE = TOP / "tests" / "hygiene" / "outside"
PROGRAMS = {"gssxx": "main.cpp", "gssxx-realm": "realm.cpp", "gssxx-ssh": "ssh.cpp",
            "gssxx-crypto": "crypto.cpp", "gssxx-transport": "transport.cpp",
            "gssxx-tls": "tls.cpp"}
SAYS = {"realm": "realm library says: ccache_not_found", "crypto": "crypto library says: 32 octets",
        "transport": "transport library says: SHA256:", "tls": "tls library says: 45 octets",
        "ssh": "ssh library says: gss-curve25519-sha256-toWM5Slw5Ew8Mqkay+al2g=="}


def run(*command, **changes):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PKG_CONFIG")}
    environment.update({key: str(value) for key, value in changes.items()})
    result = subprocess.run([str(word) for word in command], env=environment, capture_output=True,
                            text=True, check=False)
    if result.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{result.stdout}{result.stderr}")
    return result.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.stage = cls.folder / "stage"
        # Only what is built already: a test must not start a build beside the others.
        run("meson", "install", "-C", BUILD, "--no-rebuild", "--destdir", cls.stage)
        cls.tree = cls.stage / PREFIX.relative_to("/")
        cls.libraries = cls.tree / LIBDIR

    def assert_works(self, program, libraries):
        text = run(program, LD_LIBRARY_PATH=libraries)
        for name, says in SAYS.items():
            if program.name.endswith(name):
                self.assertIn(says, text)
                return
        self.assertIn(f"version {VERSION}\n", text)
        for backend in ("mit", "heimdal"):
            self.assertIn(f"{backend} available ", text)
            self.assertIn(f"{backend} name host@localhost", text)

    def test_all_public_headers_are_there_and_no_others(self):
        have = {path.relative_to(self.tree / "include") for path in (self.tree / "include").rglob("*.h")}
        want = {path.relative_to(TOP / "include") for path in (TOP / "include").rglob("*.h")}
        self.assertEqual(have, want)

    def test_nothing_lies_outside_the_prefix(self):
        strays = [path for path in self.stage.rglob("*")
                  if not path.is_dir() and self.tree not in path.parents]
        self.assertEqual(strays, [])

    def test_libraries_have_their_links(self):
        for name in PROGRAMS:
            real = (self.libraries / f"lib{name}.so").resolve()
            self.assertTrue(real.is_file(), real)
            self.assertEqual(real.name, f"lib{name}.so.{VERSION}")
            soname = re.search(r"SONAME.*\[(.*)\]", run("readelf", "-dW", real)).group(1)
            self.assertEqual((self.libraries / soname).resolve(), real)

    def test_nothing_remembers_the_build(self):
        for path in self.tree.rglob("*"):
            if path.suffix in (".pc", ".cmake"):
                text = path.read_text(encoding="utf-8")
                self.assertNotIn(str(BUILD), text, path)
                self.assertNotIn(str(TOP), text, path)
                self.assertNotRegex(text, r"@[a-z_]+@", f"{path} has an unfilled place")
        for name in PROGRAMS:
            dynamic = run("readelf", "-dW", self.libraries / f"lib{name}.so")
            self.assertNotRegex(dynamic, r"\((RPATH|RUNPATH)\)")

    def test_pkg_config(self):
        # What ours stand on (OpenSSL) is where the system has it.
        system = run("pkg-config", "--variable", "pc_path", "pkg-config").strip()
        pkg = {"PKG_CONFIG_LIBDIR": f"{self.libraries / 'pkgconfig'}:{system}",
               "PKG_CONFIG_SYSROOT_DIR": self.stage}
        for name, source in PROGRAMS.items():
            self.assertEqual(run("pkg-config", "--modversion", name, **pkg).strip(), VERSION)
            flags = run("pkg-config", "--cflags", "--libs", name, **pkg).split()
            program = self.folder / f"with_pkg_config_{name}"
            run(*COMPILER, "-std=c++20", "-Wall", "-Wextra", "-Werror", OUTSIDE / source, *flags,
                "-o", program)
            self.assert_works(program, self.libraries)

    def test_cmake_in_a_tree_that_was_moved(self):
        moved = self.folder / "moved"
        run("cp", "-a", self.tree, moved)
        build = self.folder / "cmake"
        arguments = ["-S", OUTSIDE, "-B", build, f"-DCMAKE_PREFIX_PATH={moved}",
                     f"-DCMAKE_CXX_COMPILER={COMPILER[-1]}"]
        run("cmake", *arguments, f"-DGSSXX_VERSION={VERSION}")
        found = (build / "CMakeCache.txt").read_text(encoding="utf-8")
        self.assertIn(f"gssxx_DIR:PATH={moved}", found)
        run("cmake", "--build", build)
        self.assert_works(build / "outside", moved / LIBDIR)
        for name in SAYS:
            self.assert_works(build / f"outside_{name}", moved / LIBDIR)
        # Another minor version is no replacement.
        major, minor = VERSION.split(".")[:2]
        with self.assertRaises(AssertionError):
            run("cmake", *arguments, "--fresh", f"-DGSSXX_VERSION={major}.{int(minor) + 1}")


if __name__ == "__main__":
    BUILD, PREFIX, LIBDIR, VERSION = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    # The compiler itself, without the cache in front that CMake would take for the compiler.
    COMPILER = [word for word in sys.argv[5:] if not word.endswith("ccache")]
    unittest.main(argv=sys.argv[:1])
