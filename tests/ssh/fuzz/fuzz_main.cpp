// SPDX-License-Identifier: Apache-2.0
// The entry that libFuzzer calls. Which engine is decided when it is compiled.
#include "subjects.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const gss::test::fuzz::Target& target : gss::test::fuzz::targets()) {
        if (target.name == GSSXX_FUZZ_TARGET) {
            gss::test::fuzz::run(std::as_bytes(std::span(data, size)), target.make, target.success);
        }
    }
    return 0;
}
