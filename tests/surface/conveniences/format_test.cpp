// SPDX-License-Identifier: Apache-2.0
// Everything as text: what a log shows, and what it must never show.
#include "conformance.h"

#include <gssxx/krb5/format.h>
#include <gssxx/realm/format.h>

#include <set>
#include <sstream>

namespace gss::test {

namespace {

class Formats : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, Formats, testing::ValuesIn(backend_names()), name_of_backend);

/// What operator<< writes; the same as to_string().
template <typename T>
std::string written(const T& value) {
    std::ostringstream out;
    out << value;
    EXPECT_EQ(out.str(), to_string(value));
    return out.str();
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// The texts of the first @p count numbers of an enumeration: all names, all different.
template <typename Enum>
void expect_names(unsigned count) {
    std::set<std::string> seen;
    for (unsigned number = 0; number < count; ++number) {
        const std::string text = written(static_cast<Enum>(number));
        EXPECT_FALSE(text.starts_with("0x")) << number;
        EXPECT_TRUE(seen.insert(text).second) << text;
    }
    EXPECT_EQ(written(static_cast<Enum>(250)), "0xfa");
}

TEST(FormatOf, EnumeratorsAreTheirNames) {
    expect_names<ErrorClass>(34);
    expect_names<StatusKind>(2);
    expect_names<CredentialUsage>(3);
    expect_names<Seal>(3);
    expect_names<Order>(4);
    expect_names<Step::Status>(3);
    expect_names<AddressType>(22);
    expect_names<PrfKey>(2);
    EXPECT_EQ(written(ErrorClass::token_too_early), "token_too_early");
    EXPECT_EQ(written(AddressType::null), "null");
    EXPECT_EQ(written(CredentialField::mechanisms), "mechanisms");
    EXPECT_EQ(written(Capability::sasl_names), "sasl_names");
    EXPECT_EQ(written(ErrorCode::bad_mic), "bad_mic");
}

TEST(FormatOf, FlagsAreAListAndUnknownBitsAreKept) {
    EXPECT_EQ(written(ContextFlags()), "none");
    EXPECT_EQ(written(default_context_flags),
              "mutual|replay_detection|sequence_detection|integrity");
    EXPECT_EQ(written(ContextFlags::from_bits(2 | 0x100000)), "mutual|0x100000");
    EXPECT_EQ(written(ContextFlag::delegate_by_policy), "delegate_by_policy");
    EXPECT_EQ(written(all_credential_fields), "name|lifetime|usage|mechanisms");
}

TEST(FormatOf, IdentifiersHaveTheirNamesBeside) {
    EXPECT_EQ(written(mechanism::krb5()), "1.2.840.113554.1.2.2 (krb5)");
    EXPECT_EQ(written(name_type::user()), "1.2.840.113554.1.2.1.1 (user)");
    EXPECT_EQ(written(Oid::from_string("1.2.3").value()), "1.2.3");
    EXPECT_EQ(written(OidSet()), "{}");
    EXPECT_EQ(written(OidSet{mechanism::spnego(), Oid::from_string("1.2.3").value()}),
              "{1.3.6.1.5.5.2 (SPNEGO), 1.2.3}");
}

TEST(FormatOf, LifetimesAndStatusWords) {
    EXPECT_EQ(written(Lifetime(std::chrono::minutes(2))), "120 s");
    EXPECT_EQ(written(Lifetime::indefinite()), "indefinite");
    EXPECT_EQ(written(Lifetime::not_supported()), "not supported");
    EXPECT_EQ(written(NativeStatus{0xd0000, 2}), "major 0x000d0000 minor 2");
}

TEST(FormatOf, SecretsAreTheirSize) {
    const std::string_view password = "correct horse";
    const CredentialStore store =
        CredentialStore::of({{"ccache", "FILE:/run/\x1b[2J"}, {"password", password}}).value();
    const std::string text = written(store);
    EXPECT_EQ(text, "{ccache: FILE:/run/\\x1b[2J, password: (13 octets)}");
    EXPECT_EQ(written(SecretBytes(as_bytes(password))), "(13 octets)");
    EXPECT_EQ(written(Buffer::copy_of(as_bytes(password), Buffer::Content::secret)), "(13 octets)");
    EXPECT_EQ(written(Buffer::copy_of(as_bytes("\x01\xab"))), "01ab");
    EXPECT_FALSE(has(written(ChannelBindings::of_application_data(as_bytes(password))), "horse"));
    const ExportedContext exported = ExportedContext::frame("mit", as_bytes(password)).value();
    EXPECT_EQ(written(exported), "{backend: mit, token: (13 octets)}");
}

TEST_P(Formats, OfNamesShowWhoItIs) {
    const Name name = principal(library(), "alice");
    EXPECT_EQ(written(name), in_realm("alice"));
    EXPECT_EQ(written(name.display().value()),
              in_realm("alice") + " of type 1.2.840.113554.1.2.2.1 (krb5 principal)");
    EXPECT_EQ(written(name.inquire().value()), "{mechanism name: no}");
    EXPECT_EQ(written(name.canonicalize(mechanism::krb5()).value().inquire().value()),
              "{mechanism name: yes, mechanism: 1.2.840.113554.1.2.2 (krb5)}");
    // Whoever chose the name does not choose what the terminal does.
    const Name rude = Name::import_name(library(), "a\x1b[2J", name_type::user()).value();
    EXPECT_EQ(written(rude), "a\\x1b[2J");
    Name gone = principal(library(), "alice");
    const Name taken = std::move(gone);
    EXPECT_TRUE(has(written(gone), "misuse")); // NOLINT(bugprone-use-after-move): the question
}

TEST_P(Formats, OfAttributesShowValuesAndMarks) {
    NameAttribute attribute{
        {{Bytes{std::byte{1}, std::byte{0xab}}, ""}, {Bytes(), "te\nxt"}}, true, false};
    EXPECT_EQ(written(attribute), "{values: {01ab, te\\x0axt}, authenticated: yes, complete: no}");
    EXPECT_EQ(written(NameAttributes{{"urn:x"}, true, mechanism::krb5()}),
              "{mechanism name: yes, mechanism: 1.2.840.113554.1.2.2 (krb5), attributes: {urn:x}}");
}

TEST_P(Formats, OfErrorsAndResults) {
    const Result<Name> good(principal(library(), "alice"));
    const Result<Name> bad = Name::import_name(library(), "a\0b", name_type::user());
    std::ostringstream out;
    out << good;
    EXPECT_EQ(out.str(), in_realm("alice"));
    const Error error(ErrorCode::bad_name, "gss_import_name", "no such thing");
    EXPECT_EQ(written(error), error.text());
    out.str("");
    out << Result<Oid>(error);
    EXPECT_EQ(out.str(), error.text());
}

TEST_P(Formats, OfCredentialsAndContexts) {
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    AcquiredCredentials mine =
        Credentials::acquire(library(), CredentialUsage::initiate, options).value();
    const std::string credentials = written(mine.credentials);
    EXPECT_TRUE(has(credentials, "name: " + in_realm("alice"))) << credentials;
    EXPECT_TRUE(has(credentials, "usage: initiate")) << credentials;
    EXPECT_TRUE(has(credentials, "(krb5)")) << credentials;

    ContextPair both = establish(library(), library()).value();
    const std::string context = written(both.initiator);
    EXPECT_EQ(context, to_string(both.initiator.inquire().value()));
    EXPECT_TRUE(has(context, "target: host")) << context;
    EXPECT_TRUE(has(context, "integrity")) << context;
    EXPECT_TRUE(has(context, "open: yes")) << context;

    const Wrapped wrapped = both.initiator.wrap(as_bytes("plaintext")).value();
    EXPECT_EQ(written(wrapped),
              "{token: (" + std::to_string(wrapped.token.size()) + " octets), sealed: yes}");
    const Unwrapped message = both.acceptor.context.unwrap(wrapped.token).value();
    EXPECT_EQ(written(message), "{message: (9 octets), sealed: yes, qop: 0, order: in_order}");
    const Buffer mic = both.initiator.get_mic(as_bytes("text")).value();
    EXPECT_EQ(written(both.acceptor.context.verify_mic(as_bytes("text"), mic).value()),
              "{qop: 0, order: in_order}");
    EXPECT_EQ(written(WrappedInto{3, false}), "{token: (3 octets), sealed: no}");
    EXPECT_EQ(written(IovBuffer::to_allocate(IovType::header)),
              "{type: header, octets: (0 octets), allocate: yes, needed: 0}");
    EXPECT_EQ(written(UnwrappedIov{true, 0, Order::gap}), "{sealed: yes, qop: 0, order: gap}");
    EXPECT_EQ(written(IovType::sign_only), "sign_only");
    EXPECT_EQ(written(SelfTestReport{1, 2}), "{accepted: 1, refused: 2}");
    EXPECT_EQ(written(AddedElement()), "{mechanisms: {}, initiator lifetime: not supported, "
                                       "acceptor lifetime: not supported}");
    EXPECT_EQ(written(StoredCredentials()), "{mechanisms: {}, usage: initiate}");
    EXPECT_EQ(written(MechanismCredentialInfo()), "{}");
}

TEST_P(Formats, OfStepsNameTheError) {
    Acceptor acceptor = Acceptor::create(library()).value();
    const Step step = acceptor.step(as_bytes("no token"));
    const std::string text = written(step);
    EXPECT_TRUE(text.starts_with("{status: failed, token: (")) << text;
    EXPECT_TRUE(has(text, "error: gss_accept_sec_context")) << text;
}

TEST_P(Formats, OfBackendsAndMechanisms) {
    const std::string name(library().name());
    EXPECT_EQ(written(library()), name + " (" + std::string(library().library()) + ")");
    const Mechanism kerberos(library(), mechanism::krb5());
    EXPECT_EQ(written(kerberos), "1.2.840.113554.1.2.2 (krb5) of " + name);
    EXPECT_TRUE(has(written(kerberos.sasl_name().value()), "SASL: GS2-KRB5"));
    EXPECT_TRUE(has(written(kerberos.attributes().value()), "1.3.6.1.5.5.13.1"));
    EXPECT_EQ(written(Mechanism::describe_attribute(library(), mechanism_attribute::mic()).value()),
              "GSS_C_MA_MIC (mic)");
    EXPECT_EQ(written(BackendStatus{"x", "libx.so", true, ""}), "x (libx.so): available");
    EXPECT_EQ(written(BackendStatus{"x", "libx.so", false, "gone"}), "x (libx.so): gone");
}

TEST(FormatOf, KerberosNamesItsEnumerators) {
    EXPECT_EQ(written(krb5::Enctype::aes256_cts_hmac_sha1_96), "aes256-cts-hmac-sha1-96");
    EXPECT_EQ(written(krb5::RenewalSource::keytab), "keytab");
    EXPECT_EQ(written(krb5::TicketFlag::forwardable), "forwardable");
    EXPECT_EQ(written(static_cast<krb5::TicketFlag>(2)), "0x00000002");
    EXPECT_EQ(written(krb5::TicketFlags()), "none");
    EXPECT_EQ(written(krb5::TicketFlags{krb5::TicketFlag::initial, krb5::TicketFlag::renewable}),
              "initial|renewable");
    EXPECT_EQ(written(realm::KdcKind::heimdal), "heimdal");
    EXPECT_EQ(written(static_cast<realm::KdcKind>(9)), "unknown");
}

TEST(FormatOf, KerberosHasNoKeysInIt) {
    const auto key = [](std::string_view octets) {
        SecretBytes secret(octets.size());
        std::ranges::copy(as_bytes(octets), secret.data());
        return krb5::Key{krb5::Enctype::aes128_cts_hmac_sha1_96, std::move(secret)};
    };
    EXPECT_EQ(written(key("SECRET-KEY-OF-16")), "aes128-cts-hmac-sha1-96 (16 octets)");
    krb5::LucidContext lucid;
    lucid.initiator = true;
    lucid.end = std::chrono::system_clock::from_time_t(1767225600);
    lucid.send_sequence = 7;
    lucid.receive_sequence = 9;
    lucid.keys = krb5::CfxKeys{key("SECRET-KEY-OF-16"), key("SECRET-KEY")};
    EXPECT_EQ(written(lucid), "{role: initiator, end: 2026-01-01T00:00:00Z, send: 7, receive: 9, "
                              "keys: {key: aes128-cts-hmac-sha1-96 (16 octets), acceptor's subkey: "
                              "aes128-cts-hmac-sha1-96 (10 octets)}}");
    EXPECT_EQ(written(krb5::CfxKeys{key("SECRET-KEY-OF-16"), std::nullopt}),
              "{key: aes128-cts-hmac-sha1-96 (16 octets), acceptor's subkey: none}");
    EXPECT_EQ(written(krb5::Rfc1964Keys{1, 2, key("SECRET")}),
              "{signing: 1, sealing: 2, key: aes128-cts-hmac-sha1-96 (6 octets)}");
}

TEST(FormatOf, KerberosShowsCachesAndRenewals) {
    EXPECT_EQ(written(krb5::Cache{"FILE:/a\x1b", "alice@R", true}),
              "{name: FILE:/a\\x1b, principal: alice@R, chosen: true}");
    EXPECT_EQ(written(krb5::CredentialNames{"FILE:/a", std::nullopt, std::nullopt}),
              "{ccache: FILE:/a, keytab: none, keytab's principal: none}");
    EXPECT_EQ(written(krb5::Renewal{krb5::RenewalSource::renewable_ticket,
                                    std::chrono::system_clock::from_time_t(0)}),
              "{source: renewable_ticket, end: 1970-01-01T00:00:00Z}");
}

TEST_P(Formats, OfRealKerberosObjects) {
    const auto caches = krb5::CacheCollection::open(library(), shared_realm().ccache_name());
    EXPECT_EQ(written(caches.value()), shared_realm().ccache_name());
    const krb5::MemoryCache memory = krb5::MemoryCache::create(library()).value();
    EXPECT_EQ(written(memory), memory.name());
    const ContextPair both = establish(library(), library()).value();
    const krb5::Key key = krb5::session_key(both.initiator).value();
    EXPECT_EQ(written(key), std::string(krb5::to_string(key.enctype)) + " (" +
                                std::to_string(key.octets.size()) + " octets)");
    const std::string flags = written(krb5::ticket_flags(both.acceptor.context).value());
    EXPECT_TRUE(has(flags, "forwardable|") || has(flags, "|forwardable")) << flags;
}

TEST_P(Formats, OfExportedCredentialsAndOptionsTellSizesOnly) {
    const auto own = Credentials::acquire(library(), CredentialUsage::initiate).value();
    const ExportedCredentials exported = own.credentials.export_credentials().value();
    EXPECT_EQ(written(exported), "{backend: " + GetParam() + ", token: (" +
                                     std::to_string(exported.native_token().size()) + " octets)}");
    const Oid option = Oid::from_string("1.2.3").value();
    EXPECT_EQ(written(ContextOption{option, Bytes(5)}), "1.2.3: (5 octets)");
    EXPECT_EQ(written(ContextOption{option, std::nullopt}), "1.2.3: no value");
}

} // namespace

} // namespace gss::test
