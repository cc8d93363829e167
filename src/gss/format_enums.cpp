// SPDX-License-Identifier: Apache-2.0
// The names of enumerators, as text.
#include <gssxx/format.h>

#include <array>
#include <cstdio>
#include <type_traits>
#include <utility>

namespace gss::inline v0 {

namespace {

/// A number that has no name here: a newer library's, or a caller's mistake.
template <typename Enum>
std::string numbered(Enum value) {
    std::array<char, 16> text{};
    const auto number = static_cast<unsigned>(static_cast<std::underlying_type_t<Enum>>(value));
    static_cast<void>(std::snprintf(text.data(), text.size(), "0x%x", number));
    return text.data();
}

template <typename Enum, std::size_t size>
std::string look_up(const std::array<std::pair<Enum, std::string_view>, size>& names, Enum value) {
    for (const auto& [known, name] : names) {
        if (known == value) {
            return std::string(name);
        }
    }
    return numbered(value);
}

using ErrorClassName = std::pair<ErrorClass, std::string_view>;
constexpr std::array error_classes{
    ErrorClassName{ErrorClass::any, "any"},
    ErrorClassName{ErrorClass::parameter_read, "parameter_read"},
    ErrorClassName{ErrorClass::parameter_write, "parameter_write"},
    ErrorClassName{ErrorClass::malformed_parameter, "malformed_parameter"},
    ErrorClassName{ErrorClass::bad_mechanism, "bad_mechanism"},
    ErrorClassName{ErrorClass::bad_name, "bad_name"},
    ErrorClassName{ErrorClass::bad_name_type, "bad_name_type"},
    ErrorClassName{ErrorClass::bad_channel_bindings, "bad_channel_bindings"},
    ErrorClassName{ErrorClass::bad_status, "bad_status"},
    ErrorClassName{ErrorClass::bad_mic, "bad_mic"},
    ErrorClassName{ErrorClass::missing_credentials, "missing_credentials"},
    ErrorClassName{ErrorClass::missing_context, "missing_context"},
    ErrorClassName{ErrorClass::invalid_token, "invalid_token"},
    ErrorClassName{ErrorClass::invalid_credentials, "invalid_credentials"},
    ErrorClassName{ErrorClass::expired_credentials, "expired_credentials"},
    ErrorClassName{ErrorClass::expired_context, "expired_context"},
    ErrorClassName{ErrorClass::bad_qop, "bad_qop"},
    ErrorClassName{ErrorClass::unauthorized, "unauthorized"},
    ErrorClassName{ErrorClass::unavailable, "unavailable"},
    ErrorClassName{ErrorClass::duplicate_credentials_element, "duplicate_credentials_element"},
    ErrorClassName{ErrorClass::mechanism_name_required, "mechanism_name_required"},
    ErrorClassName{ErrorClass::name_read, "name_read"},
    ErrorClassName{ErrorClass::name_type_read, "name_type_read"},
    ErrorClassName{ErrorClass::token_read, "token_read"},
    ErrorClassName{ErrorClass::context_read, "context_read"},
    ErrorClassName{ErrorClass::credentials_read, "credentials_read"},
    ErrorClassName{ErrorClass::context_write, "context_write"},
    ErrorClassName{ErrorClass::credentials_write, "credentials_write"},
    ErrorClassName{ErrorClass::supplementary, "supplementary"},
    ErrorClassName{ErrorClass::duplicate_token, "duplicate_token"},
    ErrorClassName{ErrorClass::expired_token, "expired_token"},
    ErrorClassName{ErrorClass::token_out_of_sequence, "token_out_of_sequence"},
    ErrorClassName{ErrorClass::token_too_late, "token_too_late"},
    ErrorClassName{ErrorClass::token_too_early, "token_too_early"},
};

using ContextFlagName = std::pair<ContextFlag, std::string_view>;
constexpr std::array context_flags{
    ContextFlagName{ContextFlag::delegate_to_peer, "delegate_to_peer"},
    ContextFlagName{ContextFlag::mutual, "mutual"},
    ContextFlagName{ContextFlag::replay_detection, "replay_detection"},
    ContextFlagName{ContextFlag::sequence_detection, "sequence_detection"},
    ContextFlagName{ContextFlag::confidentiality, "confidentiality"},
    ContextFlagName{ContextFlag::integrity, "integrity"},
    ContextFlagName{ContextFlag::anonymity, "anonymity"},
    ContextFlagName{ContextFlag::protection_ready, "protection_ready"},
    ContextFlagName{ContextFlag::transferable, "transferable"},
    ContextFlagName{ContextFlag::channel_bound, "channel_bound"},
    ContextFlagName{ContextFlag::dce_style, "dce_style"},
    ContextFlagName{ContextFlag::identify, "identify"},
    ContextFlagName{ContextFlag::extended_error, "extended_error"},
    ContextFlagName{ContextFlag::delegate_by_policy, "delegate_by_policy"},
};

using AddressTypeName = std::pair<AddressType, std::string_view>;
constexpr std::array address_types{
    AddressTypeName{AddressType::unspecified, "unspecified"},
    AddressTypeName{AddressType::local, "local"},
    AddressTypeName{AddressType::inet, "inet"},
    AddressTypeName{AddressType::arpanet_imp, "arpanet_imp"},
    AddressTypeName{AddressType::pup, "pup"},
    AddressTypeName{AddressType::chaos, "chaos"},
    AddressTypeName{AddressType::xerox_ns, "xerox_ns"},
    AddressTypeName{AddressType::nbs, "nbs"},
    AddressTypeName{AddressType::ecma, "ecma"},
    AddressTypeName{AddressType::datakit, "datakit"},
    AddressTypeName{AddressType::ccitt, "ccitt"},
    AddressTypeName{AddressType::sna, "sna"},
    AddressTypeName{AddressType::decnet, "decnet"},
    AddressTypeName{AddressType::dli, "dli"},
    AddressTypeName{AddressType::lat, "lat"},
    AddressTypeName{AddressType::nsc_hyperchannel, "nsc_hyperchannel"},
    AddressTypeName{AddressType::appletalk, "appletalk"},
    AddressTypeName{AddressType::bsc, "bsc"},
    AddressTypeName{AddressType::dss, "dss"},
    AddressTypeName{AddressType::osi, "osi"},
    AddressTypeName{AddressType::netbios, "netbios"},
    AddressTypeName{AddressType::x25, "x25"},
    AddressTypeName{AddressType::null, "null"},
};

using StatusKindName = std::pair<StatusKind, std::string_view>;
constexpr std::array status_kinds{
    StatusKindName{StatusKind::major, "major"},
    StatusKindName{StatusKind::minor, "minor"},
};

using CredentialUsageName = std::pair<CredentialUsage, std::string_view>;
constexpr std::array usages{
    CredentialUsageName{CredentialUsage::both, "both"},
    CredentialUsageName{CredentialUsage::initiate, "initiate"},
    CredentialUsageName{CredentialUsage::accept, "accept"},
};

using CredentialFieldName = std::pair<CredentialField, std::string_view>;
constexpr std::array fields{
    CredentialFieldName{CredentialField::name, "name"},
    CredentialFieldName{CredentialField::lifetime, "lifetime"},
    CredentialFieldName{CredentialField::usage, "usage"},
    CredentialFieldName{CredentialField::mechanisms, "mechanisms"},
};

using SealName = std::pair<Seal, std::string_view>;
constexpr std::array seals{
    SealName{Seal::required, "required"},
    SealName{Seal::if_available, "if_available"},
    SealName{Seal::integrity_only, "integrity_only"},
};

using OrderName = std::pair<Order, std::string_view>;
constexpr std::array orders{
    OrderName{Order::in_order, "in_order"},
    OrderName{Order::gap, "gap"},
    OrderName{Order::unsequenced, "unsequenced"},
    OrderName{Order::old, "old"},
};

using StepName = std::pair<Step::Status, std::string_view>;
constexpr std::array steps{StepName{Step::Status::more, "more"},
                           StepName{Step::Status::done, "done"},
                           StepName{Step::Status::failed, "failed"}};

} // namespace

std::string to_string(ErrorClass family) {
    return look_up(error_classes, family);
}

std::string to_string(ContextFlag flag) {
    return look_up(context_flags, flag);
}

std::string to_string(AddressType type) {
    return look_up(address_types, type);
}

std::string to_string(StatusKind kind) {
    return look_up(status_kinds, kind);
}

std::string to_string(CredentialUsage usage) {
    return look_up(usages, usage);
}

std::string to_string(CredentialField field) {
    return look_up(fields, field);
}

std::string to_string(Seal seal) {
    return look_up(seals, seal);
}

std::string to_string(Order order) {
    return look_up(orders, order);
}

std::string to_string(PrfKey key) {
    constexpr std::array names{std::pair<PrfKey, std::string_view>{PrfKey::full, "full"},
                               std::pair<PrfKey, std::string_view>{PrfKey::partial, "partial"}};
    return look_up(names, key);
}

std::string to_string(Step::Status status) {
    return look_up(steps, status);
}

} // namespace gss::inline v0
