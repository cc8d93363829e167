// SPDX-License-Identifier: Apache-2.0
// What a backend says it cannot do, its library cannot do: the native call is made and fails.
#include "conformance.h"

#include "access.h"
#include "library_backend.h"
#include "native_name.h"

namespace gss::test {

namespace {

namespace abi = rfc2744::abi;

class Absent : public OnBackend {
protected:
    [[nodiscard]] static rfc2744::Functions call() {
        return static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library()))
            .native()
            .call();
    }
};

INSTANTIATE_TEST_SUITE_P(All, Absent, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Absent, AttributesFailNatively) {
    const ContextPair both = establish(library(), library()).value();
    const abi::NameHandle name =
        rfc2744::handle_of(detail::Access::of(both.acceptor.initiator.value()));
    abi::Uint32 minor = 0;
    int is_mechanism_name = 0;
    abi::OidDesc* mechanism = nullptr;
    abi::BufferSetDesc* set = nullptr;
    const abi::Uint32 inquired =
        call().inquire_name(&minor, name, &is_mechanism_name, &mechanism, &set);
    const bool gives = inquired == abi::status_complete && set != nullptr && set->count != 0;
    if (mechanism != nullptr) {
        call().release_oid(&minor, &mechanism);
    }
    if (set != nullptr) {
        call().release_buffer_set(&minor, &set);
    }
    const bool has_pac = shared_realm().kdc_kind() == realm::KdcKind::mit;
    EXPECT_EQ(gives, library().supports(Capability::name_attributes) && has_pac) << inquired;
    for (const std::string_view attribute : {"urn:mspac:", "auth-indicators", "local-login-user"}) {
        std::string text(attribute);
        abi::BufferDesc asked{text.size(), text.data()};
        abi::BufferDesc value;
        abi::BufferDesc display;
        int authenticated = 0;
        int complete = 0;
        int more = -1;
        const abi::Uint32 got = call().get_name_attribute(&minor, name, &asked, &authenticated,
                                                          &complete, &value, &display, &more);
        const bool known =
            library().supports(Capability::name_attributes) && has_pac && attribute == "urn:mspac:";
        EXPECT_EQ(got == abi::status_complete, known) << attribute << " " << got;
        call().release_buffer(&minor, &value);
        call().release_buffer(&minor, &display);
    }
}

TEST_P(Absent, StoreCallsAreNotExported) {
    // gss_krb5_import_cred takes their place on Heimdal, which has no choice of replay cache.
    EXPECT_EQ(call().acquire_cred_from != nullptr, is_mit());
    EXPECT_EQ(call().store_cred_into != nullptr, is_mit());
    EXPECT_EQ(call().add_cred_from != nullptr, is_mit());
    EXPECT_EQ(call().krb5_set_cred_rcache != nullptr, is_mit());
    EXPECT_EQ(library().supports(Capability::replay_cache_choice), is_mit());
}

} // namespace

} // namespace gss::test
