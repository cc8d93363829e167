#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our RFC 2744 ABI header agrees with the header of a native library.

abi_test.py SOURCE.cpp HEADER COMPILER ARGUMENT...

SOURCE asserts at compile time. HEADER is the native header that must be there. Afterwards our header
is altered in small ways, each of which the same source must refuse: else it compares nothing.
"""
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent.parent
OWN = TOP / "backends" / "rfc2744"
# file, what is there, what it becomes
ALTERATIONS = (
    ("abi.h", "status_gap_token = 16", "status_gap_token = 32"),
    ("abi.h", "unavailable = 16", "unavailable = 17"),
    ("abi.h", "Uint32 length = 0;\n    void* elements", "std::size_t length = 0;\n    void* elements"),
    ("abi.h", "BufferDesc acceptor_address;\n    BufferDesc application_data;",
     "BufferDesc application_data;\n    BufferDesc acceptor_address;"),
    ("symbols.h", "REQUIRED(wrap, (abi::Uint32*, abi::ContextHandle, int,",
     "REQUIRED(wrap, (abi::Uint32*, abi::ContextHandle, abi::Uint32,"),
    ("symbols.h", "REQUIRED(release_cred, (abi::Uint32*, abi::CredentialHandle*))",
     "REQUIRED(release_cred, (abi::Uint32*, abi::NameHandle*))"),
    ("abi.h", "std::size_t count = 0;\n    BufferDesc* elements", "Uint32 count = 0;\n    BufferDesc* elements"),
    ("symbols.h", "FUNCTION(std::int32_t, cc_resolve, (abi::Krb5ContextHandle, const char*, abi::CacheHandle*))",
     "FUNCTION(std::int32_t, cc_resolve, (abi::Krb5ContextHandle, const char*, abi::KeytabHandle*))"),
    ("symbols.h", "OPTIONAL(authorize_localname, (abi::Uint32*, abi::NameHandle, abi::NameHandle))",
     "OPTIONAL(authorize_localname, (abi::Uint32*, abi::NameHandle, abi::BufferDesc*))"),
)


def compiles(compiler, source, folder):
    command = [*compiler, "-std=c++20", "-fsyntax-only", f"-I{folder}", f"-I{TOP / 'include'}", str(source)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stderr


def main():
    source, header, compiler = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    if not header.is_file():
        print(f"{header} is missing; tools/install_packages check installs it.")
        return 1
    good, text = compiles(compiler, source, OWN)
    if not good:
        print(f"{source.name}: our ABI header differs from {header}:\n{text}")
        return 1
    with tempfile.TemporaryDirectory() as name:
        for file, before, after in ALTERATIONS:
            folder = Path(name)
            for original in ("abi.h", "symbols.h"):
                shutil.copy(OWN / original, folder / original)
            content = (OWN / file).read_text(encoding="utf-8")
            if content.count(before) != 1:
                print(f"{file} no longer says this once, so that it cannot be altered here: {before}")
                return 1
            (folder / file).write_text(content.replace(before, after), encoding="utf-8")
            if compiles(compiler, source, folder)[0]:
                print(f"{source.name} takes an altered {file}: {after}")
                return 1
    print(f"{source.name}: agrees with {header}; {len(ALTERATIONS)} alterations were refused")
    return 0


if __name__ == "__main__":
    sys.exit(main())
