// SPDX-License-Identifier: Apache-2.0
// The entry that libFuzzer calls. Which target is decided when it is compiled.
#include "fuzz_target.h"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const gss::test::fuzz::Target& target : gss::test::fuzz::targets()) {
        if (target.name == GSSXX_FUZZ_TARGET) {
            target.run(std::as_bytes(std::span(data, size)));
        }
    }
    return 0;
}
