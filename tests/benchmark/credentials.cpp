// SPDX-License-Identifier: Apache-2.0
// Acquiring and releasing credentials, of a cache and of a keytab, by default and by name.
#include "direct.h"
#include "ours.h"
#include "suite.h"

#include <array>
#include <cstdlib>
#include <memory>
#include <string>

namespace gss::bench {

namespace {

std::string value_of(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? std::string() : std::string(value);
}

/// What a program does that knows which cache or keytab it wants.
class AcquireContest : public Contest {
public:
    AcquireContest(Backend backend, CredentialUsage usage)
        : backend_(std::move(backend)), call_(functions_of(backend_)), usage_(usage),
          key_(usage == CredentialUsage::initiate ? "ccache" : "keytab"),
          value_(value_of(usage == CredentialUsage::initiate ? "KRB5CCNAME" : "KRB5_KTNAME")) {
        options_.mechanisms = {mechanism::krb5()};
        options_.store = CredentialStore::of({{key_, value_}}).value();
    }
    void run(Side side, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            if (side == Side::ours) {
                static_cast<void>(Credentials::acquire(backend_, usage_, options_).value());
            } else {
                acquire_directly();
            }
        }
    }

private:
    void acquire_directly() {
        std::array elements{abi::KeyValueDesc{key_.c_str(), value_.c_str()}};
        abi::KeyValueSetDesc store{elements.size(), elements.data()};
        const BytesView content = mechanism::krb5().content();
        abi::OidDesc krb5{static_cast<abi::Uint32>(content.size()),
                          const_cast<std::byte*>(content.data())};
        abi::OidSetDesc desired{1, &krb5};
        abi::CredentialHandle credential = nullptr;
        abi::OidSetDesc* mechanisms = nullptr;
        abi::Uint32 lifetime = 0;
        abi::Uint32 minor = 0;
        require_complete(call_.acquire_cred_from(&minor, nullptr, abi::lifetime_indefinite,
                                                 &desired, static_cast<int>(usage_), &store,
                                                 &credential, &mechanisms, &lifetime),
                         "gss_acquire_cred_from");
        call_.release_oid_set(&minor, &mechanisms);
        call_.release_cred(&minor, &credential);
    }

    Backend backend_;
    rfc2744::Functions call_;
    CredentialUsage usage_;
    std::string key_;
    std::string value_;
    AcquireOptions options_;
};

} // namespace

void add_credentials(Suite& suite, const Backend& backend) {
    if (functions_of(backend).acquire_cred_from == nullptr) {
        return; // nothing to compare with
    }
    const std::string name(backend.name());
    for (const auto& [row, usage] : {std::pair("/acquire_ccache", CredentialUsage::initiate),
                                     std::pair("/acquire_keytab", CredentialUsage::accept)}) {
        suite.add_times(name + row, 1.02, suite.settings(), [backend, usage = usage] {
            return std::make_unique<AcquireContest>(backend, usage);
        });
    }
}

} // namespace gss::bench
