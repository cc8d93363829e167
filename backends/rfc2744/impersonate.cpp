// SPDX-License-Identifier: Apache-2.0
// Credentials of somebody else: by GSSAPI calls, or by what they stand on in libkrb5.
#include "impersonate.h"

#include "convert.h"
#include "credential_store_calls.h"
#include "krb5_handles.h"
#include "library_backend.h"
#include "native_name.h"
#include "status.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view acquire_operation = "gss_acquire_cred_impersonate_name";
constexpr std::string_view add_operation = "gss_add_cred_impersonate_name";
constexpr std::string_view get_operation = "krb5_get_creds";

// Heimdal's KRB5_GC_* options.
constexpr std::uint32_t cached = 1U << 0U;
constexpr std::uint32_t no_store = 1U << 3U;
constexpr std::uint32_t forwardable = 1U << 4U;
constexpr std::uint32_t constrained_delegation = 1U << 6U;

std::string by(const detail::CredentialPtr& impersonator, const detail::NamePtr& name) {
    return subject_of(name) + ", impersonated by " + subject_of(origin_of(impersonator).name);
}

/// "krbtgt/REALM@REALM" for a principal of that realm.
std::string granting_service_of(const std::string& principal) {
    const std::string realm = principal.substr(principal.rfind('@') + 1);
    return "krbtgt/" + realm + "@" + realm;
}

/// Tickets from the KDC by way of Heimdal's libkrb5. krb5_get_creds first looks for a ticket of the
/// cache's owner to the same service, and takes that for the user's: so it gets a cache that has
/// the owner's ticket-granting ticket and no other.
class TicketService {
public:
    explicit TicketService(const Library& library)
        : library_(library), context_(library.loaded.krb5), self_(krb5(), context_.get()) {}
    TicketService(const TicketService&) = delete;
    TicketService& operator=(const TicketService&) = delete;
    ~TicketService() {
        if (options_ != nullptr) {
            krb5().get_creds_opt_free(context_.get(), options_);
        }
        if (ticket_ != nullptr) {
            krb5().free_creds(context_.get(), ticket_);
        }
        if (tickets_ != nullptr) {
            krb5().cc_destroy(context_.get(), tickets_);
        }
    }

    /// @p cache has the impersonator's own ticket.
    [[nodiscard]] std::optional<Error> open(const std::string& cache, std::string subject) {
        subject_ = std::move(subject);
        if (context_.get() == nullptr || !can_impersonate_by_krb5(library_)) {
            return credential_refusal(library_, get_operation, ErrorCode::unavailable, subject_,
                                      "the library's libkrb5 cannot be used");
        }
        CacheOwner source(krb5(), context_.get());
        std::optional<Error> refused = refuse_damaged_cache(library_, get_operation, cache);
        if (!refused) {
            refused = failed("krb5_cc_resolve",
                             krb5().cc_resolve(context_.get(), cache.c_str(), source.receive()));
        }
        if (!refused) {
            refused =
                failed("krb5_cc_get_principal",
                       krb5().cc_get_principal(context_.get(), source.get(), self_.receive()));
        }
        if (!refused) {
            refused = take_granting_ticket(source.get());
        }
        if (!refused) {
            refused = failed("krb5_get_creds_opt_alloc",
                             krb5().get_creds_opt_alloc(context_.get(), &options_));
        }
        return refused;
    }

    /// S4U2Self: a ticket of @p user for the impersonator itself.
    [[nodiscard]] std::optional<Error> get_for_self(const std::string& user) {
        PrincipalOwner principal(krb5(), context_.get());
        std::optional<Error> refused =
            failed("krb5_parse_name",
                   krb5().parse_name(context_.get(), user.c_str(), principal.receive()));
        if (!refused) {
            refused = failed(
                "krb5_get_creds_opt_set_impersonate",
                krb5().get_creds_opt_set_impersonate(context_.get(), options_, principal.get()));
        }
        if (refused) {
            return refused;
        }
        krb5().get_creds_opt_add_options(context_.get(), options_, no_store | forwardable);
        if ((refused = failed(get_operation, krb5().get_creds(context_.get(), options_, tickets_,
                                                              self_.get(), &ticket_)))) {
            return refused;
        }
        // The KDC may know the user by another name.
        return refuse_other(client() != impersonator() || same_principal(user, impersonator()));
    }

    /// S4U2Proxy: a ticket for @p service of @p user, whose ticket @p evidence is.
    [[nodiscard]] std::optional<Error>
    get_for_service(const std::string& service, const std::string& user, BytesView evidence) {
        PrincipalOwner principal(krb5(), context_.get());
        if (std::optional<Error> refused =
                failed("krb5_parse_name",
                       krb5().parse_name(context_.get(), service.c_str(), principal.receive()))) {
            return refused;
        }
        abi::DecodedTicketStruct decoded;
        std::size_t size = 0;
        if (const int code =
                krb5().decode_ticket(evidence.data(), evidence.size(), &decoded, &size);
            code != 0) {
            return failed("decode_Ticket", code);
        }
        std::optional<Error> refused =
            failed("krb5_get_creds_opt_set_ticket",
                   krb5().get_creds_opt_set_ticket(context_.get(), options_, &decoded));
        krb5().free_ticket(&decoded);
        if (refused) {
            return refused;
        }
        krb5().get_creds_opt_add_options(context_.get(), options_,
                                         no_store | constrained_delegation);
        refused = failed(get_operation, krb5().get_creds(context_.get(), options_, tickets_,
                                                         principal.get(), &ticket_));
        return refused ? refused : refuse_other(client() == user);
    }

    [[nodiscard]] const abi::HeimdalTicketHead& ticket() const noexcept {
        return *reinterpret_cast<const abi::HeimdalTicketHead*>(ticket_);
    }
    [[nodiscard]] BytesView octets() const noexcept {
        return {static_cast<const std::byte*>(ticket().ticket), ticket().ticket_size};
    }
    [[nodiscard]] std::string impersonator() const { return text_of(self_.get()); }
    /// Whose ticket it is.
    [[nodiscard]] std::string client() const { return text_of(ticket().client); }
    [[nodiscard]] std::string text_of(abi::PrincipalHandle principal) const {
        TextOwner text(krb5(), context_.get());
        return krb5().unparse_name(context_.get(), principal, text.receive()) == 0
                   ? std::string(text.get())
                   : std::string();
    }

    /// Keeps the ticket in @p cache, which is made anew for @p fresh.
    [[nodiscard]] std::optional<Error> keep_in(const std::string& cache, bool fresh) {
        CacheOwner owner(krb5(), context_.get());
        std::optional<Error> refused = failed(
            "krb5_cc_resolve", krb5().cc_resolve(context_.get(), cache.c_str(), owner.receive()));
        if (!refused && fresh) {
            refused = failed("krb5_cc_initialize",
                             krb5().cc_initialize(context_.get(), owner.get(), ticket().client));
        }
        if (!refused) {
            refused = failed("krb5_cc_store_cred",
                             krb5().cc_store_cred(context_.get(), owner.get(), ticket_));
        }
        return refused;
    }

    /// Compares without a realm that only one of them has.
    [[nodiscard]] static bool same_principal(std::string_view left, std::string_view right) {
        const auto without_realm = [](std::string_view text) {
            return text.substr(0, text.find('@'));
        };
        const bool both = left.find('@') + 1 < left.size() && right.find('@') + 1 < right.size() &&
                          left.find('@') != std::string_view::npos &&
                          right.find('@') != std::string_view::npos;
        return both ? left == right : without_realm(left) == without_realm(right);
    }
    [[nodiscard]] std::string canonical_text(const detail::NamePtr& name,
                                             std::optional<Error>& refused) const {
        Result<std::string> principal = principal_of(name);
        if (!principal) {
            refused = principal.error();
            return {};
        }
        return *std::move(principal);
    }

private:
    /// The ticket-granting ticket in @p source, alone in a cache that ends with this object.
    [[nodiscard]] std::optional<Error> take_granting_ticket(abi::CacheHandle source) {
        const std::string name = granting_service_of(impersonator());
        PrincipalOwner service(krb5(), context_.get());
        std::optional<Error> refused = failed(
            "krb5_parse_name", krb5().parse_name(context_.get(), name.c_str(), service.receive()));
        abi::GetOptionsHandle options = nullptr;
        if (!refused) {
            refused = failed("krb5_get_creds_opt_alloc",
                             krb5().get_creds_opt_alloc(context_.get(), &options));
        }
        if (refused) {
            return refused;
        }
        krb5().get_creds_opt_add_options(context_.get(), options, cached | no_store);
        abi::TicketStruct* ticket = nullptr;
        refused = failed(get_operation,
                         krb5().get_creds(context_.get(), options, source, service.get(), &ticket));
        krb5().get_creds_opt_free(context_.get(), options);
        if (!refused) {
            refused = failed("krb5_cc_new_unique",
                             krb5().cc_new_unique(context_.get(), "MEMORY", nullptr, &tickets_));
        }
        if (!refused) {
            refused = failed("krb5_cc_initialize",
                             krb5().cc_initialize(context_.get(), tickets_, self_.get()));
        }
        if (!refused) {
            refused = failed("krb5_cc_store_cred",
                             krb5().cc_store_cred(context_.get(), tickets_, ticket));
        }
        if (ticket != nullptr) {
            krb5().free_creds(context_.get(), ticket);
        }
        return refused;
    }

    /// A ticket of somebody else than was asked for is nobody's.
    [[nodiscard]] std::optional<Error> refuse_other(bool is_the_users) const {
        return is_the_users
                   ? std::nullopt
                   : std::optional(credential_refusal(library_, get_operation, ErrorCode::failure,
                                                      subject_,
                                                      "the library gave a ticket of " + client()));
    }
    [[nodiscard]] const Krb5Functions& krb5() const noexcept { return library_.loaded.krb5; }
    [[nodiscard]] std::optional<Error> failed(std::string_view call, std::int32_t code) const {
        return code == 0 ? std::nullopt
                         : std::optional(krb5_failure(library_, call, code, subject_));
    }

    const Library& library_;
    Krb5Context context_;
    abi::CacheHandle tickets_ = nullptr; // in memory, of our own
    PrincipalOwner self_;
    abi::GetOptionsHandle options_ = nullptr;
    abi::TicketStruct* ticket_ = nullptr;
    std::string subject_;
};

/// Credentials in a cache of their own, with the user's ticket for the impersonator in it.
Result<detail::AcquiredNative> impersonate_by_krb5(const detail::BackendPtr& backend,
                                                   const detail::ImpersonateArguments& arguments) {
    const Library& library = static_cast<const LibraryBackend&>(*backend).native();
    const std::string subject = by(arguments.impersonator, arguments.name);
    for (const Oid& oid : arguments.mechanisms) {
        if (oid != mechanism::krb5()) {
            return credential_refusal(library, acquire_operation, ErrorCode::unavailable, subject,
                                      "not for mechanism " + oid.to_string());
        }
    }
    const std::string tickets = cache_behind(library, handle_of(arguments.impersonator));
    if (tickets.empty()) {
        return credential_refusal(library, acquire_operation, ErrorCode::no_credentials, subject,
                                  "the impersonator has no cache with a ticket");
    }
    TicketService service(library);
    std::optional<Error> refused = service.open(tickets, subject);
    std::string user;
    if (!refused) {
        user = service.canonical_text(arguments.name, refused);
    }
    if (!refused) {
        refused = service.get_for_self(user);
    }
    if (refused) {
        return *std::move(refused);
    }
    Result<std::string> cache = backend->new_memory_cache();
    if (!cache) {
        return cache.error();
    }
    auto owner = std::make_shared<const OwnedCache>(backend, *cache);
    if (std::optional<Error> not_kept = service.keep_in(*cache, true)) {
        return *std::move(not_kept);
    }
    Result<CredentialStore> store = CredentialStore::of({{"ccache", *cache}});
    if (!store) {
        return store.error();
    }
    Result<detail::AcquiredNative> acquired =
        backend->acquire({nullptr, OidSet{mechanism::krb5()}, CredentialUsage::initiate,
                          Lifetime::indefinite(), *std::move(store)});
    if (!acquired) {
        return acquired;
    }
    auto& credential = static_cast<NativeCredential&>(*acquired->credential);
    credential.was_impersonated(
        std::move(owner), std::make_shared<const Impersonation>(Impersonation{
                              arguments.impersonator, service.impersonator(), service.client(),
                              tickets, std::make_shared<const SecretBytes>(service.octets())}));
    return acquired;
}

/// gss_acquire_cred_impersonate_name.
Result<detail::AcquiredNative> call_impersonate(const detail::BackendPtr& backend,
                                                const detail::ImpersonateArguments& arguments) {
    const Library& library = static_cast<const LibraryBackend&>(*backend).native();
    for (const Oid& oid : arguments.mechanisms) {
        if (std::optional<Error> refused =
                refuse_missing_element(library, acquire_operation, arguments.impersonator, oid)) {
            return *std::move(refused);
        }
    }
    OidSetArgument desired(arguments.mechanisms);
    OutputCredential credential(backend);
    OutputOidSet mechanisms(library);
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    status.major = library.call().acquire_cred_impersonate_name(
        &status.minor, handle_of(arguments.impersonator), handle_of(arguments.name),
        to_native(arguments.lifetime), desired.get(), static_cast<int>(CredentialUsage::initiate),
        credential.get(), mechanisms.get(), &lifetime);
    const std::string subject = by(arguments.impersonator, arguments.name);
    if (status.major != abi::status_complete) {
        return make_error(library, {acquire_operation, Operation::credential, status,
                                    mechanism::krb5(), subject});
    }
    CredentialOrigin origin;
    origin.name = arguments.name;
    detail::AcquiredNative acquired{credential.take(std::move(origin)), mechanisms.copy(),
                                    to_lifetime(lifetime)};
    if (!acquired.credential) {
        return credential_refusal(library, acquire_operation, ErrorCode::failure, subject,
                                  "the library reported success and gave no credential");
    }
    return acquired;
}

} // namespace

bool can_impersonate_by_krb5(const Library& library) noexcept {
    const Krb5Functions& krb5 = library.loaded.krb5;
    return is_complete(krb5) && krb5.get_creds != nullptr && krb5.get_creds_opt_alloc != nullptr &&
           krb5.get_creds_opt_free != nullptr && krb5.get_creds_opt_set_impersonate != nullptr &&
           krb5.get_creds_opt_add_options != nullptr && krb5.get_creds_opt_set_ticket != nullptr &&
           krb5.free_creds != nullptr && krb5.decode_ticket != nullptr &&
           krb5.free_ticket != nullptr && krb5.cc_new_unique != nullptr &&
           krb5.cc_initialize != nullptr && krb5.cc_store_cred != nullptr;
}

std::optional<Error> get_proxy_ticket(const Library& library, const CredentialOrigin& origin,
                                      const detail::NamePtr& target) {
    if (!origin.impersonation || !origin.cache) {
        return std::nullopt;
    }
    const Impersonation& how = *origin.impersonation;
    TicketService service(library);
    std::optional<Error> refused =
        service.open(how.impersonator_cache,
                     "target " + text_of(target) + ", as which " + how.principal + " delegates");
    std::string wanted;
    if (!refused) {
        wanted = service.canonical_text(target, refused);
    }
    if (refused || TicketService::same_principal(wanted, how.principal)) {
        return refused;
    }
    refused = service.get_for_service(wanted, how.user, how.evidence->view());
    return refused ? refused : service.keep_in(origin.cache->name(), false);
}

Result<detail::AcquiredNative>
LibraryBackend::impersonate(const detail::ImpersonateArguments& arguments) const {
    if (library_.call().acquire_cred_impersonate_name != nullptr) {
        return call_impersonate(shared_from_this(), arguments);
    }
    return impersonate_by_krb5(shared_from_this(), arguments);
}

Result<detail::AddedNative>
NativeCredential::add_impersonating(const detail::AddArguments& arguments,
                                    const detail::CredentialPtr& impersonator) const {
    const Library& library = library_of(*this);
    const std::string subject = by(impersonator, arguments.name);
    if (library.call().add_cred_impersonate_name == nullptr) {
        return credential_refusal(
            library, add_operation, ErrorCode::unavailable, subject,
            "the library lacks this call, and no other one adds such an "
            "element to credentials that exist: impersonate() makes new ones");
    }
    if (std::optional<Error> refused =
            refuse_missing_element(library, add_operation, impersonator, arguments.mechanism)) {
        return *std::move(refused);
    }
    OidArgument mechanism(arguments.mechanism);
    Result<detail::CredentialPtr> copy = copy_by_export(*this, add_operation);
    if (!copy) {
        return copy.error();
    }
    OutputOidSet mechanisms(library);
    abi::Uint32 initiator_lifetime = 0;
    abi::Uint32 acceptor_lifetime = 0;
    NativeStatus status;
    status.major = library.call().add_cred_impersonate_name(
        &status.minor, handle_of(*copy), handle_of(impersonator), handle_of(arguments.name),
        mechanism.get(), static_cast<int>(CredentialUsage::initiate),
        to_native(arguments.initiator_lifetime), to_native(arguments.acceptor_lifetime), nullptr,
        mechanisms.get(), &initiator_lifetime, &acceptor_lifetime);
    if (status.major != abi::status_complete) {
        return make_error(
            library, {add_operation, Operation::credential, status, arguments.mechanism, subject});
    }
    return detail::AddedNative{
        *std::move(copy),
        {mechanisms.copy(), to_lifetime(initiator_lifetime), to_lifetime(acceptor_lifetime)}};
}

Result<std::optional<std::string>> NativeCredential::impersonator() const {
    if (origin_.impersonation) {
        return std::optional(origin_.impersonation->principal);
    }
    const Library& library = library_of(*this);
    if (library.call().acquire_cred_impersonate_name == nullptr) {
        return std::optional<std::string>(); // then it has no such credentials of its own
    }
    // GSS_KRB5_GET_CRED_IMPERSONATOR, 1.2.840.113554.1.2.2.5.14: one piece, or none.
    constexpr std::array octets{std::byte{0x2a}, std::byte{0x86}, std::byte{0x48}, std::byte{0x86},
                                std::byte{0xf7}, std::byte{0x12}, std::byte{0x01}, std::byte{0x02},
                                std::byte{0x02}, std::byte{0x05}, std::byte{0x0e}};
    Result<Oid> question = Oid::from_content(octets);
    if (!question) {
        return question.error();
    }
    const Result<std::vector<Buffer>> pieces = inquire_by_oid(*question);
    if (!pieces) {
        return pieces.error();
    }
    return pieces->empty() ? std::optional<std::string>()
                           : std::optional(std::string(pieces->front().text()));
}

} // namespace gss::inline v0::rfc2744
