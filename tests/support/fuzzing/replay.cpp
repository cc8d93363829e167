// SPDX-License-Identifier: Apache-2.0
#include "fuzz_target.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace gss::test::fuzz {

std::size_t replay(const Target& target, const std::string& corpora) {
    std::size_t inputs = 0;
    const std::filesystem::path folder = std::filesystem::path(corpora) / target.name;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        ++inputs;
        for (std::size_t size = 0; size <= text.size(); ++size) {
            target.run(as_bytes(text).first(size));
        }
    }
    return inputs;
}

} // namespace gss::test::fuzz
