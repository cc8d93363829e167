// SPDX-License-Identifier: Apache-2.0
// Backends as such: how they are opened, what they offer, and the texts they give.
#include "conformance.h"

#include <dlfcn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace gss::test {

namespace {

class Backends : public OnBackend {
protected:
    [[nodiscard]] static std::string soname() {
        return is_mit() ? "libgssapi_krb5.so.2" : "libgssapi.so.3";
    }
};

INSTANTIATE_TEST_SUITE_P(All, Backends, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Backends, OfferKerberosAndSpnego) {
    const OidSet mechanisms = library().mechanisms().value();
    EXPECT_TRUE(mechanisms.contains(mechanism::krb5()));
    EXPECT_TRUE(mechanisms.contains(mechanism::spnego()));
    EXPECT_EQ(mechanisms.contains(mechanism::iakerb()), is_mit());
}

TEST_P(Backends, KnowTheNameTypesOfKerberos) {
    const OidSet types = library().name_types(mechanism::krb5()).value();
    EXPECT_TRUE(types.contains(name_type::user()));
    EXPECT_TRUE(types.contains(name_type::krb5_principal()));
    EXPECT_TRUE(types.contains(name_type::exported()));
    EXPECT_TRUE(fails_with(library().name_types(Oid::from_string("1.2.3.4.5").value()),
                           ErrorCode::bad_mechanism));
}

TEST_P(Backends, HaveATextForEveryRoutineError) {
    std::vector<std::string> seen;
    for (std::uint32_t routine = 1; routine <= 18; ++routine) {
        const auto texts = library().status_text(StatusKind::major, routine << 16U);
        ASSERT_TRUE(succeeds(texts)) << routine;
        ASSERT_FALSE(texts->empty());
        EXPECT_FALSE(texts->front().empty()) << routine;
        EXPECT_EQ(std::count(seen.begin(), seen.end(), texts->front()), 0)
            << texts->front() << " stands for two errors";
        seen.push_back(texts->front());
    }
}

TEST_P(Backends, HaveATextForEveryCallingError) {
    for (std::uint32_t calling = 1; calling <= 3; ++calling) {
        const auto texts = library().status_text(StatusKind::major, calling << 24U);
        ASSERT_TRUE(succeeds(texts)) << calling;
        EXPECT_FALSE(texts->front().empty());
    }
}

TEST_P(Backends, HaveATextForSupplementaryBits) {
    for (const std::uint32_t bit : {1U, 2U, 4U, 8U, 16U}) {
        const auto texts = library().status_text(StatusKind::major, bit);
        ASSERT_TRUE(succeeds(texts)) << bit;
        EXPECT_FALSE(texts->empty());
    }
}

TEST_P(Backends, GiveAllMessagesOfACombinedStatus) {
    // GSS_S_FAILURE with duplicate and old: MIT walks them one after another.
    const auto texts = library().status_text(StatusKind::major, (13U << 16U) | 2U | 4U).value();
    EXPECT_LE(texts.size(), 8U);
    EXPECT_GE(texts.size(), is_mit() ? 3U : 1U);
}

TEST_P(Backends, TextMinorCodesWithTheirMechanism) {
    constexpr std::uint32_t service_unknown = static_cast<std::uint32_t>(-1765328377);
    // In a fresh thread: both libraries keep the text of a thread's last failure.
    in_fresh_thread([] {
        const auto texts =
            library().status_text(StatusKind::minor, service_unknown, mechanism::krb5()).value();
        ASSERT_FALSE(texts.empty());
        // Heimdal 7.8 has texts for failures of its own only, and names the mechanism here.
        const std::string_view expected =
            is_mit() ? "Server not found in Kerberos database" : "1 2 840 113554 1 2 2";
        EXPECT_NE(texts.front().find(expected), std::string::npos) << texts.front();
    });
}

TEST_P(Backends, TextUnknownMinorCodesSomehow) {
    const auto texts = library().status_text(StatusKind::minor, 0x7ffffff0U, mechanism::krb5());
    if (texts) {
        EXPECT_FALSE(texts->front().empty());
    } else {
        EXPECT_FALSE(texts.error().text().empty());
    }
}

TEST_P(Backends, PutTheMechanismsMessageIntoErrors) {
    EstablishOptions options;
    options.target = "nobody@localhost";
    const Result<ContextPair> result = establish(library(), library(), options);
    ASSERT_TRUE(fails_with(result, ErrorCode::service_unknown));
    const std::string shown = result.error().text();
    EXPECT_NE(shown.find("nobody@localhost"), std::string::npos) << shown;
    // In the mechanism's own words, which depend on library and KDC.
    EXPECT_TRUE(shown.find(in_realm("nobody/localhost")) != std::string::npos ||
                shown.find("Server not found") != std::string::npos)
        << shown;
    EXPECT_EQ(shown.find("nknown code"), std::string::npos) << shown;
    EXPECT_EQ(result.error().backend(), GetParam());
    EXPECT_EQ(result.error().mechanism(), mechanism::krb5());
    ASSERT_TRUE(result.error().native().has_value());
    EXPECT_EQ(result.error().native()->routine(), 13U);
}

TEST_P(Backends, AreOpenedBySoname) {
    const Backend opened = Backend::open_library(GetParam(), soname()).value();
    EXPECT_EQ(opened.name(), GetParam());
    EXPECT_EQ(opened.library(), soname());
    EXPECT_EQ(opened, library());
}

TEST_P(Backends, AreOpenedByPath) {
    void* handle = dlopen(soname().c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(handle, nullptr);
    Dl_info info{};
    ASSERT_NE(dladdr(dlsym(handle, "gss_init_sec_context"), &info), 0);
    const Backend opened = Backend::open_library(GetParam(), info.dli_fname).value();
    EXPECT_EQ(opened.library(), info.dli_fname);
    EXPECT_EQ(opened, library()) << "one library, however it was named";
    const Name here = principal(opened, "alice");
    EXPECT_TRUE(here.equals(principal(library(), "alice")).value()) << "their objects mix";
    dlclose(handle);
}

TEST_P(Backends, OfAnotherFamilyAreRefused) {
    const std::string foreign = is_mit() ? "libgssapi.so.3" : "libgssapi_krb5.so.2";
    const Result<Backend> opened = Backend::open_library(GetParam(), foreign);
    ASSERT_TRUE(fails_with(opened, ErrorCode::backend_unavailable));
    EXPECT_NE(opened.error().text().find(foreign), std::string::npos) << opened.error().text();
}

TEST_P(Backends, ThatAreMissingSayWhich) {
    const Result<Backend> opened = Backend::open_library(GetParam(), "libnobody-has-this.so.9");
    ASSERT_TRUE(fails_with(opened, ErrorCode::backend_unavailable));
    EXPECT_NE(opened.error().text().find("libnobody-has-this.so.9"), std::string::npos);
    EXPECT_TRUE(fails_with(Backend::open_library(GetParam(), "lib/relative.so"),
                           ErrorCode::backend_unavailable));
}

TEST_P(Backends, OpenManyTimesToTheSame) {
    for (int round = 0; round < 1000; ++round) {
        ASSERT_EQ(Backend::open(GetParam()).value(), library());
    }
}

TEST_P(Backends, TellTheirCapabilitiesForKnownMechanismsOnly) {
    EXPECT_TRUE(library().supports(Capability::contexts));
    EXPECT_TRUE(library().supports(Capability::contexts, mechanism::spnego()));
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    EXPECT_FALSE(library().supports(Capability::contexts, unknown));
    EXPECT_FALSE(library().supports(Capability::delegation, unknown));
}

/// Runs @p after in a process of its own that, since @p before, may open no files. Zero when both
/// did well, 1 when the first did not, 3 when the second did not.
int without_files(const std::function<bool()>& before, const std::function<bool()>& after) {
    const pid_t child = fork();
    if (child == 0) {
        if (!before()) {
            _exit(1);
        }
        const rlimit none{0, 0};
        if (setrlimit(RLIMIT_NOFILE, &none) != 0) {
            _exit(2);
        }
        _exit(after() ? 0 : 3);
    }
    int status = 0;
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_P(Backends, sec_A3_27_WorkWithoutFilesAfterPreload) {
    const Backend opened = library();
    EXPECT_EQ(without_files([&] { return opened.preload().has_value(); },
                            [&] {
                                const Result<OidSet> mechanisms = opened.mechanisms();
                                return mechanisms && mechanisms->contains(mechanism::krb5());
                            }),
              0);
    // MIT reads krb5.conf again for every name; with Heimdal names work, too.
    EXPECT_EQ(without_files([&] { return opened.preload().has_value(); },
                            [&] {
                                const Name name = principal(opened, "alice");
                                return name.canonicalize(mechanism::krb5()).has_value();
                            }),
              is_mit() ? 3 : 0);
}

TEST(BackendList, IsInItsDocumentedOrder) {
    const std::vector<BackendStatus> available = Backend::available();
    ASSERT_FALSE(available.empty());
    for (const BackendStatus& status : available) {
        EXPECT_TRUE(status.available) << status.name << ": " << status.reason;
        EXPECT_TRUE(status.reason.empty());
        EXPECT_FALSE(status.library.empty());
    }
    if (available.size() == 2) {
        EXPECT_EQ(available[0].name, "mit");
        EXPECT_EQ(available[1].name, "heimdal");
    }
    EXPECT_EQ(Backend::open_default().value().name(), available.front().name);
}

TEST(BackendList, DoesNotHaveUnknownNames) {
    const Result<Backend> opened = Backend::open("shishi");
    ASSERT_TRUE(fails_with(opened, ErrorCode::backend_unavailable));
    EXPECT_NE(opened.error().text().find("shishi"), std::string::npos);
}

TEST(BackendList, LivesInOneProcess) {
    std::vector<ContextPair> pairs;
    for (const Pair& names : all_pairs()) {
        pairs.push_back(establish(backend(names.initiator), backend(names.acceptor)).value());
    }
    for (ContextPair& both : pairs) {
        const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
        EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(as_bytes("m"), mic)));
    }
}

} // namespace

} // namespace gss::test
