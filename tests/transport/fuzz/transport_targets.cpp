// SPDX-License-Identifier: Apache-2.0
#include "transport_targets.h"

#include "fuzz_target.h"

#include <array>

namespace gss::test::fuzz {

std::span<const Target> targets() {
    static const std::array all{
        Target{"packets", fuzz_packets},   Target{"kexinit", fuzz_kexinit},
        Target{"userauth", fuzz_userauth}, Target{"channels", fuzz_channels},
        Target{"session", fuzz_session},
    };
    return all;
}

} // namespace gss::test::fuzz
