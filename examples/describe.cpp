// SPDX-License-Identifier: Apache-2.0
#include "describe.h"

#include <array>
#include <utility>

namespace example {

namespace {

using FlagText = std::pair<gss::ContextFlag, std::string_view>;
constexpr std::array flag_texts{
    FlagText{gss::ContextFlag::delegate_to_peer, "delegation"},
    FlagText{gss::ContextFlag::mutual, "mutual authentication"},
    FlagText{gss::ContextFlag::replay_detection, "replay detection"},
    FlagText{gss::ContextFlag::sequence_detection, "sequence detection"},
    FlagText{gss::ContextFlag::confidentiality, "confidentiality"},
    FlagText{gss::ContextFlag::integrity, "integrity"},
    FlagText{gss::ContextFlag::anonymity, "anonymity"},
    FlagText{gss::ContextFlag::protection_ready, "protection ready"},
    FlagText{gss::ContextFlag::transferable, "transferable"},
    FlagText{gss::ContextFlag::channel_bound, "channel bound"},
    FlagText{gss::ContextFlag::dce_style, "DCE style"},
    FlagText{gss::ContextFlag::identify, "identify only"},
    FlagText{gss::ContextFlag::extended_error, "extended errors"},
    FlagText{gss::ContextFlag::delegate_by_policy, "delegation by policy"},
};

std::string_view known_name(const gss::Oid& oid) {
    const std::array<std::pair<const gss::Oid&, std::string_view>, 13> known{{
        {gss::mechanism::krb5(), "krb5"},
        {gss::mechanism::spnego(), "SPNEGO"},
        {gss::mechanism::iakerb(), "IAKERB"},
        {gss::mechanism::ntlm(), "NTLM"},
        {gss::mechanism::ms_krb5(), "Microsoft krb5"},
        {gss::name_type::user(), "user"},
        {gss::name_type::machine_uid(), "machine uid"},
        {gss::name_type::string_uid(), "string uid"},
        {gss::name_type::hostbased_service(), "service@host"},
        {gss::name_type::anonymous(), "anonymous"},
        {gss::name_type::exported(), "exported name"},
        {gss::name_type::composite_export(), "exported name with attributes"},
        {gss::name_type::krb5_principal(), "Kerberos principal"},
    }};
    for (const auto& [candidate, name] : known) {
        if (candidate == oid) {
            return name;
        }
    }
    return {};
}

void append(std::string& list, std::string_view item) {
    list += (list.empty() ? "" : ", ");
    list += item;
}

} // namespace

std::string describe(gss::ContextFlags flags) {
    std::string text;
    for (const auto& [flag, name] : flag_texts) {
        if (flags.contains(flag)) {
            append(text, name);
            flags.erase(flag);
        }
    }
    if (!flags.empty()) {
        append(text, "and bits " + std::to_string(flags.bits()));
    }
    return text.empty() ? "none" : text;
}

std::string describe(gss::Lifetime lifetime) {
    if (lifetime.is_indefinite()) {
        return "indefinite";
    }
    if (!lifetime.is_supported()) {
        return "not told";
    }
    const auto seconds = lifetime.duration()->count();
    return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min " +
           std::to_string(seconds % 60) + " s";
}

std::string describe(const gss::Oid& oid) {
    const std::string_view name = known_name(oid);
    return name.empty() ? oid.to_string() : std::string(name) + " (" + oid.to_string() + ")";
}

std::string describe(const std::optional<gss::Name>& name) {
    return name ? printable(name->display().value().text) : "nobody";
}

std::string printable(std::string_view text) {
    std::string clean;
    for (const char character : text) {
        const bool control = static_cast<unsigned char>(character) < 0x20 || character == 0x7f;
        clean += control ? '?' : character;
    }
    return clean;
}

const gss::Oid& mechanism_named(std::string_view name) {
    return name == "spnego" ? gss::mechanism::spnego() : gss::mechanism::krb5();
}

gss::Backend open_backend(std::string_view name) {
    return name.empty() ? gss::Backend::open_default().value() : gss::Backend::open(name).value();
}

} // namespace example
