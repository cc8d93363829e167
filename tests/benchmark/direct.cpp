// SPDX-License-Identifier: Apache-2.0
#include "direct.h"

#include "loader.h"
#include "ours.h"

#include <stdexcept>
#include <string>

namespace gss::bench {

namespace {

abi::OidDesc native(const Oid& oid) noexcept {
    return {static_cast<abi::Uint32>(oid.content().size()),
            const_cast<std::byte*>(oid.content().data())};
}

struct Token {
    explicit Token(const rfc2744::Functions& functions) noexcept : call(functions) {}
    Token(const Token&) = delete;
    Token& operator=(const Token&) = delete;
    ~Token() {
        abi::Uint32 minor = 0;
        call.release_buffer(&minor, &desc);
    }
    const rfc2744::Functions& call;
    abi::BufferDesc desc;
};

} // namespace

rfc2744::Functions functions_of(const Backend& backend) {
    // That the library is of the right family was checked when the backend was opened.
    return rfc2744::load(backend.name(), backend.library(), "gss_wrap").value().call;
}

void require_complete(abi::Uint32 major, const char* what) {
    if (major != abi::status_complete) {
        throw std::runtime_error(std::string(what) + ": major status " + std::to_string(major));
    }
}

DirectParties::DirectParties(const Backend& backend) : call_(functions_of(backend)) {
    abi::Uint32 minor = 0;
    abi::BufferDesc text = input_of(as_bytes(target_name));
    abi::OidDesc type = native(name_type::hostbased_service());
    require_complete(call_.import_name(&minor, &text, &type, &target_), "gss_import_name");
    abi::OidDesc mechanism = native(mechanism::krb5());
    abi::OidSetDesc mechanisms{1, &mechanism};
    constexpr int initiate = 1;
    constexpr int accept = 2;
    for (const auto& [usage, handle] :
         {std::pair{initiate, &initiator_}, std::pair{accept, &acceptor_}}) {
        abi::OidSetDesc* actual = nullptr;
        abi::Uint32 lifetime = 0;
        require_complete(call_.acquire_cred(&minor, nullptr, abi::lifetime_indefinite, &mechanisms,
                                            usage, handle, &actual, &lifetime),
                         "gss_acquire_cred");
        call_.release_oid_set(&minor, &actual);
    }
}

DirectParties::~DirectParties() {
    abi::Uint32 minor = 0;
    call_.release_cred(&minor, &acceptor_);
    call_.release_cred(&minor, &initiator_);
    call_.release_name(&minor, &target_);
}

DirectPair DirectParties::establish() const {
    DirectPair pair{DirectContext(call_), DirectContext(call_), DirectName(call_)};
    abi::OidDesc mechanism = native(mechanism::krb5());
    abi::OidDesc* actual = nullptr;
    abi::Uint32 minor = 0;
    abi::Uint32 flags = 0;
    abi::Uint32 lifetime = 0;
    Token request(call_);
    Token answer(call_);
    Token rest(call_);
    const abi::Uint32 asked = wanted_flags.bits();
    const abi::Uint32 first = call_.init_sec_context(
        &minor, initiator_, pair.initiator.put(), target_, &mechanism, asked,
        abi::lifetime_indefinite, nullptr, nullptr, &actual, &request.desc, &flags, &lifetime);
    if (first != abi::status_continue_needed) {
        throw std::runtime_error("gss_init_sec_context: major status " + std::to_string(first));
    }
    require_complete(call_.accept_sec_context(&minor, pair.acceptor.put(), acceptor_, &request.desc,
                                              nullptr, pair.peer.put(), &actual, &answer.desc,
                                              &flags, &lifetime, nullptr),
                     "gss_accept_sec_context");
    require_complete(call_.init_sec_context(&minor, initiator_, pair.initiator.put(), target_,
                                            &mechanism, asked, abi::lifetime_indefinite, nullptr,
                                            &answer.desc, &actual, &rest.desc, &flags, &lifetime),
                     "gss_init_sec_context");
    return pair;
}

} // namespace gss::bench
