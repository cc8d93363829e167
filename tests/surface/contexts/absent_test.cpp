// SPDX-License-Identifier: Apache-2.0
// What a library cannot tell of a context: the native call is made and fails.
#include "conformance.h"

#include "access.h"
#include "library_backend.h"

#include <gssxx/krb5/context.h>

namespace gss::test {

namespace {

namespace abi = rfc2744::abi;

class AbsentOfContexts : public OnBackend {
protected:
    [[nodiscard]] static const rfc2744::LoadedLibrary& loaded() {
        return static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library()))
            .native()
            .loaded;
    }
    [[nodiscard]] static bool has(Capability capability) {
        return library().supports(capability, mechanism::krb5());
    }

    /// A native initiator's context, established by the native calls alone.
    class NativePair {
    public:
        NativePair() {
            const rfc2744::Functions& call = loaded().call;
            std::string text = "host@localhost";
            abi::BufferDesc buffer{text.size(), text.data()};
            Bytes content(name_type::hostbased_service().content().begin(),
                          name_type::hostbased_service().content().end());
            abi::OidDesc type{static_cast<abi::Uint32>(content.size()), content.data()};
            abi::Uint32 minor = 0;
            abi::NameHandle target = nullptr;
            call.import_name(&minor, &buffer, &type, &target);
            abi::BufferDesc first;
            abi::BufferDesc answer;
            constexpr abi::Uint32 mutual_and_integrity = 2 | 32;
            call.init_sec_context(&minor, nullptr, &initiator, target, nullptr,
                                  mutual_and_integrity, 0, nullptr, nullptr, nullptr, &first,
                                  nullptr, nullptr);
            call.accept_sec_context(&minor, &acceptor, nullptr, &first, nullptr, nullptr, nullptr,
                                    &answer, nullptr, nullptr, nullptr);
            abi::BufferDesc none;
            status = call.init_sec_context(&minor, nullptr, &initiator, target, nullptr,
                                           mutual_and_integrity, 0, nullptr, &answer, nullptr,
                                           &none, nullptr, nullptr);
            for (abi::BufferDesc* output : {&first, &answer, &none}) {
                call.release_buffer(&minor, output);
            }
            call.release_name(&minor, &target);
        }
        NativePair(const NativePair&) = delete;
        NativePair& operator=(const NativePair&) = delete;
        ~NativePair() {
            abi::Uint32 minor = 0;
            for (abi::ContextHandle* handle : {&initiator, &acceptor}) {
                loaded().call.delete_sec_context(&minor, handle, nullptr);
            }
        }
        abi::ContextHandle initiator = nullptr;
        abi::ContextHandle acceptor = nullptr;
        abi::Uint32 status = 1;
    };
};

INSTANTIATE_TEST_SUITE_P(All, AbsentOfContexts, testing::ValuesIn(backend_names()),
                         name_of_backend);

TEST_P(AbsentOfContexts, TicketFactsFailNativelyOnTheInitiator) {
    const NativePair both;
    ASSERT_EQ(both.status, abi::status_complete);
    const rfc2744::ContextFunctions& call = loaded().context_call;
    abi::Uint32 minor = 0;
    for (const bool initiates : {true, false}) {
        const abi::ContextHandle handle = initiates ? both.initiator : both.acceptor;
        std::uint64_t out = 0;
        const bool present = !initiates || has(Capability::initiator_ticket_facts);
        EXPECT_EQ(call.gss_krb5_get_tkt_flags(&minor, handle, &out) == abi::status_complete,
                  present);
        EXPECT_EQ(call.gsskrb5_extract_authtime_from_sec_context(&minor, handle, &out) ==
                      abi::status_complete,
                  present);
    }
}

TEST_P(AbsentOfContexts, AuthorizationDataFailsNativelyOnTheInitiator) {
    const NativePair both;
    ASSERT_EQ(both.status, abi::status_complete);
    abi::Uint32 minor = 0;
    for (const int type : {1, 128}) {
        abi::BufferDesc data;
        EXPECT_NE(loaded().context_call.gsskrb5_extract_authz_data_from_sec_context(
                      &minor, both.initiator, type, &data),
                  abi::status_complete);
        loaded().call.release_buffer(&minor, &data);
    }
}

TEST_P(AbsentOfContexts, OptionsFailNativelyWithoutAContext) {
    ASSERT_FALSE(has(Capability::early_context_options));
    for (const std::string_view option :
         {"1.2.752.43.13.4", "1.2.752.43.13.7", "1.3.6.1.4.1.7165.655.1.3", "1.2.752.43.13.22"}) {
        const Oid oid = Oid::from_string(option).value();
        Bytes content(oid.content().begin(), oid.content().end());
        abi::OidDesc desc{static_cast<abi::Uint32>(content.size()), content.data()};
        for (std::size_t size : {std::size_t{1}, std::size_t{4}}) {
            Bytes octets(size);
            abi::BufferDesc value{size, octets.data()};
            abi::ContextHandle handle = nullptr;
            abi::Uint32 minor = 0;
            EXPECT_NE(
                loaded().context_call.gss_set_sec_context_option(&minor, &handle, &desc, &value),
                abi::status_complete)
                << option;
            EXPECT_EQ(handle, nullptr);
        }
    }
}

TEST_P(AbsentOfContexts, OptionsOfKerberosFailNativelyWhereThereAreNone) {
    NativePair both;
    ASSERT_EQ(both.status, abi::status_complete);
    const Oid oid = Oid::from_string("1.2.752.43.13.4").value();
    Bytes content(oid.content().begin(), oid.content().end());
    abi::OidDesc desc{static_cast<abi::Uint32>(content.size()), content.data()};
    Bytes octets{std::byte{1}};
    abi::BufferDesc value{octets.size(), octets.data()};
    abi::Uint32 minor = 0;
    EXPECT_EQ(loaded().context_call.gss_set_sec_context_option(&minor, &both.initiator, &desc,
                                                               &value) == abi::status_complete,
              has(Capability::context_options));
}

TEST_P(AbsentOfContexts, LucidExportLeavesHeimdalsContextAliveAndEndsMits) {
    // What krb5::export_lucid must do away with.
    NativePair both;
    ASSERT_EQ(both.status, abi::status_complete);
    abi::Uint32 minor = 0;
    void* lucid = nullptr;
    ASSERT_EQ(
        loaded().context_call.gss_krb5_export_lucid_sec_context(&minor, &both.initiator, 1, &lucid),
        abi::status_complete);
    EXPECT_EQ(both.initiator == nullptr, is_mit());
    loaded().context_call.gss_krb5_free_lucid_sec_context(&minor, lucid);
}

TEST_P(AbsentOfContexts, OfKerberosAreOfferedForKerberosOnly) {
    for (const Capability capability :
         {Capability::session_key, Capability::lucid_export, Capability::authentication_time,
          Capability::ticket_flags, Capability::authorization_data, Capability::dce_style}) {
        EXPECT_TRUE(has(capability)) << to_string(capability);
        EXPECT_TRUE(library().supports(capability, mechanism::spnego())) << to_string(capability);
        EXPECT_FALSE(library().supports(capability, mechanism::ntlm())) << to_string(capability);
    }
}

TEST_P(AbsentOfContexts, CallsThatALibraryDoesNotExportAreNamedAsUnavailable) {
    rfc2744::Library without =
        static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library())).native();
    without.loaded.context_call = {};
    const Backend backend = detail::Access::backend(rfc2744::make_backend(without));
    Result<ContextPair> both = establish(backend, backend);
    ASSERT_TRUE(succeeds(both));
    SecurityContext& context = both->acceptor.context;
    const Oid oid = Oid::from_string("1.2.840.113554.1.2.2.5.5").value();
    const auto expect_named = [](const auto& result, std::string_view call) {
        ASSERT_TRUE(fails_with(result, ErrorCode::unavailable)) << call;
        EXPECT_EQ(result.error().operation(), call);
        EXPECT_EQ(result.error().backend(), GetParam());
    };
    expect_named(context.inquire_by_oid(oid), "gss_inquire_sec_context_by_oid");
    expect_named(context.set_option(oid), "gss_set_sec_context_option");
    expect_named(krb5::session_key(context), "krb5::session_key");
    expect_named(krb5::authentication_time(context), "gsskrb5_extract_authtime_from_sec_context");
    expect_named(krb5::authorization_data(context, 1),
                 "gsskrb5_extract_authz_data_from_sec_context");
    expect_named(krb5::ticket_flags(context), "gss_krb5_get_tkt_flags");
    expect_named(krb5::export_lucid(std::move(context)), "gss_krb5_export_lucid_sec_context");
    // NOLINTNEXTLINE(bugprone-use-after-move): refused, it stays the caller's
    EXPECT_TRUE(succeeds(context.get_mic(pattern(3))));
    EstablishOptions options;
    options.initiate.context_options = {{oid, std::nullopt}};
    expect_named(establish(backend, backend, options), "gss_set_sec_context_option");
}

} // namespace

} // namespace gss::test
