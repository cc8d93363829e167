// SPDX-License-Identifier: Apache-2.0
#include <gssxx/mechanism_attributes.h>
#include <gssxx/result.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace gss::inline v0::mechanism_attribute {

namespace {

const Oid& numbered(std::uint64_t number) {
    static const std::vector<Oid> all = [] {
        constexpr std::uint64_t last = 27;
        std::vector<Oid> oids;
        for (std::uint64_t at = 1; at <= last; ++at) {
            oids.push_back(
                Oid::from_integers(std::array<std::uint64_t, 8>{1, 3, 6, 1, 5, 5, 13, at}).value());
        }
        return oids;
    }();
    return all[static_cast<std::size_t>(number) - 1];
}

} // namespace

const Oid& mech_concrete() {
    return numbered(1);
}

const Oid& mech_pseudo() {
    return numbered(2);
}

const Oid& mech_composite() {
    return numbered(3);
}

const Oid& mech_nego() {
    return numbered(4);
}

const Oid& mech_glue() {
    return numbered(5);
}

const Oid& not_mech() {
    return numbered(6);
}

const Oid& deprecated() {
    return numbered(7);
}

const Oid& not_dflt_mech() {
    return numbered(8);
}

const Oid& itok_framed() {
    return numbered(9);
}

const Oid& auth_init() {
    return numbered(10);
}

const Oid& auth_targ() {
    return numbered(11);
}

const Oid& auth_init_init() {
    return numbered(12);
}

const Oid& auth_targ_init() {
    return numbered(13);
}

const Oid& auth_init_anon() {
    return numbered(14);
}

const Oid& auth_targ_anon() {
    return numbered(15);
}

const Oid& deleg_cred() {
    return numbered(16);
}

const Oid& integ_prot() {
    return numbered(17);
}

const Oid& conf_prot() {
    return numbered(18);
}

const Oid& mic() {
    return numbered(19);
}

const Oid& wrap() {
    return numbered(20);
}

const Oid& prot_ready() {
    return numbered(21);
}

const Oid& replay_det() {
    return numbered(22);
}

const Oid& oos_det() {
    return numbered(23);
}

const Oid& cbindings() {
    return numbered(24);
}

const Oid& pfs() {
    return numbered(25);
}

const Oid& compress() {
    return numbered(26);
}

const Oid& ctx_trans() {
    return numbered(27);
}

} // namespace gss::inline v0::mechanism_attribute
