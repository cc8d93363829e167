// SPDX-License-Identifier: Apache-2.0
// The status words of RFC 2744 s3.9.1 that the real libraries say, and the classes of failures
// that come of them; what a library never says stands in the list of unreachable ones.
#include "error_list.h"
#include "provocations.h"

#include <hostile.h>

#include "access.h"
#include "convert.h"
#include "library_backend.h"
#include "native_context.h"
#include "native_credential.h"
#include "native_name.h"
#include "status.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <utility>

namespace gss::test {

namespace {

namespace abi = rfc2744::abi;

struct StatusName {
    std::string_view name;
    abi::Uint32 calling;
    abi::Uint32 routine;
    abi::Uint32 supplementary;
};
constexpr std::array status_names{
    StatusName{"GSS_S_CALL_INACCESSIBLE_READ", 1, 0, 0},
    StatusName{"GSS_S_CALL_INACCESSIBLE_WRITE", 2, 0, 0},
    StatusName{"GSS_S_CALL_BAD_STRUCTURE", 3, 0, 0},
    StatusName{"GSS_S_BAD_MECH", 0, 1, 0},
    StatusName{"GSS_S_BAD_NAME", 0, 2, 0},
    StatusName{"GSS_S_BAD_NAMETYPE", 0, 3, 0},
    StatusName{"GSS_S_BAD_BINDINGS", 0, 4, 0},
    StatusName{"GSS_S_BAD_STATUS", 0, 5, 0},
    StatusName{"GSS_S_BAD_SIG", 0, 6, 0},
    StatusName{"GSS_S_NO_CRED", 0, 7, 0},
    StatusName{"GSS_S_NO_CONTEXT", 0, 8, 0},
    StatusName{"GSS_S_DEFECTIVE_TOKEN", 0, 9, 0},
    StatusName{"GSS_S_DEFECTIVE_CREDENTIAL", 0, 10, 0},
    StatusName{"GSS_S_CREDENTIALS_EXPIRED", 0, 11, 0},
    StatusName{"GSS_S_CONTEXT_EXPIRED", 0, 12, 0},
    StatusName{"GSS_S_FAILURE", 0, 13, 0},
    StatusName{"GSS_S_BAD_QOP", 0, 14, 0},
    StatusName{"GSS_S_UNAUTHORIZED", 0, 15, 0},
    StatusName{"GSS_S_UNAVAILABLE", 0, 16, 0},
    StatusName{"GSS_S_DUPLICATE_ELEMENT", 0, 17, 0},
    StatusName{"GSS_S_NAME_NOT_MN", 0, 18, 0},
    StatusName{"GSS_S_BAD_MECH_ATTR", 0, 19, 0}, // RFC 5587 s3.4
    StatusName{"GSS_S_CONTINUE_NEEDED", 0, 0, 1},
    StatusName{"GSS_S_DUPLICATE_TOKEN", 0, 0, 2},
    StatusName{"GSS_S_OLD_TOKEN", 0, 0, 4},
    StatusName{"GSS_S_UNSEQ_TOKEN", 0, 0, 8},
    StatusName{"GSS_S_GAP_TOKEN", 0, 0, 16},
};

bool says(const NativeStatus& status, const StatusName& wanted) {
    return (wanted.calling != 0 && status.calling() == wanted.calling) ||
           (wanted.routine != 0 && status.routine() == wanted.routine) ||
           (status.supplementary() & wanted.supplementary) != 0;
}

constexpr std::array class_names{
    std::pair{ErrorClass::any, "any"},
    std::pair{ErrorClass::parameter_read, "parameter_read"},
    std::pair{ErrorClass::parameter_write, "parameter_write"},
    std::pair{ErrorClass::malformed_parameter, "malformed_parameter"},
    std::pair{ErrorClass::bad_mechanism, "bad_mechanism"},
    std::pair{ErrorClass::bad_name, "bad_name"},
    std::pair{ErrorClass::bad_name_type, "bad_name_type"},
    std::pair{ErrorClass::bad_channel_bindings, "bad_channel_bindings"},
    std::pair{ErrorClass::bad_status, "bad_status"},
    std::pair{ErrorClass::bad_mic, "bad_mic"},
    std::pair{ErrorClass::missing_credentials, "missing_credentials"},
    std::pair{ErrorClass::missing_context, "missing_context"},
    std::pair{ErrorClass::invalid_token, "invalid_token"},
    std::pair{ErrorClass::invalid_credentials, "invalid_credentials"},
    std::pair{ErrorClass::expired_credentials, "expired_credentials"},
    std::pair{ErrorClass::expired_context, "expired_context"},
    std::pair{ErrorClass::bad_qop, "bad_qop"},
    std::pair{ErrorClass::unauthorized, "unauthorized"},
    std::pair{ErrorClass::unavailable, "unavailable"},
    std::pair{ErrorClass::duplicate_credentials_element, "duplicate_credentials_element"},
    std::pair{ErrorClass::mechanism_name_required, "mechanism_name_required"},
    std::pair{ErrorClass::name_read, "name_read"},
    std::pair{ErrorClass::name_type_read, "name_type_read"},
    std::pair{ErrorClass::token_read, "token_read"},
    std::pair{ErrorClass::context_read, "context_read"},
    std::pair{ErrorClass::credentials_read, "credentials_read"},
    std::pair{ErrorClass::context_write, "context_write"},
    std::pair{ErrorClass::credentials_write, "credentials_write"},
    std::pair{ErrorClass::supplementary, "supplementary"},
    std::pair{ErrorClass::duplicate_token, "duplicate_token"},
    std::pair{ErrorClass::expired_token, "expired_token"},
    std::pair{ErrorClass::token_out_of_sequence, "token_out_of_sequence"},
    std::pair{ErrorClass::token_too_late, "token_too_late"},
    std::pair{ErrorClass::token_too_early, "token_too_early"},
};

class Statuses : public OnBackend {
protected:
    [[nodiscard]] bool is_mit() const { return GetParam() == "mit"; }
    [[nodiscard]] const rfc2744::Library& native() const {
        return static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library())).native();
    }
    [[nodiscard]] static abi::NameHandle handle(const Name& name) {
        return rfc2744::handle_of(detail::Access::of(name));
    }
    [[nodiscard]] Name principal(const std::string& name) const {
        return Name::import_name(library(), name + "@" + shared_realm().name(),
                                 name_type::krb5_principal())
            .value();
    }

    /// Says @p major and @p minor of a call that no caller of the binding can make.
    void note(std::string_view operation, abi::Uint32 major, abi::Uint32 minor) {
        found_.push_back(rfc2744::make_error(
            native(), {operation, rfc2744::Operation::other, {major, minor}, std::nullopt, {}}));
    }
    void note_public_failures() {
        for (const ErrorCode code : all_error_codes()) {
            in_fresh_thread([&] {
                if (Outcome outcome = provoke(code, library())) {
                    found_.push_back(*outcome);
                }
            });
        }
    }
    void note_null_parameters() {
        const rfc2744::Functions& call = native().call();
        abi::Uint32 minor = 0;
        note("gss_acquire_cred",
             call.acquire_cred(&minor, nullptr, 0, nullptr, 1, nullptr, nullptr, nullptr), minor);
        abi::BufferDesc in{1, const_cast<char*>("m")}; // NOLINT: only read
        abi::BufferDesc out;
        note("gss_get_mic", call.get_mic(&minor, nullptr, 0, &in, &out), minor);
        abi::Uint32 more = 0;
        note("gss_display_status", call.display_status(&minor, 0, 99, nullptr, &more, &out), minor);
        call.release_buffer(&minor, &out);
        if (is_mit()) { // Heimdal does not look at these before it uses them
            int equal = 0;
            note("gss_compare_name", call.compare_name(&minor, nullptr, nullptr, &equal), minor);
            note("gss_delete_sec_context", call.delete_sec_context(&minor, nullptr, nullptr),
                 minor);
            note("gss_add_cred",
                 call.add_cred(&minor, nullptr, nullptr, nullptr, 1, 0, 0, nullptr, nullptr,
                               nullptr, nullptr),
                 minor);
            note("gss_unwrap", call.unwrap(&minor, nullptr, nullptr, &out, nullptr, nullptr),
                 minor);
        }
    }
    void note_names() {
        const rfc2744::Functions& call = native().call();
        abi::Uint32 minor = 0;
        abi::BufferDesc out;
        const Name imported = principal("alice");
        if (is_mit()) { // Heimdal exports it
            note("gss_export_name", call.export_name(&minor, handle(imported), &out), minor);
        }
        const Name own = imported.canonicalize(mechanism::krb5()).value();
        const Name root = Name::import_name(library(), "root", name_type::user()).value();
        note("gss_authorize_localname", call.authorize_localname(&minor, handle(own), handle(root)),
             minor);
        note("gss_authorize_localname",
             call.authorize_localname(&minor, handle(own), handle(imported)), minor);
        const auto odd = Name::import_name(library(), "a@b@c@d", name_type::krb5_principal());
        const auto canonical =
            odd ? odd->canonicalize(mechanism::krb5()) : Result<Name>(odd.error());
        if (!canonical) {
            found_.push_back(canonical.error());
        }
    }
    /// MIT only: Heimdal adds it again.
    void note_second_element() {
        const auto acquired = Credentials::add_to_default(library(), mechanism::krb5()).value();
        rfc2744::OidArgument oid(mechanism::krb5());
        abi::Uint32 minor = 0;
        abi::CredentialHandle more = nullptr;
        note("gss_add_cred",
             native().call().add_cred(
                 &minor, rfc2744::handle_of(detail::Access::of(acquired.credentials)), nullptr,
                 oid.get(), 1, 0, 0, &more, nullptr, nullptr, nullptr),
             minor);
        if (more != nullptr) {
            native().call().release_cred(&minor, &more);
        }
    }
    /// RFC 5587 s3.4: GSS_S_BAD_MECH_ATTR.
    void note_unknown_attribute() {
        void* opened = dlopen(std::string(library().library()).c_str(), RTLD_NOW | RTLD_LOCAL);
        ASSERT_NE(opened, nullptr);
        using Display = abi::Uint32 (*)(abi::Uint32*, abi::OidDesc*, abi::BufferDesc*,
                                        abi::BufferDesc*, abi::BufferDesc*);
        const auto display = reinterpret_cast<Display>(dlsym(opened, "gss_display_mech_attr"));
        ASSERT_NE(display, nullptr);
        rfc2744::OidArgument unknown(Oid::from_string("1.2.3.4").value());
        abi::Uint32 minor = 0;
        const abi::Uint32 major = display(&minor, unknown.get(), nullptr, nullptr, nullptr);
        note("gss_display_mech_attr", major, minor);
        dlclose(opened);
    }
    void note_expired_context() {
        const std::string cache = (scratch_folder("statuses") / "short").string();
        constexpr std::chrono::seconds lifetime_of_ticket{4};
        shared_realm().kinit("alice", cache, {.lifetime = lifetime_of_ticket}).value();
        with_environment({{"KRB5CCNAME", "FILE:" + cache}}, [&] {
            ContextPair both = establish(library(), library()).value();
            const auto acquired =
                Credentials::acquire(library(), CredentialUsage::initiate).value();
            std::this_thread::sleep_for(lifetime_of_ticket + std::chrono::milliseconds(1100));
            auto& context = static_cast<rfc2744::NativeContext&>(
                *detail::Access::of(static_cast<MessageProtection&>(both.initiator)));
            abi::Uint32 minor = 0;
            abi::Uint32 lifetime = 0;
            const abi::Uint32 major =
                native().call().context_time(&minor, *context.receive(), &lifetime);
            note("gss_context_time", major, minor);
        });
    }

    std::vector<Error> found_;
};

INSTANTIATE_TEST_SUITE_P(All, Statuses, testing::ValuesIn(backend_names()), backend_label);

TEST_P(Statuses, EveryStatusAndClassComesOrIsListed) {
    note_public_failures();
    note_null_parameters();
    note_names();
    if (is_mit()) {
        note_second_element();
    }
    note_unknown_attribute();
    note_expired_context();
    std::size_t statuses = 0;
    for (const StatusName& wanted : status_names) {
        const auto error = std::find_if(found_.begin(), found_.end(), [&](const Error& one) {
            return one.native() && says(*one.native(), wanted);
        });
        const bool came = error != found_.end();
        statuses += came ? 1U : 0U;
        EXPECT_NE(came, is_listed(wanted.name, GetParam()))
            << wanted.name << (came ? " is listed and comes: " + error->text() : " never comes");
    }
    EXPECT_GE(statuses, 20U);
    std::size_t classes = 0;
    for (const auto& [family, name] : class_names) {
        const auto error =
            std::find_if(found_.begin(), found_.end(),
                         [&wanted = family](const Error& one) { return one.is(wanted); });
        const bool came = error != found_.end();
        classes += came ? 1U : 0U;
        EXPECT_NE(came, is_listed(std::string("class ") + name, GetParam()))
            << name << (came ? " is listed and comes: " + error->text() : " never comes");
    }
    EXPECT_GE(classes, 20U);
    std::cout << "    " << statuses << " statuses, " << classes << " classes" << std::endl;
}

} // namespace

} // namespace gss::test
